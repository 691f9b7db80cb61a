import { printable } from './printable.ts';

/** How a column is shown: numbers stand at the right edge in tables that are not Spark's. */
export interface ConsoleColumn {
  readonly name: string;
  readonly align?: 'left' | 'right';
}

const wide =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]/gu;
const widthless = /[\p{Mn}\p{Me}\p{Cf}]/gu;

/** As in Spark. */
const narrowest = 3;

/** How many columns of a terminal a text takes. */
function widthOf(text: string): number {
  const seen = text.replace(widthless, '');
  return [...seen].length + (seen.match(wide)?.length ?? 0);
}

/**
 * A table as Spark's console sink and `show(truncate=false)` draw it.
 *
 * @returns lines, each with its newline
 */
export function consoleTable(
  columns: readonly ConsoleColumn[],
  rows: readonly (readonly string[])[],
): string {
  const lines = [columns.map(({ name }) => name), ...rows].map((row) => row.map(printable));
  const widths = columns.map((_, column) =>
    lines.reduce((widest, line) => Math.max(widest, widthOf(line[column] ?? '')), narrowest),
  );
  const rule = `+${widths.map((width) => '-'.repeat(width)).join('+')}+\n`;
  const draw = (line: readonly string[]): string => {
    const cells = widths.map((width, column) => {
      const text = line[column] ?? '';
      const space = ' '.repeat(width - widthOf(text));
      return columns[column]?.align === 'right' ? space + text : text + space;
    });
    return `|${cells.join('|')}|\n`;
  };
  const [head = [], ...body] = lines;
  return `${rule}${draw(head)}${rule}${body.map(draw).join('')}${rule}`;
}
