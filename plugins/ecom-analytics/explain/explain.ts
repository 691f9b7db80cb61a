import { readFileSync } from 'node:fs';
import { UsageError } from '../core/error.ts';
import { nearest } from '../core/nearest.ts';
import { packedFile } from '../project/package-files.ts';

/** What `docs/errors.md` says of a code. Backticks mark code; there is no other markup. */
export interface Explanation {
  readonly code: string;
  /** The heading that it stands below. */
  readonly topic: string;
  /** What has happened, in a sentence or two. */
  readonly means: string;
  /** What usually leads there, likeliest first. A phrase each; none where `means` says it all. */
  readonly causes: readonly string[];
  /** What to do, in whole sentences. */
  readonly fix: string;
  /** A page below docs/ with more, and where possible the heading: `deploy.md#topics`. */
  readonly see?: string;
}

const prefix = 'ECOM_';

const entryForm =
  /^(ECOM_\w+)\n\n(.+)\n\n(?:Usual causes:\n\n((?:- .+\n)+)\n)?\*\*What to do\.\*\* (.+?)(?: More: \[.+\]\((.+)\)\.)?\s*$/;

/** Reads an entry of the page. @throws Error for one of another form, which is ours to correct */
function entryOf(topic: string, text: string): Explanation {
  const [, code, means, causes = '', fix, see] = entryForm.exec(text) ?? [];
  if (code === undefined || means === undefined || fix === undefined)
    throw new Error(`docs/errors.md has an entry of another form: ${text}`);
  const phrases = causes.split('\n').filter((line) => line !== '');
  return {
    code,
    topic,
    means,
    causes: phrases.map((line) => line.replace('- ', '')),
    fix,
    ...(see !== undefined && { see }),
  };
}

/** Every code, topic by topic, in the order of the page that people read. */
export const explanations: readonly Explanation[] = readFileSync(packedFile('docs/errors.md'), 'utf8')
  .split(/^## /m)
  .slice(1)
  .flatMap((section) => {
    const [topic = '', ...entries] = section.split(/^### /m);
    return entries.map((text) => entryOf(topic.trim(), text));
  });

/**
 * The codes that a text names: a code, also in lower case or without `ECOM_`, or a whole message.
 *
 * @throws UsageError `ECOM_CODE_UNKNOWN`, with the code that was probably meant
 */
export function explain(text: string): Explanation[] {
  const word = text.trim().replace(/^\W+|\W+$/g, '');
  const words = /^\w+$/.test(word) ? [word] : (text.match(/\bECOM_\w+/gi) ?? []);
  const names = new Set(words.map((one) => one.toUpperCase().replace(prefix, '')));
  const found = explanations.filter(({ code }) => names.has(code.slice(prefix.length)));
  if (found.length > 0) return found;
  const [name] = names;
  const known = explanations.map(({ code }) => code.slice(prefix.length));
  const near = name === undefined ? undefined : nearest(name, known);
  throw new UsageError('ECOM_CODE_UNKNOWN', {
    what: name === undefined ? 'There is no code in this text' : `There is no code ${prefix}${name}`,
    fix:
      near === undefined
        ? 'Copy it from the end of a message; without a code, the command lists them all.'
        : `Did you mean ${prefix}${near}? Without a code, the command lists them all.`,
  });
}

/** Lines of at most `width` characters, which start with `indent`. */
function wrapped(text: string, indent: string, width = 80): string {
  const most = width - indent.length;
  return text.replaceAll(new RegExp(`(.{1,${most}})(?:\\s+|$)`, 'g'), `${indent}$1\n`).trimEnd();
}

function entryText({ code, means, causes, fix, see }: Explanation): string {
  return [
    code,
    '',
    wrapped(means, ''),
    ...(causes.length === 0 ? [] : ['', 'Usual causes']),
    ...causes.map((cause) => wrapped(cause, '    ').replace('    ', '  - ')),
    '',
    'What to do',
    wrapped(fix, '  '),
    ...(see === undefined ? [] : ['', `More: docs/${see}`]),
  ].join('\n');
}

/** The entries for a terminal. */
export function explanationText(found: readonly Explanation[]): string {
  return found.map(entryText).join('\n\n\n');
}

/** Every code with the beginning of what it means, a line each. */
export function codesText(): string {
  const width = Math.max(...explanations.map(({ code }) => code.length));
  const lines = explanations.flatMap(({ code, topic, means }, place) => {
    const [first = ''] = wrapped(means, '', 80 - width - 6).split('\n');
    const line = `  ${code.padEnd(width)}  ${first}${first.endsWith('.') ? '' : ' …'}`;
    return topic === explanations[place - 1]?.topic ? [line] : ['', topic, line];
  });
  return lines.slice(1).join('\n');
}

/** The entries as one JSON object. */
export function explanationJson(found: readonly Explanation[]): string {
  return JSON.stringify({ errors: found }, null, 2);
}

/** What the command prints: of the codes that a text names, or without one of all. Throws as {@link explain} does. */
export function answerTo(text: string | undefined, json: boolean): string {
  if (json) return explanationJson(text === undefined ? explanations : explain(text));
  return text === undefined ? codesText() : explanationText(explain(text));
}
