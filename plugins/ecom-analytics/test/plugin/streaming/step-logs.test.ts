import { expect, test } from 'vitest';
import { lastError } from '../../../plugin/streaming/step-logs.ts';

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
    driver('stdout', 'Traceback\nThe orders topic is not there\n[ECOM_TOPIC_MISSING]\n'),
  ];
  expect(lastError(logs)).toBe('The orders topic is not there [ECOM_TOPIC_MISSING]');
});

test('without one, the end of the driver’s log is', () => {
  const logs = [step, driver('stderr', 'a\nb\nOutOfMemoryError\nat x\nat y\n')];
  expect(lastError(logs)).toBe('OutOfMemoryError | at x | at y');
});

test('nothing is made up before logs have arrived', () => {
  expect(lastError([])).toBeUndefined();
});
