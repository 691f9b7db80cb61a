import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from '../core/error.ts';
import type { ShopFields } from '../core/fields.ts';
import { joinMapping, parseMapping } from './mapping.ts';
import type { ReplayChoices } from './replay.ts';

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
type Values = { readonly [Name in ReplayOptionName]?: string | string[] | undefined };

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

function oneOf<T extends string>(
  option: string,
  value: string | undefined,
  allowed: readonly T[],
): T | undefined {
  if (value === undefined) return undefined;
  const found = allowed.find((one) => one === value);
  if (found !== undefined) return found;
  throw new UsageError('ECOM_OPTION_RANGE', {
    what: `${option} takes ${allowed.join(' or ')}, not "${value}"`,
    fix,
  });
}

function encodingLabel(label: string): string {
  try {
    return new TextDecoder(label).encoding;
  } catch (cause) {
    const what = `There is no encoding "${label}"`;
    throw new UsageError(
      'ECOM_OPTION_RANGE',
      {
        what,
        where: '--encoding',
        fix: 'Common ones are utf-8, utf-16le, windows-1252 (which Latin-1 is read as) and shift_jis.',
      },
      { cause },
    );
  }
}

/**
 * What the options say of a replay.
 *
 * @throws UsageError `ECOM_OPTION_RANGE`
 */
export function readChoices(values: Values): ReplayChoices {
  const text = (name: ReplayOptionName): string | undefined => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
  const skip = text('skip');
  if (skip !== undefined && !/^\d{1,6}$/.test(skip))
    throw new UsageError('ECOM_OPTION_RANGE', { what: `--skip takes a number of lines, not "${skip}"`, fix });
  const delimiter = text('delimiter')?.replace(/^\\t$|^tab$/i, '\t');
  if (delimiter !== undefined && [...delimiter].length !== 1)
    throw new UsageError('ECOM_OPTION_RANGE', {
      what: `--delimiter takes one character, not "${delimiter}"`,
      fix,
    });
  const encoding = text('encoding');
  const nulls = values.null;
  return {
    map: text('map'),
    where: text('where'),
    sql: text('sql'),
    rows: oneOf('--rows', text('rows'), ['orders', 'items']),
    guests: oneOf('--guests', text('guests'), ['refuse', 'count']),
    currency: text('currency')?.toUpperCase(),
    timeFormat: text('time-format'),
    timeZone: text('time-zone'),
    delimiter,
    encoding: encoding === undefined ? undefined : encodingLabel(encoding),
    skip: skip === undefined ? undefined : Number(skip),
    nulls: typeof nulls === 'string' ? [nulls] : nulls,
    decimal: oneOf('--decimal', text('decimal'), ['.', ',']),
  };
}

/** What a command was asked to replay. */
export interface AskedReplay {
  /** Absolute: files, folders and patterns. */
  readonly files: readonly string[];
  readonly choices: ReplayChoices;
  /** Show what the file is taken for, and run nothing; `save` keeps it for the next. */
  readonly dryRun: { readonly save: string | null } | null;
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
  const conflict = (option: string, other: string, why: string): UsageError =>
    new UsageError('ECOM_OPTION_CONFLICT', { what: `${option} cannot go with ${other}: ${why}`, fix });
  if (replay === undefined) {
    const names = [...Object.keys(replayDeclared), 'save'] as (keyof AskedValues)[];
    const given = isDry ? 'dry-run' : names.find((name) => values[name] !== undefined);
    if (given !== undefined)
      throw new UsageError('ECOM_OPTION_CONFLICT', {
        what: `--${given} needs --replay: it is for replayed orders`,
        fix,
      });
    return null;
  }
  if (save !== undefined && !isDry) throw conflict('--save', 'a run', 'it keeps what --dry-run finds');
  const files = [replay].flat();
  if (files.includes(''))
    throw new UsageError('ECOM_OPTION_RANGE', { what: '--replay takes a file, not ""', fix });
  const absolute = (file: string): string => path.resolve(folder, file);
  return {
    files: files.map(absolute),
    choices: withMapFile(
      typeof mapFile === 'string' ? absolute(mapFile) : undefined,
      readChoices(values),
      orderFields,
    ),
    dryRun: isDry ? { save: save === undefined ? null : absolute(save) } : null,
  };
}

/** The choices of a file, and those that are given, which come before. A mapping is joined field by field. */
export function withMapFile(
  file: string | undefined,
  given: ReplayChoices,
  orderFields: ShopFields,
): ReplayChoices {
  if (file === undefined) return given;
  let kept: unknown;
  try {
    kept = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    const what = `The map file cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new UsageError(
      'ECOM_REPLAY_MAP_FILE',
      { what, where: file, fix: 'Write one with --dry-run --save FILE.' },
      { cause },
    );
  }
  if (!isKept(kept)) {
    throw new UsageError('ECOM_REPLAY_MAP_FILE', {
      what: 'The map file does not hold options of a replay',
      where: file,
      fix: `Its keys are options without their dashes, such as ${Object.keys(replayDeclared).slice(1, 5).join(', ')}, and its values texts; --dry-run --save FILE writes one.`,
    });
  }
  const { map } = kept;
  const mapped = typeof map === 'object' ? map : parseMapping(map ?? '', orderFields).mapping;
  const from = readChoices({ ...kept, map: undefined });
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const over = parseMapping(given.map ?? '', orderFields).mapping;
  const rest = joinMapping(
    Object.fromEntries(Object.entries(mapped).filter(([field]) => !Object.hasOwn(over, field))),
  );
  // What is given stays as it is, so that a slip in it is reported.
  const joined = [rest, given.map ?? ''].filter((part) => part !== '').join(',');
  return { ...from, ...said, ...(joined !== '' && { map: joined }) };
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

/** What a map file keeps besides the mapping, by the names of {@link replayDeclared}. */
const keptOptions = {
  where: 'where',
  sql: 'sql',
  rows: 'rows',
  guests: 'guests',
  currency: 'currency',
  'time-format': 'timeFormat',
  'time-zone': 'timeZone',
  delimiter: 'delimiter',
  encoding: 'encoding',
  null: 'nulls',
  decimal: 'decimal',
} as const satisfies Partial<Record<ReplayOptionName, keyof ReplayChoices>>;

/** Keeps the mapping that was found and the options that were given, for the next file of the same layout. */
export async function saveMapFile(file: string, choices: ReplayChoices, mapping: Mapped): Promise<void> {
  const options = Object.entries(keptOptions).map(([option, name]) => [option, choices[name]]);
  const kept = { map: mapping, ...Object.fromEntries(options), skip: choices.skip?.toString() };
  await writeFile(file, `${JSON.stringify(kept, null, 2)}\n`).catch((cause: unknown) => {
    const what = `The map file cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new UsageError(
      'ECOM_REPLAY_MAP_FILE',
      { what, where: file, fix: 'Name another with --save.' },
      { cause },
    );
  });
}
