import { isCancel, multiselect, select, text } from '@clack/prompts';
import type { Answers, Surroundings } from './answers.ts';
import { CancelledError } from './cancel.ts';
import { options, type Question } from './option.ts';
import type { Ask } from './settle.ts';

/** Asking on a terminal. */

function cancelled(): never {
  throw new CancelledError('Cancelled', 'Nothing was written.');
}

async function askChoice(question: Question, initial: string, signal: AbortSignal): Promise<string> {
  const { message } = question;
  const choices = (question.choices ?? []).map((choice) => ({ ...choice }));
  if (!question.several) {
    const answer = await select({ message, options: choices, initialValue: initial, signal });
    return isCancel(answer) ? cancelled() : answer;
  }
  const answer = await multiselect({ message, options: choices, required: false, signal });
  return isCancel(answer) ? cancelled() : answer.length === 0 ? 'none' : answer.join(',');
}

async function askText(
  question: Question,
  initial: string | undefined,
  wrong: (text: string) => string | undefined,
  signal: AbortSignal,
): Promise<string> {
  const answer = await text({
    message: question.message,
    placeholder: initial ?? question.placeholder ?? '',
    defaultValue: initial ?? '',
    validate: (typed) => wrong(typed?.trim() || (initial ?? '')),
    signal,
  });
  return isCancel(answer) ? cancelled() : answer.trim() || (initial ?? '');
}

/** Gives each question a signal of its own: a question that is over would still listen, and print a line when it comes. */
async function stoppable<T>(signal: AbortSignal, ask: (stop: AbortSignal) => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const question = new AbortController();
  const stop = () => question.abort();
  signal.addEventListener('abort', stop);
  let onClosed = (): void => {};
  // Ctrl-D closes the terminal's input: the question is never answered, and nothing else is left to do.
  const closed = new Promise<never>((_, reject) => {
    onClosed = () => reject(new CancelledError('Cancelled', 'Nothing was written.'));
    process.once('beforeExit', onClosed);
  });
  try {
    return await Promise.race([ask(question.signal), closed]);
  } finally {
    signal.removeEventListener('abort', stop);
    process.off('beforeExit', onClosed);
  }
}

/**
 * Asks for options on this process's terminal, with the option table's own checks as validation.
 *
 * @param signal stops the asking, as a SIGTERM does
 * @throws CancelledError on Ctrl-C, and when the signal came
 */
export function terminalAsk(surroundings: Surroundings, signal: AbortSignal): Ask {
  return async <Key extends keyof Answers>(
    key: Key,
    initial: Answers[Key] | undefined,
  ): Promise<Answers[Key]> => {
    const option = options[key];
    const { question } = option;
    if (question === undefined) throw new Error(`The option ${key} has no question`);
    const suggestion = initial === undefined ? undefined : option.write(initial);
    const answer = await stoppable(signal, (stop) =>
      question.choices
        ? askChoice(question, suggestion ?? '', stop)
        : askText(
            question,
            suggestion,
            (typed) => option.read(typed).wrong ?? question.check?.(typed, surroundings),
            stop,
          ),
    );
    const reading = option.read(answer);
    if (reading.wrong !== undefined) throw new Error(`An answer passed its own check: ${reading.wrong}`);
    return reading.value;
  };
}
