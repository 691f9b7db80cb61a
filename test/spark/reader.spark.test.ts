import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import pipeline from '../../pipeline/definition.ts';
import { emitSpec } from '../../plugins/ecom-analytics/core/spec.ts';
import type { SparkLineName } from '../../plugins/ecom-analytics/job/releases.ts';
import { prepareSpark } from '../../plugins/ecom-analytics/machine/spark/preparation.ts';
import { sparkEnvironment } from '../../plugins/ecom-analytics/machine/spark/pyspark.ts';
import { describeWithSpark } from '../../plugins/ecom-analytics/test/requirement.ts';
import { expectedAnswer } from '../emr/reader/compare.ts';
import { mutatedRecords } from '../emr/reader/mutated-records.ts';
import { onThisMachine } from './test-job.ts';

const execute = promisify(execFile);
const script = fileURLToPath(new URL('./read_records.py', import.meta.url));
const base64 = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : Buffer.from(bytes).toString('base64');

describeWithSpark('the reader in Spark', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'ecom-reader-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it.each<SparkLineName>(['4.1', '4.0', '3.5'])(
    '%s reads records as OrderReader does',
    {
      timeout: 180_000,
    },
    async (line) => {
      const records = [...mutatedRecords(41, 5000)];
      const spec = emitSpec(pipeline);
      const { time } = spec.order;
      const names = spec.order.fields.map(({ name }) => name);
      const [specFile, recordsFile] = [path.join(folder, 'spec.json'), path.join(folder, 'records.json')];
      await writeFile(specFile, JSON.stringify(spec));
      const lines = records.map(({ value, tick, appendedMs }, number) =>
        JSON.stringify({ number, value: base64(value), tick: base64(tick), appended_ms: appendedMs }),
      );
      await writeFile(recordsFile, lines.join('\n'));
      const installation = await prepareSpark(line);
      const jars = installation.jars.map((jar) => pathToFileURL(jar).href).join(',');
      const { stdout } = await execute(
        path.join(installation.pyspark.home, 'bin', 'spark-submit'),
        [...onThisMachine, '--jars', jars, script, specFile, recordsFile],
        { env: sparkEnvironment(installation.pyspark), maxBuffer: 2 ** 26 },
      );
      const answers = stdout
        .trimEnd()
        .split('\n')
        .map((answer) => JSON.parse(answer));
      const expected = records.map((record) => {
        const [reason, isOrder, eventMs, ...rest] = expectedAnswer(record);
        const { [time]: _, ...fields } = Object.fromEntries(names.map((name, at) => [name, rest[at]]));
        const all = {
          reason,
          is_order: isOrder,
          event_ms: eventMs,
          ...fields,
          cents: rest.at(-1),
        };
        // Spark leaves out what is null.
        return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
      });
      expect(answers).toHaveLength(records.length);
      expect(answers.filter((answer, at) => JSON.stringify(answer) !== JSON.stringify(expected[at]))).toEqual(
        [],
      );
    },
  );
});
