import { UsageError } from '../core/error.ts';
import { shellOption } from '../functions/shell-word.ts';
import type { Plan } from './layout.ts';
import { duckdbReason, type ReplayDatabase } from './replay-database.ts';
import { literal, literalList } from './sql.ts';

/** Rows that a form is judged by, where it can be told from a few. */
export const sampleRows = 20_000;

/** Times of a day, after a date; their marks are those that {@link plainWords} leaves. */
const hours = ['', ' %H:%M:%S', ' %H:%M', ' %I:%M:%S %p', ' %I:%M %p'];
/** Forms that cannot be misread, besides what DuckDB casts by itself (ISO 8601); those with a zone, and without. */
const zoned = [
  '%Y-%m-%d %H:%M:%S %z',
  '%Y-%m-%dT%H:%M:%S%z',
  '%Y-%m-%dT%H:%M:%S.%f%z',
  '%Y%m%dT%H%M%S%z',
  '%d %b %Y %H:%M:%S %z',
  '%b %d %Y %H:%M:%S %z',
];
const days = [
  '%Y-%m-%d',
  '%Y/%m/%d',
  '%Y.%m.%d',
  '%Y%m%d',
  '%b %d %Y',
  '%B %d %Y',
  '%d %b %Y',
  '%d %B %Y',
  // %Y takes two digits for a year of the first century, %y never four.
  '%d-%b-%y',
  '%b-%d-%y',
  '%d-%b-%Y',
  '%b-%d-%Y',
];
const local = [
  '%Y%m%dT%H%M%S',
  '%Y%m%d%H%M%S',
  '%b %d %H:%M:%S %Y',
  ...days.flatMap((day) => hours.map((hour) => day + hour)),
];

/** A day, a month and a year in an order that numbers alone do not say. */
const numbersAlone = String.raw`^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(\D.*)?$`;

/** The clock of a time, and a zone behind it; or a count since 1970. */
const timeOfDay = String.raw`:|T\d{4}|^\d{14}$`;
const withZone = String.raw`(?i)(Z|[+-]\d\d:\d\d|:\d\d(\.\d+)? ?([+-]\d{2,4}|[a-z]{3,5}|[a-z_]+/[a-z_/]+)|T\d{6}[+-]\d{4}|GMT[+-]\d{4} \(.*\))$`;

/** How a column of times is read: an SQL expression of type TIMESTAMPTZ, and what to say of it. */
export interface TimeReading {
  readonly sql: string;
  readonly notes: readonly string[];
}

/** What comes first in dates of numbers alone; a year that does has two digits. */
type First = 'day' | 'month' | 'year';

const orders: Readonly<Record<First, (year: '%Y' | '%y') => readonly string[]>> = {
  day: (year) => ['%d', '%m', year],
  month: (year) => ['%m', '%d', year],
  year: () => ['%y', '%m', '%d'],
};

/** Days in an order that was found out or said, with whatever time follows. */
function inOrder(text: string, first: First, mark: string, year: '%Y' | '%y'): string {
  const forms = hours.map((hour) => orders[first](year).join(mark) + hour);
  return `try_strptime(${plainWords(text)}, ${literalList(forms)})`;
}

/** Without the day of the week, commas, the word before a time, and a zone's name beside its offset. */
function plainWords(text: string): string {
  const without = `regexp_replace(${text}, '(?i)^(mon|tue|wed|thu|fri|sat|sun)[a-z]*\\b|,|\\bat\\b|\\bGMT([+-]\\d{4}) \\(.*\\)$', ' \\2', 'g')`;
  return `trim(regexp_replace(${without}, '\\s+', ' ', 'g'))`;
}

function clean(expression: string): string {
  // Spaces that a spreadsheet or a locale puts before AM, and a zone by a name that is one of UTC's.
  return `regexp_replace(regexp_replace(trim(${expression}), '[\\x{00a0}\\x{202f}]', ' ', 'g'), ' ?(UTC|GMT)$', 'Z')`;
}

/** Seconds, milliseconds, microseconds or nanoseconds since 1970, by the number of digits (1973 to 2286). */
function epoch(text: string): string {
  const long = `CAST(${text} AS BIGINT)`;
  return (
    `CASE WHEN regexp_full_match(${text}, '\\d{9,10}(\\.\\d+)?') THEN to_timestamp(CAST(${text} AS DOUBLE)) ` +
    `WHEN regexp_full_match(${text}, '\\d{12,13}') THEN make_timestamptz(${long} * 1000) ` +
    `WHEN regexp_full_match(${text}, '\\d{15,16}') THEN make_timestamptz(${long}) ` +
    `WHEN regexp_full_match(${text}, '\\d{18,19}') THEN make_timestamptz(${long} // 1000) END`
  );
}

