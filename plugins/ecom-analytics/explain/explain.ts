import { type ErrorCode, UsageError } from '../core/error.ts';
import type { ErrorEntry } from '../core/errors/error-entry.ts';
import { errorTopics } from '../core/errors/error-topics.ts';
import { nearest } from '../core/nearest.ts';

/** A code with what is known about it. */
export interface Explanation extends ErrorEntry {
  readonly code: string;
  readonly topic: string;
}

const prefix = 'ECOM_';

/** Every code, topic by topic. */
export const explanations: readonly Explanation[] = Object.entries(errorTopics).flatMap(([topic, entries]) =>
  Object.entries<ErrorEntry>(entries).map(([code, entry]) => ({ code, topic, ...entry })),
);

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
  const unknown: ErrorCode = 'ECOM_CODE_UNKNOWN';
  throw new UsageError(unknown, {
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
  const lines = Object.entries(errorTopics).flatMap(([topic, entries]) => [
    '',
    topic,
    ...Object.entries<ErrorEntry>(entries).map(([code, { means }]) => {
      const [first = ''] = wrapped(means, '', 80 - width - 6).split('\n');
      return `  ${code.padEnd(width)}  ${first}${first.endsWith('.') ? '' : ' …'}`;
    }),
  ]);
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
