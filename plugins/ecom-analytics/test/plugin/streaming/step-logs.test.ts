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
