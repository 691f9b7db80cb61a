import { afterEach, describe, expect, it, test, vi } from 'vitest';
import { main } from '../../ecom.ts';
import { explain, explanations } from '../../explain/explain.ts';

afterEach(() => vi.restoreAllMocks());

async function printed(...args: string[]): Promise<string> {
  let output = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    output += text;
    return true;
  });
  expect(await main(['explain', ...args])).toBe(0);
  return output;
}

const message =
  'Python 3.8 is too old (ECOM_PYTHON=/opt/my python). Install Python 3.10 or later. (ECOM_PYTHON_TOO_OLD)';

describe('a code is found', () => {
  it.each([
    ['as it is', 'ECOM_TOPIC_SHRINK', ['ECOM_TOPIC_SHRINK']],
    ['in lower case', 'ecom_topic_shrink', ['ECOM_TOPIC_SHRINK']],
    ['without its beginning', 'Topic_Shrink', ['ECOM_TOPIC_SHRINK']],
    ['in parentheses', ' (ECOM_TOPIC_SHRINK)\n', ['ECOM_TOPIC_SHRINK']],
    ['in a message', message, ['ECOM_PYTHON_TOO_OLD']],
    [
      'in a message that quotes another',
      'The function failed: No brokers. (ECOM_BROKERS_MISSING) (function a). See its log. (ECOM_FUNCTION_FAILED)',
      ['ECOM_FUNCTION_FAILED', 'ECOM_BROKERS_MISSING'],
    ],
  ])('%s', (_, text, codes) => {
    expect(explain(text).map(({ code }) => code)).toEqual(codes);
  });

  it.each([
    ['ECOM_TOPIC_SHRNK', 'There is no code ECOM_TOPIC_SHRNK. Did you mean ECOM_TOPIC_SHRINK?'],
    ['port_take', 'There is no code ECOM_PORT_TAKE. Did you mean ECOM_PORT_TAKEN?'],
    ['xyzzy', 'There is no code ECOM_XYZZY. Copy it'],
    ['The brokers do not answer', 'There is no code in this text. Copy it'],
  ])('or else the one that was probably meant is named: %s', (text, problem) => {
    expect(() => explain(text)).toThrow(problem);
    expect(() => explain(text)).toThrow(expect.objectContaining({ code: 'ECOM_CODE_UNKNOWN', exitCode: 2 }));
  });
});

test('ecom explain CODE prints what it means, its causes, what to do and where more is', async () => {
  const text = await printed('ECOM_TOPIC_SHRINK');
  const flat = text.replaceAll(/\s+/g, ' ');
  expect(flat).toContain(
    'and Kafka cannot remove partitions. Usual causes - `topics.*.partitions` was lowered - a topic',
  );
  expect(flat).toContain('What to do Ask for as many as it has, or for a new set of topics');
  expect(text).toMatch(/^ECOM_TOPIC_SHRINK\n\n/);
  expect(text).toMatch(/\nMore: docs\/deploy\.md#topics\n$/);
});

test('every entry and the list fit a terminal of 80 columns', async () => {
  const texts = [await printed(), await printed(explanations.map(({ code }) => code).join(' '))];
  for (const text of texts) expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
});

test('ecom explain lists every code on a line of its own, below its topic', async () => {
  const lines = (await printed()).split('\n');
  expect(lines.filter((line) => /^ {2}ECOM_\w+ {2,}\S/.test(line))).toHaveLength(explanations.length);
  expect(lines).toEqual(expect.arrayContaining(explanations.map(({ topic }) => topic)));
});

test('words that were not quoted are read together', async () => {
  expect(await printed(...message.split(' '))).toMatch(/^ECOM_PYTHON_TOO_OLD\n/);
});

test('--json prints one object: the entries of the codes, or of all', async () => {
  const one = JSON.parse(await printed('port_taken', '--json'));
  expect(one).toEqual({
    errors: [
      {
        code: 'ECOM_PORT_TAKEN',
        topic: 'Commands and options',
        means: 'Another program already listens on the port that was asked for.',
        causes: ['another run of `npm start` or `npm run cloud` that has not ended'],
        fix: 'Stop the other program, name another port with `--port`, or leave `--port` out to get a free one.',
      },
    ],
  });
  expect(JSON.parse(await printed('--json')).errors).toHaveLength(explanations.length);
});
