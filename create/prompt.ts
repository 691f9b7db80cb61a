import path from 'node:path';
import { type CANCEL_SYMBOL, isCancel, log, select, text } from '@clack/prompts';
import type { Answers } from './answers.ts';
import { CancelledError } from './cancel.ts';
import { type Ask, back } from './complete-answers.ts';
import { type Choice, options, type Question } from './option.ts';
import { fewNames, type Inspection, type Target } from './target.ts';

/** Asking on a terminal. */

/** Looks whether a project can go into a folder, which is named as the user writes it. */
export type Look = (directory: string) => Inspection;

function cancelled(): CancelledError {
  return new CancelledError('Cancelled', 'Nothing was written.');
}

/**
 * Asks, so that the question can be stopped and left. Each has a signal of its own: one that is over would still listen, and
 * print a line when it comes.
 *
 * @returns `back` after Esc
 * @throws CancelledError on Ctrl-C and Ctrl-D, and when the signal came
 */
async function put<T>(
  signal: AbortSignal,
  ask: (stop: AbortSignal) => Promise<T | typeof CANCEL_SYMBOL>,
): Promise<T | typeof back> {
  signal.throwIfAborted();
  const question = new AbortController();
  const stop = () => question.abort();
  signal.addEventListener('abort', stop);
  let isEscape = false;
  const onKey = (_text: string | undefined, pressed?: { readonly name?: string }): void => {
    isEscape = pressed?.name === 'escape';
  };
  // Before the prompt listens: it takes Esc for Ctrl-C, and does not say which it was.
  process.stdin.on('keypress', onKey);
  let onClosed = (): void => {};
  // Ctrl-D closes the terminal's input: the question is never answered, and nothing else is left to do.
  const closed = new Promise<never>((_, reject) => {
    onClosed = () => reject(cancelled());
    process.once('beforeExit', onClosed);
  });
  try {
    const answer = await Promise.race([ask(question.signal), closed]);
    if (!isCancel(answer)) return answer;
    signal.throwIfAborted();
    if (isEscape) return back;
    throw cancelled();
  } finally {
    signal.removeEventListener('abort', stop);
    process.stdin.off('keypress', onKey);
    process.off('beforeExit', onClosed);
  }
}

function askChoice(
  message: string,
  choices: readonly Choice[],
  initial: string,
  signal: AbortSignal,
): Promise<string | typeof back> {
  return put(signal, (stop) =>
    select({
      message,
      options: choices.map((choice) => ({ ...choice })),
      initialValue: initial,
      signal: stop,
    }),
  );
}

/** What stands behind a colon elsewhere, as a sentence of its own. */
function sentence(wrong: string | undefined): string | undefined {
  return wrong === undefined ? undefined : `${wrong.slice(0, 1).toUpperCase()}${wrong.slice(1)}`;
}

async function askText(
  message: string,
  { placeholder = '' }: Question,
  initial: string | undefined,
  wrong: (text: string) => string | undefined,
  signal: AbortSignal,
): Promise<string | typeof back> {
  const answer = await put(signal, (stop) =>
    text({
      message,
      placeholder: initial ?? placeholder,
      defaultValue: initial ?? '',
      validate: (typed) => sentence(wrong(typed?.trim() || (initial ?? ''))),
      signal: stop,
    }),
  );
  return answer === back ? back : answer.trim() || (initial ?? '');
}

/**
 * Shows what lies in a folder that is not empty, and asks whether the project may go beside it.
 *
 * @throws CancelledError on Ctrl-C
 */
export async function mayContinueIn({ folder, holds }: Target, signal: AbortSignal): Promise<boolean> {
  log.warn(`${path.basename(folder)} is not empty: ${fewNames(holds)}`);
  const choices = [
    { value: 'yes', label: 'Yes', hint: 'nothing there is in the way, and all of it stays as it is' },
    { value: 'no', label: 'No, choose another folder' },
  ];
  return (await askChoice('Create the project in that folder anyway?', choices, 'yes', signal)) === 'yes';
}

/**
 * Asks for options on this process's terminal, with the option table's own checks as validation.
 *
 * @param mayContinue whether a folder that is not empty is taken without asking
 * @param signal stops the asking, as a SIGTERM does
 * @throws CancelledError on Ctrl-C, and when the signal came
 */
export function terminalAsk(look: Look, mayContinue: boolean, signal: AbortSignal): Ask {
  /** Whether an answer can stand; a folder that is not empty is asked about. */
  const isAccepted = async (key: keyof Answers, answer: string): Promise<boolean> => {
    const target = key === 'directory' && !mayContinue ? look(answer) : undefined;
    if (target === undefined || target.wrong !== undefined || target.holds.length === 0) return true;
    return mayContinueIn(target, signal);
  };
  return async <Key extends keyof Answers>(
    key: Key,
    initial: Answers[Key] | undefined,
    before: Partial<Answers>,
  ): Promise<Answers[Key] | typeof back> => {
    const option = options[key];
    const { question } = option;
    if (question === undefined) throw new Error(`The option ${key} has no question`);
    const message = typeof question.message === 'string' ? question.message : question.message(before);
    const suggestion = initial === undefined ? undefined : option.write(initial);
    const wrong = (typed: string): string | undefined =>
      option.read(typed).wrong ?? (key === 'directory' ? look(typed).wrong : undefined);
    for (;;) {
      const answer = question.choices
        ? await askChoice(message, question.choices, suggestion ?? '', signal)
        : await askText(message, question, suggestion, wrong, signal);
      if (answer === back) return back;
      if (!(await isAccepted(key, answer))) continue;
      const reading = option.read(answer);
      if (reading.wrong !== undefined) throw new Error(`An answer passed its own check: ${reading.wrong}`);
      return reading.value;
    }
  };
}
