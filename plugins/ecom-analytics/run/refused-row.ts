import type { DeadLetter } from '../core/dead-letter.ts';
import type { BadRow } from '../import/open-replay.ts';

/** The dead letter of a row of a replayed file: in place of a topic the file, in place of an offset the line. */
export interface RefusedRow extends DeadLetter {
  readonly line: number;
}

/** @param file its name, without folders */
export function refusedRow({ reason, line, raw }: BadRow, file: string): RefusedRow {
  return {
    reason,
    topic: file,
    partition: 0,
    offset: String(line),
    value_base64: Buffer.from(raw).toString('base64'),
    line,
  };
}
