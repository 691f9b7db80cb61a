import { EcomError } from '../plugins/ecom-analytics/core/error.ts';

/** Sections of text files that are marked by a line before and a line after, in whatever comments the file has. */

/** For this repository alone: cut from the template. */
export const repositorySection = 'repository';
/** Written from the answers. */
export const answersSection = 'answers';

const marker = (name: string, end: 'begin' | 'end') =>
  new RegExp(`^[ \\t]*(?:#|//|<!--)[ \\t]*${name}:${end}[ \\t]*(?:-->)?[ \\t]*$`);

/**
 * Gives every section of that name new lines, or (with undefined) cuts it, markers and all.
 *
 * @param where the file, for the error
 * @throws EcomError `ECOM_TEMPLATE_MARKER` when a marker has no counterpart
 */
export function replaceSections(
  text: string,
  name: string,
  lines: string | undefined,
  where: string,
): string {
  const begin = marker(name, 'begin');
  const end = marker(name, 'end');
  const kept: string[] = [];
  let openedAt: number | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const isEnd = end.test(line);
    if (begin.test(line) ? openedAt !== undefined : isEnd && openedAt === undefined)
      throw unmatched(name, where, index);
    if (begin.test(line)) {
      openedAt = index;
      if (lines !== undefined) kept.push(line, lines);
    } else if (isEnd) {
      openedAt = undefined;
      if (lines !== undefined) kept.push(line);
      // Of the blank lines around what is cut, one stays.
      else if (kept.at(-1) === '') kept.pop();
    } else if (openedAt === undefined) kept.push(line);
  }
  if (openedAt !== undefined) throw unmatched(name, where, openedAt);
  return kept.join('\n');
}

function unmatched(name: string, where: string, index: number): EcomError {
  return new EcomError('ECOM_TEMPLATE_MARKER', {
    what: `A marker of the section "${name}" has no counterpart`,
    where: `${where}:${index + 1}`,
    fix: `Put ${name}:begin before the section and ${name}:end after it.`,
  });
}
