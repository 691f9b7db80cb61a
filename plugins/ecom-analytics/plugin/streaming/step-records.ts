import * as v from 'valibot';
import type { Bucket } from '../aws/objects.ts';
import { StreamError } from '../error-kinds.ts';
import { type Application, stepRecordKey } from './keys.ts';
import { type StepRecord, StepRecordSchema } from './record.ts';

/** A step record as it was read or written, and what tells whether it still stands. */
export interface HeldRecord {
  readonly record: StepRecord;
  readonly etag: string;
}

/**
 * The step record of an application in the data bucket. It is also the lock of those that start steps: a record is written
 * only over the one that its writer has read, so of two that found the same step dead, one submits another.
 */
export class StepRecords {
  readonly #data: Bucket;
  readonly #key: string;

  constructor(data: Bucket, application: Application) {
    this.#data = data;
    this.#key = stepRecordKey(application);
  }

  get #place(): string {
    return `s3://${this.#data.name}/${this.#key}`;
  }

  /**
   * Undefined before the first start.
   *
   * @throws StreamError `ECOM_STEP_RECORD`
   */
  async read(): Promise<HeldRecord | undefined> {
    const found = await this.#data.version(this.#key);
    if (found === undefined) return undefined;
    const parsed = v.safeParse(StepRecordSchema, found.json);
    if (parsed.success) return { record: parsed.output, etag: found.etag };
    throw new StreamError('ECOM_STEP_RECORD', {
      what: `The step record cannot be read: ${parsed.issues[0].message}`,
      where: this.#place,
      fix: 'A newer version of the plugin may have written it: update ecom-analytics.',
    });
  }

  /** Writes over the record that is held, or where there was none. Undefined: somebody else has written in between. */
  async replace(record: StepRecord, held: HeldRecord | undefined): Promise<HeldRecord | undefined> {
    const etag = await this.#data.replace(this.#key, JSON.stringify(record, null, 2), held?.etag);
    return etag === undefined ? undefined : { record, etag };
  }

  /** As {@link replace}. Throws StreamError `ECOM_STREAM_RACE` in place of answering undefined. */
  async write(record: StepRecord, held: HeldRecord | undefined): Promise<HeldRecord> {
    return (await this.replace(record, held)) ?? this.overtaken();
  }

  /** @throws StreamError `ECOM_STREAM_RACE` */
  overtaken(): never {
    throw new StreamError('ECOM_STREAM_RACE', {
      what: 'Somebody else started or stopped the stream at the same moment: another deploy, or the watch function',
      where: this.#place,
      fix: 'Run this again: it starts from what the other one did.',
    });
  }
}

/** Whether somebody else was faster. */
export const isOvertaken = (error: unknown): boolean =>
  error instanceof StreamError && error.code === 'ECOM_STREAM_RACE';
