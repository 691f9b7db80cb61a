import { isEcomError } from '../../core/error.ts';
import { excerpt } from '../../core/excerpt.ts';
import type { Operations, RefusedSample } from '../../job/stream-health.ts';
import type { DeployedStage } from '../session.ts';
import { refusedRecords } from './dead-letters-command.ts';

/** Reading the topic takes a call of a function: not more often than this. */
const atMostEveryMs = 60_000;
/** Lambda and a topic that can be read take a few; nothing else is refreshed meanwhile. */
const withinSeconds = 15;
const recordsRead = 100;
const shownCharacters = 200;

/** The newest refused record of each reason, read again once more were refused. */
export class NewestRefused {
  readonly #samples = new Map<string, RefusedSample>();
  #records = 0;
  #readMs = Number.NEGATIVE_INFINITY;

  /** Puts to each reason the newest record that is known. */
  in(operations: Operations): Operations {
    const refused = operations.refused.map((one) => ({
      ...one,
      sample: this.#samples.get(one.reason) ?? null,
    }));
    return { ...operations, refused };
  }

  /**
   * Reads them, where more were refused. Without an answer the counts are there all the same, and the command that lists the
   * records says what is wrong.
   *
   * @returns whether there was an answer
   */
  async read(stage: DeployedStage, refused: Operations['refused']): Promise<boolean> {
    const counted = refused.reduce((sum, one) => sum + one.records, 0);
    const now = stage.clock.elapsed();
    // A job that starts again counts from 0.
    if (counted === this.#records || counted === 0 || now - this.#readMs < atMostEveryMs) return false;
    this.#readMs = now;
    try {
      const { records } = await refusedRecords(stage, recordsRead, withinSeconds);
      this.#records = counted;
      for (const { reason, topic, partition, offset, value } of records) {
        const text = typeof value === 'string' || value === null ? value : JSON.stringify(value);
        const shown = text === null ? null : excerpt(text, shownCharacters);
        this.#samples.set(reason, { topic, partition, offset, isLine: false, text: shown });
      }
      return true;
    } catch (error) {
      if (!isEcomError(error)) throw error;
      return false;
    }
  }
}
