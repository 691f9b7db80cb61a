import { stripVTControlCharacters } from 'node:util';

/** A pattern of a problem matcher in `tasks.json`, as far as this kit uses it. */
interface Pattern {
  readonly regexp: string;
  readonly file?: number;
  readonly line?: number;
  readonly message?: number;
}

export interface Matcher {
  readonly pattern: Pattern | readonly Pattern[];
  /** Of a task that goes on: what it prints once it is ready. */
  readonly background?: { readonly endsPattern: string };
}

/** What VS Code would list. */
export interface Problem {
  readonly file: string;
  readonly line: number | undefined;
  readonly message: string;
}

/**
 * Finds problems in what a task prints as VS Code does: a matcher of several patterns takes as many lines that follow each
 * other. https://code.visualstudio.com/docs/debugtest/tasks#_defining-a-multiline-problem-matcher
 */
export function findProblems(output: string, matchers: readonly Matcher[]): Problem[] {
  const lines = stripVTControlCharacters(output).split(/\r?\n/);
  return matchers.flatMap(({ pattern }) => {
    const patterns = [pattern].flat() as readonly Pattern[];
    return lines.flatMap((_, at) => {
      const parts: { file?: string; line?: string; message?: string } = {};
      for (const [below, { regexp, file, line, message }] of patterns.entries()) {
        const found = new RegExp(regexp).exec(lines[at + below] ?? '');
        if (found === null) return [];
        Object.assign(
          parts,
          file !== undefined && { file: found[file] },
          line !== undefined && { line: found[line] },
          message !== undefined && { message: found[message] },
        );
      }
      const { file = '', line, message = '' } = parts;
      return [{ file, line: line === undefined ? undefined : Number(line), message }];
    });
  });
}
