import { gzipSync } from 'node:zlib';
import { unzipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compactCommand } from '../../../plugin/commands/stream-command.ts';
import { buildCompaction } from '../../../plugin/streaming/artifact.ts';
import { StageCloud } from './stage-cloud.ts';

let cloud: StageCloud;
beforeEach(async () => {
  cloud = await StageCloud.start();
});
afterEach(() => cloud.stop());

describe('compacting the windows of a stage', () => {
  test('runs beside the stream, with the output and the checkpoint of its job', async () => {
    await cloud.deploy();
    const { code, printed } = await cloud.run(compactCommand, { before: '2026-11-23T10' });
    expect({ code, printed }).toEqual({
      code: 0,
      printed: 'The files of each closed hour are one now (step s-2).',
    });
    const [stream, compaction] = cloud.spark.steps;
    expect(stream?.State).toBe('RUNNING');
    expect(compaction?.Name).toBe('shop-dev-compaction');
    const { scriptKey, packageKey } = await buildCompaction();
    const args = compaction?.args ?? [];
    expect(args.slice(args.indexOf(`s3://artifacts/${scriptKey}`) + 1)).toEqual([
      ...['--output', 's3://data', '--checkpoint', 's3://data/checkpoints/pipeline/0'],
      ...['--before', '2026-11-23T10'],
    ]);
    expect(args.slice(0, args.indexOf(`s3://artifacts/${scriptKey}`))).toEqual([
      ...['spark-submit', '--master', 'yarn', '--deploy-mode', 'cluster', '--name', 'compaction'],
      ...['--py-files', `s3://artifacts/${packageKey}`],
      // One executor: the stream needs the rest of the cluster.
      ...['--conf', 'spark.dynamicAllocation.enabled=false', '--conf', 'spark.executor.instances=1'],
    ]);
    expect(cloud.spark.objects.get(scriptKey)).toContain(
      'from ecom_streaming.compaction_command import main',
    );
    expect(cloud.spark.objects.has(packageKey)).toBe(true);
  });

  test.each([
    [{}, []],
    [{ since: '2026-11-23T09' }, ['--since', '2026-11-23T09']],
    [
      { since: '2026-11-23T09', before: '2026-11-23T10' },
      ['--since', '2026-11-23T09', '--before', '2026-11-23T10'],
    ],
  ])('joins the hours that are asked for: %j', async (hours, words) => {
    await cloud.deploy();
    await cloud.run(compactCommand, hours);
    const args = cloud.spark.steps[1]?.args ?? [];
    expect(args.slice(args.indexOf('--checkpoint') + 2)).toEqual(words);
  });

  test('uploads what is not there, and nothing twice', async () => {
    await cloud.deploy();
    await cloud.run(compactCommand);
    const before = cloud.spark.changes.length;
    const { printed } = await cloud.run(compactCommand, { json: true });
    expect(JSON.parse(printed)).toEqual({ stepId: 's-3', state: 'COMPLETED' });
    expect(cloud.spark.changes.slice(before)).toEqual(['submit shop-dev-compaction']);
  });

  test.each<[string, string | undefined, string | undefined, string]>([
    ['its driver’s log', 'No space left\n', 'EMR’s word', 'is FAILED: No space left'],
    ['EMR, where there is no log', undefined, 'EMR’s word', 'is FAILED: EMR’s word'],
    ['nobody', undefined, undefined, 'is FAILED: it gave no reason'],
  ])('says why its step has failed, as told by %s', async (_, logged, reason, words) => {
    await cloud.deploy();
    cloud.spark.endState = 'FAILED';
    cloud.spark.reason = reason;
    cloud.spark.logUri = 's3://artifacts/logs/';
    if (logged !== undefined) cloud.spark.logs.set('logs/j-1/steps/s-2/stderr.gz', gzipSync(logged));
    const failed = cloud.run(compactCommand);
    await expect(failed).rejects.toMatchObject({ code: 'ECOM_COMPACTION_FAILED' });
    await expect(failed).rejects.toThrow('step s-2 on cluster j-1');
    await expect(failed).rejects.toThrow(words);
  });

  test('does not wait for ever, and leaves the step', async () => {
    await cloud.deploy();
    cloud.spark.endState = 'RUNNING';
    let now = 0;
    const clock = {
      now: () => now,
      elapsed: () => now,
      sleep: async (ms: number) => {
        now += ms * 100;
      },
    };
    const slow = compactCommand({ ...cloud.session, clock }, {}, () => {});
    await expect(slow).rejects.toMatchObject({ code: 'ECOM_COMPACTION_SLOW' });
    expect(cloud.spark.live.map(({ Id }) => Id)).toEqual(['s-1', 's-2']);
  });

  test('needs a stream that has been started, and a cluster', async () => {
    await expect(cloud.run(compactCommand)).rejects.toMatchObject({ code: 'ECOM_STREAM_NEVER_STARTED' });
    cloud.spark.clusterState = 'TERMINATED';
    await expect(cloud.run(compactCommand)).rejects.toMatchObject({ code: 'ECOM_EMR_ENDED' });
    expect(cloud.spark.steps).toEqual([]);
  });

  test.each([
    [{ since: 'yesterday' }, '--since must be an hour'],
    [{ before: '2026-02-30T10' }, '--before must be an hour'],
    [{ since: '2026-11-23T24' }, '--since must be an hour'],
    [{ since: '2026-11-23T10', before: '2026-11-23T10' }, 'No hour lies between'],
  ])('refuses %j before anything is asked', async (options, words) => {
    const refused = cloud.run(compactCommand, options);
    await expect(refused).rejects.toMatchObject({ code: 'ECOM_OPTION' });
    await expect(refused).rejects.toThrow(words);
    expect(cloud.spark.steps).toEqual([]);
  });
});

test('the compaction is packed with all that it imports, under a hash of its content', async () => {
  const { files, scriptKey } = await buildCompaction();
  const zip = await files[1]?.bytes();
  expect(Object.keys(unzipSync(zip ?? new Uint8Array()))).toEqual(
    expect.arrayContaining(['ecom_streaming/compaction.py', 'ecom_streaming/compaction_command.py']),
  );
  expect(scriptKey).toMatch(/^jobs\/[0-9a-f]{64}\/compact_windows\.py$/);
  expect((await buildCompaction()).scriptKey).toBe(scriptKey);
});
