import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { deployed } from '../../../plugin/session.ts';
import { driverError, lastError, stepLogs } from '../../../plugin/streaming/step-logs.ts';
import { StageCloud } from '../commands/stage-cloud.ts';

const step = {
  key: 'logs/j-1/steps/s-1/stderr.gz',
  text: 'Application report for application_1_1\nfailed\n',
};
const driver = (name: string, text: string) => ({
  key: `logs/j-1/containers/application_1_1/container_1_1_01_000001/${name}.gz`,
  text,
});

test('the job’s own last word is taken from wherever Spark has put it', () => {
  const logs = [
    step,
    driver('stderr', 'WARN Utils: something\n'),
    driver('stdout', 'Traceback\nThe orders topic is not there. (ECOM_TOPIC_MISSING)\n'),
  ];
  expect(lastError(logs)).toBe('The orders topic is not there. (ECOM_TOPIC_MISSING)');
});

test('without one, the end of the driver’s log is', () => {
  const logs = [step, driver('stderr', 'a\nb\nOutOfMemoryError\nat x\nat y\n')];
  expect(lastError(logs)).toBe('OutOfMemoryError | at x | at y');
});

test('of several words the newest log’s last one is taken', () => {
  const said = (code: string): string => `Something. (ECOM_${code})\n`;
  const logs = [driver('stderr', said('OLD')), driver('stdout', `${said('FIRST')}${said('LAST')}`)];
  expect(lastError(logs)).toBe('Something. (ECOM_LAST)');
  expect(lastError([...logs].reverse())).toBe('Something. (ECOM_OLD)');
});

test.each(['see (ECOM_TOPIC_MISSING)', '(ECOM_TOPIC_MISSING) is why', 'x. (ECOM_TOPIC_MISSING) y'])(
  'a code in a sentence is not such a word: %s',
  (line) => {
    expect(lastError([driver('stderr', `a\n${line}\nb\nc\nd\n`)])).toBe('b | c | d');
  },
);

test('a code without a message before it is not, either', () => {
  expect(lastError([driver('stderr', '(ECOM_TOPIC_MISSING)\na\nb\nc\n')])).toBe('a | b | c');
});

test('the end is that of the driver’s stderr, whatever came on stdout', () => {
  const logs = [
    step,
    driver('stderr', 'first\n'),
    driver('stderr', 'the end\n'),
    driver('stdout', 'printed\n'),
  ];
  expect(lastError(logs)).toBe('the end');
  expect(lastError([driver('stdout', 'printed\n')])).toBeUndefined();
});

test('nothing is made up before logs have arrived', () => {
  expect(lastError([])).toBeUndefined();
});

describe('the logs of a step', () => {
  const said = 'The orders topic is not there. (ECOM_TOPIC_MISSING)';
  const container = 'containers/application_17_0042/container_17_0042_01_';
  const texts = {
    'steps/s-1/controller.gz': 'INFO startExec\n',
    'steps/s-1/stderr.gz': 'Submitted application application_17_0042\n',
    [`${container}000001/stderr.gz`]: 'WARN Utils\n',
    [`${container}000001/stdout.gz`]: `${said}\n`,
    // Not the driver's, not text, another application's, another step's, another cluster's.
    [`${container}000002/stderr.gz`]: 'executor\n',
    [`${container}000001/directory.info.gz`]: 'files\n',
    'containers/application_17_0043/container_17_0043_01_000001/stderr.gz': 'other\n',
    'steps/s-2/stderr.gz': 'application_17_0043\n',
    '../j-2/steps/s-1/stderr.gz': 'application_17_0044\n',
  };

  /** What is found of them where a cluster's log folder is `uri`, and they lie in `folder`. */
  async function found(
    uri: string | undefined,
    folder: string,
    kept = (_key: string) => true,
    clusterState = 'WAITING',
  ) {
    const cloud = await StageCloud.start();
    try {
      cloud.spark.clusterState = clusterState;
      cloud.spark.logUri = uri;
      for (const [key, text] of Object.entries(texts))
        if (kept(key)) cloud.spark.logs.set(path.posix.join(folder, 'j-1', key), gzipSync(text));
      const stage = await deployed(cloud.session);
      const logs = await stepLogs(stage, 's-1');
      return { keys: logs.map(({ key }) => key), logs, error: await driverError(stage, 's-1') };
    } finally {
      await cloud.stop();
    }
  }

  test.each([
    ['s3://logs/emr/', 'emr'],
    // As EMR answers, whatever a cluster was made with.
    ['s3n://logs/emr/shop', 'emr/shop'],
    ['s3://logs/', ''],
  ])('are EMR’s own and those of the driver’s container, below %s', async (uri, folder) => {
    const { keys, logs, error } = await found(uri, folder);
    const own = Object.keys(texts).slice(0, 4);
    expect(keys).toEqual(own.map((key) => path.posix.join(folder, 'j-1', key)));
    expect(logs.map(({ text }) => text)).toEqual(Object.values(texts).slice(0, 4));
    expect(error).toBe(said);
  });

  test('are EMR’s own alone before the step has submitted an application', async () => {
    const { keys, error } = await found('s3://logs/emr/', 'emr', (key) => key !== 'steps/s-1/stderr.gz');
    expect(keys).toEqual(['emr/j-1/steps/s-1/controller.gz']);
    expect(error).toBeUndefined();
  });

  test('are none where the cluster is no more', async () => {
    expect((await found('s3://logs/emr/', 'emr', () => true, 'UNKNOWN')).keys).toEqual([]);
  });

  test.each([undefined, 'file:///var/log'])(
    'are none where the cluster keeps them elsewhere: %s',
    async (uri) => {
      expect(await found(uri, 'emr')).toEqual({ keys: [], logs: [], error: undefined });
    },
  );
});
