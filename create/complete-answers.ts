import { parseArgs } from 'node:util';
import { UsageError } from '../plugins/ecom-analytics/core/error.ts';
import {
  meantOption,
  optionProblem,
  takenByNpm,
} from '../plugins/ecom-analytics/functions/command-arguments.ts';
import type { Answers, Surroundings } from './answers.ts';
import { optionKeys, options } from './option.ts';

/** From flags, defaults and (through a callback) questions to a full set of answers. */

/** Flags that are no answers. */
export interface Modes {
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly help: boolean;
  readonly version: boolean;
  readonly debug: boolean;
  /** Writes into a folder that is not empty, where nothing in it is in the way. */
  readonly continue: boolean;
}

/** What was typed for each option, not yet read. */
export type Typed = Readonly<Partial<Record<keyof Answers, string>>>;

/** In place of an answer: the question before is to be asked again. */
export const back = Symbol('back');

/** Asks for one option; `initial` is what an empty answer means. */
export type Ask = <Key extends keyof Answers>(
  key: Key,
  initial: Answers[Key] | undefined,
  before: Partial<Answers>,
) => Promise<Answers[Key] | typeof back>;

type FlagConfig = Record<string, { type: 'string' | 'boolean'; short?: string }>;

/** The flags of the option table as `parseArgs` wants them, with those that every command has. */
function flagConfig(): FlagConfig {
  const flags: FlagConfig = {
    yes: { type: 'boolean', short: 'y' },
    'dry-run': { type: 'boolean' },
    continue: { type: 'boolean' },
    start: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
    version: { type: 'boolean', short: 'v' },
    debug: { type: 'boolean' },
  };
  for (const key of optionKeys) {
    const { flag, takes } = options[key];
    if (flag !== null) flags[flag] = { type: takes === undefined ? 'boolean' : 'string' };
  }
  return flags;
}

/** The flag of an option as a user types it. */
export function flagOf(key: keyof Answers): string {
  const { flag, takes } = options[key];
  return flag === null ? `<${takes}>` : `--${flag}`;
}

function usage(what: string, where: string, fix: string, cause?: unknown): UsageError {
  return new UsageError('ECOM_USAGE', { what, where, fix }, { cause });
}

/**
 * Refuses a call whose flags npm took for its own, for want of `--` before them: it leaves them in the environment.
 *
 * @throws UsageError
 */
export function refuseTakenByNpm(environment: Readonly<Record<string, string | undefined>>): void {
  const taken = takenByNpm(Object.keys(flagConfig()), environment);
  if (taken !== undefined)
    throw usage(
      `npm took --${taken} for its own`,
      'command line',
      'Put -- before the flags: npm create ecom-analytics my-shop -- …',
    );
}

/**
 * Takes the command line apart.
 *
 * @throws UsageError on an unknown flag, a flag without its value, or a second folder
 */
export function readFlags(args: readonly string[]): { readonly typed: Typed; readonly modes: Modes } {
  const parsed = (() => {
    try {
      return parseArgs({
        args: [...args],
        options: flagConfig(),
        allowPositionals: true,
        allowNegative: true,
        strict: true,
      });
    } catch (error) {
      const meant = meantOption(error, Object.keys(flagConfig()));
      throw usage(
        optionProblem(error),
        'command line',
        `${meant}See \`npm create ecom-analytics -- --help\`.`,
        error,
      );
    }
  })();
  const [directory, second] = parsed.positionals;
  if (second !== undefined)
    throw usage('There are two folders', `${directory} ${second}`, 'Quote a path that has spaces.');

  if (directory !== undefined && /^(update|updat|udpate|upate|updte|pdate|updates|upgrade)$/i.test(directory))
    throw usage(
      `There is no command "${directory}"`,
      'command line',
      `For an update, "update" goes first. For a project of that name: ./${directory}`,
    );

  const typed: Partial<Record<keyof Answers, string>> = directory === undefined ? {} : { directory };
  for (const key of optionKeys) {
    const value = parsed.values[options[key].flag ?? ''];
    if (value !== undefined) typed[key] = typeof value === 'string' ? value : value ? 'yes' : 'no';
  }
  if (parsed.values.start === true) {
    if (typed.install === 'no')
      throw usage('--start and --no-install exclude each other', 'command line', 'Leave one of them out.');
    typed.install = 'start';
  }
  const on = (name: string): boolean => parsed.values[name] === true;
  return {
    typed,
    modes: {
      yes: on('yes'),
      dryRun: on('dry-run'),
      help: on('help'),
      version: on('version'),
      debug: on('debug'),
      continue: on('continue'),
    },
  };
}

function refused(key: keyof Answers, text: string, wrong: string): UsageError {
  return usage(
    `${flagOf(key)} cannot be "${text}": ${wrong}`,
    'command line',
    'Correct it, or leave it out.',
  );
}

function readTyped<Key extends keyof Answers>(key: Key, text: string): Answers[Key] {
  const reading = options[key].read(text);
  if (reading.wrong === undefined) return reading.value;
  throw refused(key, text, reading.wrong);
}

