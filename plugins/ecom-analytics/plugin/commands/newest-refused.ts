import { isEcomError } from '../../core/error.ts';
import type { Operations, RefusedSample } from '../../job/stream-health.ts';
import type { DeployedStage } from '../session.ts';
import { refusedRecords } from './dead-letters.ts';

/** Reading the topic takes a call of a function: not more often than this. */
const atMostEveryMs = 60_000;
const recordsRead = 100;
const shownCharacters = 200;

/** The newest refused record of each reason, read again once more were refused. */
export class NewestRefused {
  readonly #samples = new Map<string, RefusedSample>();
  #records = 0;
  #readMs = Number.NEGATIVE_INFINITY;

  /** Puts to each reason the newest record that is known. */
  async of(stage: DeployedStage, refused: Operations['refused']): Promise<Operations['refused']> {
    const records = refused.reduce((sum, one) => sum + one.records, 0);
    const now = stage.clock.now();
    // A job that starts again counts from 0.
    if (records !== this.#records && records > 0 && now - this.#readMs >= atMostEveryMs) {
      this.#readMs = now;
      if (await this.#read(stage)) this.#records = records;
    }
    return refused.map((one) => ({ ...one, sample: this.#samples.get(one.reason) ?? null }));
  }

  /**
   * Without an answer the counts are there all the same, and the command that lists the records says what is wrong.
   *
   * @returns whether there was an answer
   */
  async #read(stage: DeployedStage): Promise<boolean> {
    try {
      const { records } = await refusedRecords(stage, recordsRead);
      for (const { reason, topic, partition, offset, value } of records) {
        const text = typeof value === 'string' || value === null ? value : JSON.stringify(value);
        const shown = text === null ? null : text.slice(0, shownCharacters);
        this.#samples.set(reason, { topic, partition, offset, isLine: false, text: shown });
      }
      return true;
    } catch (error) {
      if (!isEcomError(error)) throw error;
      return false;
    }
  }
}
