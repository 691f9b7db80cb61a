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
/** The narrowest that a column of text is made; below it, each row becomes a list of its columns. */
const narrowestText = 10;

/** How many columns a terminal has; what is piped on is laid out for a terminal of the usual width. */
export function terminalWidth(): number {
  return process.stdout.columns ?? 80;
}

/** How many columns of a terminal a text takes. */
function widthOf(text: string): number {
  const seen = text.replace(widthless, '');
  return [...seen].length + (seen.match(wide)?.length ?? 0);
}

/** A line may end after a space or an underscore. */
const pieces = (text: string): string[] => text.split(/(?<=[ _])/);

/** The longest start of a text that fits, one character at least, and the rest. */
function cut(text: string, width: number): [string, string] {
  let head = '';
  for (const character of text) {
    if (head !== '' && widthOf(head + character) > width) break;
    head += character;
  }
  return [head, text.slice(head.length)];
}

/** A text as lines of a width: broken between words, and within those that are longer. */
function linesOf(text: string, width: number): string[] {
  if (widthOf(text) <= width) return [text];
  const lines: string[] = [];
  let line = '';
  for (const piece of pieces(text)) {
    if (line !== '' && widthOf((line + piece).trimEnd()) > width) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += piece;
    while (widthOf(line.trimEnd()) > width) {
      const [head, rest] = cut(line, width);
      lines.push(head);
      line = rest;
    }
  }
  return [...lines, line.trimEnd()];
}

type Cells = readonly string[];

function widest(cells: Iterable<string>): number {
  let most = narrowest;
  for (const cell of cells) most = Math.max(most, widthOf(cell));
  return most;
}

/**
 * The widths of columns whose table is no wider than `most`: text is broken over lines, and so are heads; numbers stay whole.
 * Null where that is not enough.
 */
function fittedWidths(
  columns: readonly ConsoleColumn[],
  head: Cells,
  rows: readonly Cells[],
  most: number,
): number[] | null {
  const widths = columns.map((_, column) => widest([head, ...rows].map((row) => row[column] ?? '')));
  const least = columns.map(({ align }, column) => {
    const inHead = widest(pieces(head[column] ?? '').map((piece) => piece.trimEnd()));
    const inCells = widest(rows.map((row) => row[column] ?? ''));
    return Math.max(inHead, align === 'right' ? inCells : Math.min(inCells, narrowestText));
  });
  const room = most - columns.length - 1;
  const sum = (all: readonly number[]): number => all.reduce((total, one) => total + one, 0);
  if (sum(least) > room) return null;
  for (let excess = sum(widths) - room; excess > 0; excess--) {
    const isSpare = widths.map((width, column) => width > (least[column] ?? 0));
    // Heads of numbers first: text that is broken often makes the table long.
    const inHeads = isSpare.map((is, column) => is && columns[column]?.align === 'right');
    const chosen = inHeads.includes(true) ? inHeads : isSpare;
    const spare = widths.map((width, column) => (chosen[column] ? width : 0));
    const column = spare.indexOf(Math.max(...spare));
    widths[column] = (widths[column] ?? 0) - 1;
  }
  return widths;
}

function ruleOf(widths: readonly number[]): string {
  return `+${widths.map((width) => '-'.repeat(width)).join('+')}+\n`;
}

/** Draws a row, which has as many lines as its tallest cell. */
function drawnRow(columns: readonly ConsoleColumn[], widths: readonly number[], cells: Cells): string {
  const broken = widths.map((width, column) => linesOf(cells[column] ?? '', width));
  const height = Math.max(...broken.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) => {
    const texts = widths.map((width, column) => {
      const text = broken[column]?.[line] ?? '';
      const space = ' '.repeat(width - widthOf(text));
      return columns[column]?.align === 'right' ? space + text : text + space;
    });
    return `|${texts.join('|')}|\n`;
  }).join('');
}

/** Each row as a list of its columns, as `psql` shows what is too wide. */
function recordsTable(head: Cells, rows: readonly Cells[], most: number): string {
  const names = Math.min(widest(head), Math.max(narrowest, Math.floor(most / 2) - 3));
  const values = Math.min(widest(rows.flat()), Math.max(narrowest, most - names - 3));
  const widths = [names, values];
  const records = rows.map((row) =>
    head.map((name, column) => drawnRow([], widths, [name, row[column] ?? ''])).join(''),
  );
  return ruleOf(widths) + records.map((record) => record + ruleOf(widths)).join('');
}

/**
 * A table as Spark's console sink and `show(truncate=false)` draw it, no wider than a terminal.
 *
 * @param most columns of the terminal; what needs more is broken over lines, or becomes a list of columns for each row
 * @returns lines, each with its newline
 */
export function consoleTable(
  columns: readonly ConsoleColumn[],
  rows: readonly (readonly string[])[],
  most: number,
): string {
  const head = columns.map(({ name }) => printable(name));
  const body = rows.map((row) => row.map(printable));
  const fitted = fittedWidths(columns, head, body, most);
  if (fitted === null && body.length > 0) return recordsTable(head, body, most);
  const widths = fitted ?? head.map((name) => widest([name]));
  const [drawnHead, ...drawn] = [head, ...body].map((row) => drawnRow(columns, widths, row));
  const rule = ruleOf(widths);
  return `${rule}${drawnHead}${rule}${drawn.join('')}${rule}`;
}
