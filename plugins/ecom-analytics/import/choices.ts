import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from '../core/error.ts';
import type { ShopFields } from '../core/fields.ts';
import { oneOf } from '../functions/command-arguments.ts';
import { joinMapping, parseMapping } from './mapping.ts';
import type { ReplayChoices } from './open-replay.ts';

/** The options of a replay, as every command that takes one declares them. */
export const replayDeclared = {
  replay: { type: 'string', multiple: true },
  map: { type: 'string' },
  'map-file': { type: 'string' },
  where: { type: 'string' },
  sql: { type: 'string' },
  rows: { type: 'string' },
  guests: { type: 'string' },
  currency: { type: 'string' },
  'time-format': { type: 'string' },
  'time-zone': { type: 'string' },
  delimiter: { type: 'string' },
  encoding: { type: 'string' },
  skip: { type: 'string' },
  null: { type: 'string', multiple: true },
  decimal: { type: 'string' },
} as const;

/** What a command that takes a replay may do in place of its own work. */
export const dryRunDeclared = {
  'dry-run': { type: 'boolean', default: false },
  save: { type: 'string' },
} as const;

type ReplayOptionName = keyof typeof replayDeclared;

type Mapped = Readonly<Record<string, string>>;
type ValueOf<Declared> = Declared extends { readonly multiple: true } ? string | string[] : string;
type Values = {
  readonly [Name in ReplayOptionName]?: ValueOf<(typeof replayDeclared)[Name]> | undefined;
};

export const replayUsage = `  --replay FILE         orders from a CSV, JSON or Parquet file, a folder or a pattern; repeat it for several
  --map OURS=THEIRS,…   which column or SQL expression is which of our fields; OURS= for none
  --map-file FILE       options that --dry-run --save kept; options given here take precedence
  --where SQL           only rows for which this holds, such as "Status = 'Paid'"
  --sql SELECT          a query over the files instead of their rows; each file is a table of its name
  --rows orders|items   whether rows of one order_id repeat it or are its items (detected from the values)
  --guests count        count each row without a customer as a customer of its own (refuse)
  --currency CODE       the currency to take if a file has several
  --time-format FORMAT  how times are written, by strptime: '%d/%m/%Y %H:%M'
  --time-zone ZONE      time zone of times without one, such as America/New_York (UTC)
  --delimiter, --encoding, --skip LINES, --null TEXT, --decimal ,
                        how a CSV file is written, if it is not detected`;

export const dryRunUsage = `  --dry-run             show how a file is read: mapping, orders, sums, what is refused; run nothing
  --save FILE           with --dry-run: save the mapping for --map-file`;

const fix = 'The options of a replay are shown by --help.';

function wrongValue(what: string): UsageError {
  return new UsageError('ECOM_OPTION_RANGE', { what, fix });
}

/** What `read` answers for the value of an option, which throws a RangeError for one that does not exist. */
function existing(
  kind: string,
  value: string | undefined,
  example: string,
  read: (value: string) => string,
): string | undefined {
  if (value === undefined) return undefined;
  try {
    return read(value);
  } catch (cause) {
    const what = `There is no ${kind} "${value}"`;
    const where = `--${kind.replace(' ', '-')}`;
    throw new UsageError('ECOM_OPTION_RANGE', { what, where, fix: example }, { cause });
  }
}

/**
 * What the options say of a replay.
 *
 * @throws UsageError `ECOM_OPTION_RANGE`
 */
export function readChoices(values: Values): ReplayChoices {
  const { skip } = values;
  if (skip !== undefined && !/^\d{1,6}$/.test(skip))
    throw wrongValue(`--skip takes a number of lines, not "${skip}"`);
  const delimiter = values.delimiter?.replace(/^\\t$|^tab$/i, '\t');
  if (delimiter !== undefined && [...delimiter].length !== 1)
    throw wrongValue(`--delimiter takes one character, not "${delimiter}"`);
  return {
    map: values.map,
    where: values.where,
    sql: values.sql,
    rows: oneOf('--rows', values.rows, ['orders', 'items'], fix),
    guests: oneOf('--guests', values.guests, ['refuse', 'count'], fix),
    currency: values.currency?.toUpperCase(),
    timeFormat: values['time-format'],
    timeZone: existing(
      'time zone',
      values['time-zone'],
      'Give a zone by its IANA name, for example America/New_York.',
      // DuckDB has no zones that are offsets, which Intl has since Node 22.
      (zone) =>
        new Intl.DateTimeFormat('en', { timeZone: zone.replace(/^[+-]/, '?') }).resolvedOptions().timeZone,
    ),
    delimiter,
    encoding: existing(
      'encoding',
      values.encoding,
      'Common ones are utf-8, utf-16le, windows-1252 (which Latin-1 is read as) and shift_jis.',
      (label) => new TextDecoder(label).encoding,
    ),
    skip: skip === undefined ? undefined : Number(skip),
    nulls: values.null === undefined ? undefined : [values.null].flat(),
    decimal: oneOf('--decimal', values.decimal, ['.', ','], fix),
  };
}

/** What a command was asked to replay. */
export interface AskedReplay {
  /** Absolute: files, folders and patterns. */
  readonly files: readonly string[];
  readonly choices: ReplayChoices;
  /** Show what the file is taken for, and run nothing; `save` keeps it and the options given for the next. */
  readonly dryRun: { readonly save: string | null; readonly given: Values } | null;
}

