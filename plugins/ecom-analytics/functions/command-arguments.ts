import { type ParseArgsConfig, parseArgs } from 'node:util';
import { EcomError, UsageError } from '../core/error.ts';
import { didYouMean, listed } from '../core/nearest.ts';

/** Options that npm has itself, and whose value in the environment may come from its settings. */
const ofNpm = new Set(['debug', 'description', 'git', 'help', 'install', 'json', 'version', 'yes']);

/**
 * The first option that npm took for its own, for want of `--` before it: npm leaves it in the environment, and its value
 * among the arguments. Undefined where it took none.
 *
 * @param names of the command's options
 */
export function takenByNpm(
  names: Iterable<string>,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  return [...names].find(
    (name) => !ofNpm.has(name) && environment[`npm_config_${name.replaceAll('-', '_')}`] !== undefined,
  );
}

/** Names the option that an unknown one is a slip of, to stand before what else to do; empty where none is near. */
export function meantOption(error: unknown, names: readonly string[]): string {
  const [, unknown = ''] =
    /^Unknown option '--([^']+)'/.exec(error instanceof Error ? error.message : '') ?? [];
  const meant = didYouMean(unknown, names, (name) => `--${name}`);
  return meant === '' && unknown.startsWith('no-')
    ? didYouMean(unknown.slice('no-'.length), names, (name) => `--no-${name}`)
    : meant;
}

/**
 * What Node's `parseArgs` found wrong, as a sentence without a full stop. Its own hints on dashes are left out: they run
 * over several lines and speak of `--option=-XYZ`, or of positionals that no command here takes.
 */
export function optionProblem(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [, option] = /^Option '(?:-\w, )?(--[\w-]+)[^']*' argument is ambiguous/.exec(error.message) ?? [];
  if (option !== undefined)
    return `${option} lacks its value; one that starts with a dash is written ${option}=-…`;
  return error.message.replace(/\.?\s+To specify.*$/s, '').replace(/\.$/, '');
}

/**
 * Reads a command's arguments: options as declared, and positionals.
 *
 * @param fix what someone should do who called the command wrongly
 * @param takes what the command knows what to do with
 * @throws UsageError `ECOM_OPTION_UNKNOWN`
 */
export function parseArguments<const Options extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: Options,
  fix: string,
  takes: 'options' | 'options and a folder' | 'options and positionals' = 'options and positionals',
) {
  const names = Object.keys(options);
  const taken = takenByNpm(names, process.env);
  if (taken !== undefined) {
    const script = process.env.npm_lifecycle_event ?? '';
    const call = script === 'start' ? 'npm start' : `npm run ${script}`;
    throw new UsageError('ECOM_OPTION_UNKNOWN', {
      what: `npm took --${taken} for an option of its own`,
      fix: `Put -- before the options: ${call} -- --${taken} …`,
    });
  }
  const parsed = (() => {
    try {
      return parseArgs({ args: [...args], options, allowPositionals: true });
    } catch (cause) {
      const todo = `${meantOption(cause, names)}${fix}`;
      throw new UsageError('ECOM_OPTION_UNKNOWN', { what: optionProblem(cause), fix: todo }, { cause });
    }
  })();
  const [first, second] = parsed.positionals;
  if (takes === 'options' && first !== undefined)
    throw new UsageError('ECOM_OPTION_UNKNOWN', { what: `Unexpected argument "${first}"`, fix });
  if (takes === 'options and a folder' && second !== undefined)
    throw new UsageError('ECOM_OPTION_UNKNOWN', {
      what: `Name one folder: "${second}" is a second one`,
      fix,
    });
  return parsed;
}

/**
 * Why a server does not get the port that was asked for, as an error that a user can act on: `ECOM_PORT_TAKEN` or
 * `ECOM_PORT_REFUSED`. Any other error as it is.
 *
 * @param free what the command does without `--port`, such as `get any free one`
 */
export function portError(cause: unknown, port: number, free: string): unknown {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  // Windows answers EACCES for a port that another program has reserved.
  if (code !== 'EADDRINUSE' && code !== 'EACCES') return cause;
  const isTaken = code === 'EADDRINUSE';
  return new EcomError(
    isTaken ? 'ECOM_PORT_TAKEN' : 'ECOM_PORT_REFUSED',
    {
      what: isTaken ? `Port ${port} is taken by another program` : `This user may not listen on port ${port}`,
      where: `--port ${port}`,
      fix: `Stop that program, name another port with --port, or leave --port out to ${free}.`,
    },
    { cause },
  );
}

/**
 * The value of an option that takes one of a few; undefined where it was not given.
 *
 * @throws UsageError `ECOM_OPTION_RANGE`
 */
export function oneOf<T extends string>(
  option: string,
  value: string | undefined,
  allowed: readonly T[],
  fix: string,
): T | undefined {
  const found = allowed.find((one) => one === value);
  if (found === undefined && value !== undefined)
    throw new UsageError('ECOM_OPTION_RANGE', {
      what: `${option} takes ${listed(allowed)}, not "${value}"`,
      fix: `${didYouMean(value, allowed)}${fix}`,
    });
  return found;
}

/** What an option takes that is a number: from `min` to `max`, both included. */
interface NumberRange {
  readonly min: number;
  readonly max: number;
  readonly whole?: true;
}

/**
 * The value of an option that takes a number; undefined where it was not given.
 *
 * @throws UsageError `ECOM_OPTION_RANGE`
 */
export function numberOf(
  option: string,
  text: string | undefined,
  { min, max, whole }: NumberRange,
  fix: string,
): number | undefined {
  if (text === undefined) return undefined;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= min && value <= max && (!whole || Number.isInteger(value))) return value;
  const what = `${option} takes a ${whole ? 'whole ' : ''}number from ${min} to ${max}, not "${text}"`;
  throw new UsageError('ECOM_OPTION_RANGE', { what, fix });
}