/** One reading for all rows, as local times in the session's zone unless they say theirs. */
function textSql(expression: string, first: First | null): string {
  const text = clean(expression);
  const tried: string[] = [];
  // Before the casts, which take 01/09/24 for a day of the year 1.
  if (first !== null) {
    for (const mark of ['/', '.', '-']) {
      const ofMark = (digits: number, year: '%Y' | '%y'): string =>
        `CASE WHEN regexp_matches(${text}, '^\\d+[${mark}]\\d+[${mark}]\\d{${digits}}(\\D|$)') THEN CAST(${inOrder(text, first, mark, year)} AS TIMESTAMPTZ) END`;
      tried.push(ofMark(4, '%Y'), ofMark(2, '%y'));
    }
  }
  tried.push(
    // The pipeline's own form, as most files have it, needs no cleaning.
    `try_cast(${expression} AS TIMESTAMPTZ)`,
    `try_cast(${text} AS TIMESTAMPTZ)`,
    `CAST(try_strptime(regexp_replace(${plainWords(text)}, 'Z$', '+00:00'), ${literalList(zoned)}) AS TIMESTAMPTZ)`,
    epoch(text),
  );
  tried.push(`CAST(try_strptime(${plainWords(text)}, ${literalList(local)}) AS TIMESTAMPTZ)`);
  return `coalesce(${tried.join(', ')})`;
}

/** What is a time by any form, for a look at a few rows. */
export function timeSample(column: string, type: string): string {
  if (/^(TIMESTAMP|DATE)/.test(type)) return column;
  return `coalesce(${textSql(`CAST(${column} AS VARCHAR)`, 'day')}, ${textSql(`CAST(${column} AS VARCHAR)`, 'month')})`;
}

/** Two readings of one value, each with the option that says it. */
function ambiguous(where: string, example: string, readings: readonly [First, First]): UsageError {
  const [, numbers = '', rest = ''] = /^(\d+.\d+.\d+)(.*)$/.exec(example) ?? [];
  const mark = /\D/.exec(example)?.[0] ?? '/';
  const year = /\d{4}$/.test(numbers) ? '%Y' : '%y';
  const hour = hours.find((one) => {
    const pattern = one.replaceAll(/%[HIMS]/g, '\\d{1,2}').replace('%p', '[AaPp][Mm]');
    return new RegExp(`^,?${pattern}$`).test(rest);
  });
  const withYear = readings.includes('year');
  const style = withYear ? ({ dateStyle: 'long' } as const) : ({ month: 'long', day: 'numeric' } as const);
  const read = (first: First): string => {
    const order = orders[first](year);
    const parts = numbers.split(/\D/).map(Number);
    const at = (part: string): number => parts[order.indexOf(part)] ?? 0;
    const day = Date.UTC(2000 + (at(year) % 100), at('%m') - 1, at('%d'));
    const said = new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', ...style }).format(day);
    const comma = hour !== '' && rest.startsWith(',') ? ',' : '';
    return `${said}: ${shellOption('--time-format', order.join(mark) + comma + (hour ?? ''))}`;
  };
  const what = `The times do not say whether the day or the ${withYear ? 'year' : 'month'} comes first: ${example} can be read in two ways`;
  const fix = `Say which it is.\n  ${read(readings[0])}\n  ${read(readings[1])}`;
  return new UsageError('ECOM_REPLAY_TIME', { what, where, fix });
}

/**
 * How the times of the rows of `source` are read. Forms that say day and month by their place alone are decided by all of the
 * values: one that is over 12 is a day.
 *
 * @param said strptime, as the user says it; and the file, for an error
 * @throws UsageError `ECOM_REPLAY_TIME` where both readings are possible, or none; `ECOM_OPTION_RANGE`
 */