type AskedValues = Values & { readonly 'dry-run': boolean; readonly save?: string | undefined };

/**
 * What the options of {@link replayDeclared} and {@link dryRunDeclared} ask for.
 *
 * @param folder that relative paths start from
 * @param orderFields of the shop's definition, which a mapping may name too
 * @returns null where nothing is to be replayed
 * @throws UsageError `ECOM_OPTION_RANGE`, `ECOM_OPTION_CONFLICT`, `ECOM_REPLAY_MAP_FILE`
 */
export function askedReplay(
  values: AskedValues,
  folder: string,
  orderFields: ShopFields,
): AskedReplay | null {
  const { replay, save, 'dry-run': isDry, 'map-file': mapFile } = values;
  const conflict = (what: string): UsageError => new UsageError('ECOM_OPTION_CONFLICT', { what, fix });
  if (replay === undefined) {
    const names = [...Object.keys(replayDeclared), 'save'] as (keyof AskedValues)[];
    const given = isDry ? 'dry-run' : names.find((name) => values[name] !== undefined);
    if (given !== undefined) throw conflict(`--${given} needs --replay: it is for replayed orders`);
    return null;
  }
  if (save !== undefined && !isDry)
    throw conflict('--save cannot go with a run: it keeps what --dry-run finds');
  const files = [replay].flat();
  if (files.includes('')) throw wrongValue('--replay takes a file, not ""');
  const absolute = (file: string): string => path.resolve(folder, file);
  const given = withMapFile(
    mapFile === undefined ? undefined : absolute(mapFile),
    optionsOnly(values),
    orderFields,
  );
  return {
    files: files.map(absolute),
    choices: { ...readChoices(given), ...((isDry || mapFile !== undefined) && { isChecked: true }) },
    dryRun: isDry ? { save: save === undefined ? null : absolute(save), given } : null,
  };
}

/** The options that say how a file is read, which a map file may hold. */
function optionsOnly(values: Values): Values {
  const names = Object.keys(replayDeclared) as ReplayOptionName[];
  return Object.fromEntries(
    names.flatMap((name) =>
      name === 'replay' || name === 'map-file' || values[name] === undefined ? [] : [[name, values[name]]],
    ),
  );
}

/** The options of a file, and those that are given, which come before. A mapping is joined field by field. */
export function withMapFile(file: string | undefined, given: Values, orderFields: ShopFields): Values {
  if (file === undefined) return given;
  let kept: unknown;
  try {
    kept = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw mapFileError(file, 'read', cause);
  }
  if (!isKept(kept)) {
    throw new UsageError('ECOM_REPLAY_MAP_FILE', {
      what: 'The map file does not hold options of a replay',
      where: file,
      fix: `Its keys are options without their dashes, such as ${Object.keys(replayDeclared).slice(1, 5).join(', ')}, and its values texts; --dry-run --save FILE writes one.`,
    });
  }
  const { map = '' } = given;
  const over = parseMapping(map, orderFields).mapping;
  const mapped = typeof kept.map === 'object' ? kept.map : parseMapping(kept.map ?? '', orderFields).mapping;
  const rest = Object.entries(mapped).filter(([field]) => !Object.hasOwn(over, field));
  // What is given stays as it is, so that a slip in it is reported.
  const joined = [joinMapping(Object.fromEntries(rest)), map].filter((part) => part !== '').join(',');
  return { ...kept, ...given, map: joined === '' ? undefined : joined };
}

type Kept = Omit<Values, 'map'> & { readonly map?: string | Mapped };

/** Whether a value is what {@link saveMapFile} writes. */
function isKept(value: unknown): value is Kept {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const areTexts = (some: readonly unknown[]): boolean => some.every((one) => typeof one === 'string');
  return Object.entries(value).every(([name, side]) => {
    if (!Object.hasOwn(replayDeclared, name)) return false;
    if (name === 'map' && typeof side === 'object' && side !== null) return areTexts(Object.values(side));
    return typeof side === 'string' || (name === 'null' && Array.isArray(side) && areTexts(side));
  });
}

/** Keeps the mapping that was found and the options that were given, for the next file of the same layout. */
export async function saveMapFile(file: string, given: Values, mapping: Mapped): Promise<void> {
  await writeFile(file, `${JSON.stringify({ ...given, map: mapping }, null, 2)}\n`).catch(
    (cause: unknown) => {
      throw mapFileError(file, 'written', cause);
    },
  );
}

function mapFileError(file: string, done: 'read' | 'written', cause: unknown): UsageError {
  if (done === 'read' && cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
    const what = 'There is no such map file';
    const fix = 'Check the path of --map-file, or write one with --dry-run --save FILE.';
    return new UsageError('ECOM_REPLAY_MAP_FILE', { what, where: file, fix }, { cause });
  }
  const what = `The map file cannot be ${done}: ${cause instanceof Error ? cause.message : String(cause)}`;
  const fix = done === 'read' ? 'Write one with --dry-run --save FILE.' : 'Name another with --save.';
  return new UsageError('ECOM_REPLAY_MAP_FILE', { what, where: file, fix }, { cause });
}
