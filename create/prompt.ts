import { isCancel, multiselect, select, text } from '@clack/prompts';
import type { Answers, Surroundings } from './answers.ts';
import { CancelledError } from './cancel.ts';
import { options, type Question } from './option.ts';
import type { Ask } from './settle.ts';

/** Asking on a terminal. */

function cancelled(): never {
  throw new CancelledError('Cancelled', 'Nothing was written.');
}

async function askChoice(question: Question, initial: string): Promise<string> {
  const choices = (question.choices ?? []).map((choice) => ({ ...choice }));
  if (!question.several) {
    const answer = await select({ message: question.message, options: choices, initialValue: initial });
    return isCancel(answer) ? cancelled() : answer;
  }
  const answer = await multiselect({
    message: question.message,
    options: choices,
    required: false,
  });
  return isCancel(answer) ? cancelled() : answer.length === 0 ? 'none' : answer.join(',');
}

async function askText(
  question: Question,
  initial: string | undefined,
  wrong: (text: string) => string | undefined,
): Promise<string> {
  const answer = await text({
    message: question.message,
    placeholder: initial ?? question.placeholder ?? '',
    defaultValue: initial ?? '',
    validate: (typed) => wrong(typed?.trim() || (initial ?? '')),
  });
  return isCancel(answer) ? cancelled() : answer.trim() || (initial ?? '');
}

/**
 * Asks for options on this process's terminal, with the option table's own checks as validation.
 *
 * @throws CancelledError on Ctrl-C
 */
export function terminalAsk(surroundings: Surroundings): Ask {
  return async <Key extends keyof Answers>(
    key: Key,
    initial: Answers[Key] | undefined,
  ): Promise<Answers[Key]> => {
    const option = options[key];
    const { question } = option;
    if (question === undefined) throw new Error(`The option ${key} has no question`);
    const suggestion = initial === undefined ? undefined : option.write(initial);
    const answer = question.choices
      ? await askChoice(question, suggestion ?? '')
      : await askText(
          question,
          suggestion,
          (typed) => option.read(typed).wrong ?? question.check?.(typed, surroundings),
        );
    const reading = option.read(answer);
    if (reading.wrong !== undefined) throw new Error(`An answer passed its own check: ${reading.wrong}`);
    return reading.value;
  };
}
