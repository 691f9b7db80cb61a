import type { DeadLetter } from '../core/dead-letter.ts';
import { excerpt } from '../core/excerpt.ts';
import type { RefusedReason, RefusedSample } from '../job/stream-health.ts';

/** As much of a refused record as a line has room for. */
const shownCharacters = 200;
/** Bytes of UTF-8 that hold them in any case, as base64. */
const shownBase64 = Math.ceil((shownCharacters * 4) / 3) * 4;

/** The command that shows all refused records of a run. */
export const showRefused = 'npm run query -- "FROM dead_letters"';

/** A dead letter of a topic, or of a line of a replayed file. */
type Refused = DeadLetter & { readonly line?: number };

function sampleOf({ topic, partition, offset, value_base64, line }: Refused): RefusedSample {
  const text =
    value_base64 === null
      ? null
      : excerpt(Buffer.from(value_base64.slice(0, shownBase64), 'base64').toString('utf8'), shownCharacters);
  return { topic, partition, offset, isLine: line !== undefined, text };
}

/** Counts refused records by reason, and keeps the newest of each. */
export class Refusals {
  readonly #meanings: Readonly<Record<string, string>>;
  readonly #reasons = new Map<string, { records: number; newest: Refused }>();

  /** @param meanings what each reason means */
  constructor(meanings: Readonly<Record<string, string>>) {
    this.#meanings = meanings;
  }

  add(letters: readonly Refused[]): void {
    for (const letter of letters) {
      const records = (this.#reasons.get(letter.reason)?.records ?? 0) + 1;
      this.#reasons.set(letter.reason, { records, newest: letter });
    }
  }

  /** The most records first. */
  byReason(): RefusedReason[] {
    return [...this.#reasons]
      .map(([reason, { records, newest }]) => ({
        reason,
        meaning: this.#meanings[reason] ?? '',
        records,
        sample: sampleOf(newest),
      }))
      .sort((a, b) => b.records - a.records || (a.reason < b.reason ? -1 : 1));
  }
}