/** Reads all flags before the first question, so that nobody answers seven questions to learn of a typing error. */
function readAll(typed: Typed): Partial<Answers> {
  const given: Partial<Answers> = {};
  const read = <Key extends keyof Answers>(key: Key) => {
    const text = typed[key];
    if (text !== undefined) given[key] = readTyped(key, text);
  };
  for (const key of optionKeys) read(key);
  return given;
}

function isComplete(answers: Partial<Answers>): answers is Answers {
  return optionKeys.every((key) => answers[key] !== undefined);
}

/** How an option was settled: by a question, without one, or not at all, since the one before is to be asked again. */
type Settled = 'asked' | 'unasked' | 'back';

/**
 * Settles every option in the table's order: what a flag says, or else what a question (where there is somebody to ask),
 * or else the default. A question can be left for the one before it, which then suggests what was answered.
 *
 * @param ask undefined where nobody can be asked
 * @param mayDefault whether unasked questions take their default; without it they are errors
 * @throws UsageError on a wrong value, a flag that means nothing beside the others, or a missing answer
 */
export async function completeAnswers(
  typed: Typed,
  surroundings: Surroundings,
  ask: Ask | undefined,
  mayDefault: boolean,
): Promise<Answers> {
  const given = readAll(typed);
  const answers: Partial<Answers> = {};
  const earlier: Partial<Answers> = {};
  const missing = new Set<string>();

  const settleOne = async <Key extends keyof Answers>(key: Key): Promise<Settled> => {
    const option = options[key];
    const suggested = option.initial(answers, surroundings, given);
    if (option.applies && !option.applies(answers)) {
      if (given[key] !== undefined)
        throw usage(
          `${flagOf(key)} has no meaning here`,
          'command line',
          `It goes with ${option.appliesOnly}.`,
        );
      if (suggested !== undefined) answers[key] = suggested;
      return 'unasked';
    }
    if (given[key] !== undefined) {
      const wrong = option.clash?.(given[key], answers);
      if (wrong !== undefined) throw refused(key, typed[key] ?? '', wrong);
      answers[key] = given[key];
      return 'unasked';
    }
    // What the machine suggests may be nothing that the option takes: AWS_REGION=local.
    const isTaken = suggested !== undefined && option.read(option.write(suggested)).wrong === undefined;
    const initial = isTaken ? suggested : undefined;
    const { question } = option;
    const asked = question !== undefined && (question.when?.(answers, given) ?? true);
    if (asked && ask) {
      const answer = await ask(key, earlier[key] ?? question.suggested ?? initial, answers);
      if (answer === back) return 'back';
      answers[key] = answer;
      earlier[key] = answer;
      return 'asked';
    }
    if (initial === undefined || (asked && !question.optional && !mayDefault))
      missing.add(`${flagOf(key)}${option.flag === null ? '' : ` ${option.takes}`}`);
    // What follows may hang on it: with the default, the list of what is missing is whole.
    if (initial !== undefined) answers[key] = initial;
    return 'unasked';
  };

  /** @returns false where the question before these is to be asked again */
  const settleFrom = async (index: number): Promise<boolean> => {
    const key = optionKeys[index];
    if (key === undefined) return true;
    for (;;) {
      const settled = await settleOne(key);
      if (settled !== 'back' && (await settleFrom(index + 1))) return true;
      delete answers[key];
      if (settled !== 'asked') return false;
    }
  };
  // Before the first question there is none: it is asked again.
  while (!(await settleFrom(0)));

  if (missing.size > 0 || !isComplete(answers))
    throw usage(
      ask || mayDefault ? 'Answers are missing' : 'Answers are missing, and there is no terminal to ask on',
      [...missing].join(', '),
      ask || mayDefault ? 'Give these flags.' : 'Give these flags, or --yes to take the defaults.',
    );
  return answers;
}

/** The answers as flags would say them: `completeAnswers` and `restoreAnswers` make the same answers of it. */
export function typedAnswers(answers: Answers): Typed {
  const typed: Partial<Record<keyof Answers, string>> = {};
  const write = <Key extends keyof Answers>(key: Key) => {
    const option = options[key];
    if (option.applies?.(answers) ?? true) typed[key] = (option.recorded ?? option.write)(answers[key]);
  };
  for (const key of optionKeys) write(key);
  return typed;
}

/**
 * The answers that `typedAnswers` wrote, perhaps with an older version: what is missing has its default.
 *
 * @param refuse makes the error of an answer that this version does not take
 */
export function restoreAnswers(
  typed: Typed,
  surroundings: Surroundings,
  refuse: (key: keyof Answers, wrong: string) => Error,
): Answers {
  const answers: Partial<Answers> = {};
  const restore = <Key extends keyof Answers>(key: Key) => {
    const option = options[key];
    const text = (option.applies?.(answers) ?? true) ? typed[key] : undefined;
    const reading = text === undefined ? undefined : option.read(String(text));
    if (reading?.wrong !== undefined) throw refuse(key, `"${text}": ${reading.wrong}`);
    const value = reading ? reading.value : option.initial(answers, surroundings, answers);
    if (value === undefined) throw refuse(key, 'there is none');
    answers[key] = value;
  };
  for (const key of optionKeys) restore(key);
  if (!isComplete(answers)) throw new Error('The table of options misses one');
  return answers;
}