export async function timeReading(
  db: ReplayDatabase,
  source: string,
  plan: Plan,
  said: { readonly format?: string | undefined; readonly file: string },
): Promise<TimeReading> {
  const expression = `(${plan.expressions.timestamp ?? 'NULL'})`;
  const [{ type = '' } = {}] = await db.columns(`SELECT ${expression} AS t FROM ${source}`);
  if (/^(TIMESTAMP|DATE)/.test(type)) return { sql: `CAST(${expression} AS TIMESTAMPTZ)`, notes: [] };
  const text = `CAST(${expression} AS VARCHAR)`;
  const cleaned = clean(text);
  const { format } = said;
  if (format !== undefined) {
    await db.row(`SELECT try_strptime('', ${literal(format)}) AS t`).catch((cause: unknown) => {
      const what = `--time-format "${format}" is not a format: ${duckdbReason(cause)}`;
      const fix = 'It is written as strptime has it, for example %d/%m/%Y %H:%M.';
      throw new UsageError('ECOM_OPTION_RANGE', { what, where: '--time-format', fix }, { cause });
    });
    return { sql: `CAST(try_strptime(${cleaned}, ${literal(format)}) AS TIMESTAMPTZ)`, notes: [] };
  }
  const reading = (first: First | null, ...notes: string[]): TimeReading => ({
    sql: textSql(text, first),
    notes,
  });
  const areNumbers = `regexp_matches(${cleaned}, ${literal(numbersAlone)})`;
  const sample = await db.row(
    `SELECT count(*) FILTER (${areNumbers}) AS n, count(${text}) AS all_of FROM (SELECT * FROM ${source} LIMIT ${sampleRows})`,
  );
  if (Number(sample.n) === 0) return reading(null);
  const part = (group: number): string =>
    `try_cast(regexp_extract(t, ${literal(numbersAlone)}, ${group}) AS INTEGER)`;
  const all = await db.row(
    'SELECT max(a)::DOUBLE AS first, max(b)::DOUBLE AS second, max(c)::DOUBLE AS third, any_value(t) FILTER (a > 12) AS day_first, any_value(t) FILTER (b > 12) AS month_first, ' +
      'any_value(t) AS any_of, count(DISTINCT a)::DOUBLE AS firsts, count(DISTINCT c)::DOUBLE AS thirds, any_value(t) FILTER (a <> b AND a > 0) AS example ' +
      `FROM (SELECT t, ${part(1)} AS a, ${part(2)} AS b, ${part(3)} AS c FROM (SELECT ${cleaned} AS t FROM ${source} WHERE ${areNumbers}))`,
  );
  const [first, second, third] = [Number(all.first ?? 0), Number(all.second ?? 0), Number(all.third ?? 0)];
  const [firsts, thirds] = [Number(all.firsts), Number(all.thirds)];
  const [anyOf, dayFirst, monthFirst] = [String(all.any_of), String(all.day_first), String(all.month_first)];
  const where = `${said.file}, ${plan.mapping.timestamp ?? 'timestamp'}`;
  const mayBeYearFirst = second <= 12 && third <= 31 && third > 0;
  // 24-01-05, 24-01-06: a year changes less often than a day.
  if (mayBeYearFirst && (first > 31 || (firsts * 2 < thirds && first > 12)))
    return reading('year', `Times have the year first (${anyOf}).`);
  if (mayBeYearFirst && /^\d+-/.test(anyOf) && firsts <= thirds && first > 12)
    throw ambiguous(where, dayFirst, ['year', 'day']);
  if (first > 12 && second > 12) {
    throw new UsageError('ECOM_REPLAY_TIME', {
      what: `The times have their month in the first place and in the second: ${monthFirst}, ${dayFirst}`,
      where,
      fix: 'Say with --time-format which to read, for example --time-format %d/%m/%Y; the others are refused.',
    });
  }
  if (first > 12) return reading('day', `Times have the day first (${dayFirst}).`);
  if (second > 12) return reading('month', `Times have the month first (${monthFirst}).`);
  // A platform may write dates as a country does; with points, the day is first everywhere.
  const known = plan.layout.first && /^\d+\./.test(anyOf) ? 'day' : plan.layout.first;
  const example = String(all.example ?? '1/1/2024');
  if (known !== undefined)
    return reading(
      known,
      `Times are read with the ${known} first, as this layout has it (${example}); --time-format says otherwise.`,
    );
  // A few among others are refused, and named; a column of them is asked about.
  if (Number(sample.n) * 2 < Number(sample.all_of)) return reading(null);
  throw ambiguous(where, example, ['month', 'day']);
}

/** Whether some times have a clock and no zone, so that the session's is theirs. */
export async function lackZone(
  db: ReplayDatabase,
  source: string,
  { expressions }: Plan,
  { sql }: TimeReading,
): Promise<boolean> {
  const { timestamp = 'NULL', time_zone } = expressions;
  if (time_zone !== undefined) return false;
  const [{ type = '' } = {}] = await db.columns(`SELECT (${timestamp}) AS t FROM ${source}`);
  if (/^(TIMESTAMP|DATE)/.test(type)) return /^TIMESTAMP(?! WITH)/.test(type);
  const { n } = await db.row(
    `SELECT count(*) AS n FROM (SELECT ${clean(`CAST((${timestamp}) AS VARCHAR)`)} AS t, ${sql} AS read FROM ${source} LIMIT 1000) ` +
      `WHERE read IS NOT NULL AND regexp_matches(t, ${literal(timeOfDay)}) AND NOT regexp_matches(t, ${literal(withZone)})`,
  );
  return Number(n) > 0;
}
