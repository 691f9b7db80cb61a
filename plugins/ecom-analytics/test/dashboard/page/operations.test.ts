import { describe, expect, it } from 'vitest';
import {
  coordinates,
  isWebAddress,
  levelOf,
  limitsText,
  partitionRows,
  queryFacts,
  verdict,
} from '../../../dashboard/page/operations.ts';
import { aQuery, aStream, noonMs, operationsOf } from '../samples.ts';

const limits = operationsOf().limits;

/** The figures of a query by their names. */
function facts(
  ...[change, ofStream, ofLimits]: [
    Parameters<typeof aQuery>[0]?,
    Parameters<typeof aStream>[0]?,
    Partial<typeof limits>?,
  ]
) {
  const query = aQuery(change);
  const told = queryFacts(
    query,
    aStream({ ...ofStream, queries: [query] }),
    { ...limits, ...ofLimits },
    noonMs,
  );
  return Object.fromEntries(told.map((fact) => [fact.name, fact]));
}

describe('a figure of a query', () => {
  it.each([
    [null, 10, 'none'],
    [7, null, 'none'],
    [5, 10, 'ok'],
    [6, 10, 'near'],
    [10, 10, 'near'],
    [11, 10, 'over'],
  ])('%s of %s is %s', (value, limit, level) => {
    expect(levelOf(value, limit)).toBe(level);
  });

  it('says in words what its color says', () => {
    const behind = { '0': 90_000, '1': 20_000 };
    expect(facts({ behind }).Lag).toEqual({
      name: 'Lag',
      text: '110,000 records',
      level: 'over',
      note: 'over its limit of 100,000 records',
    });
    expect(facts({ behind: { '0': 60_000 } }).Lag?.note).toBe('over half its limit of 100,000 records');
    expect(facts({ behind: { '0': 1 } }).Lag).toMatchObject({ text: '1 record', level: 'ok', note: '' });
  });

  it('says how many rows arrive, and how fast the last batch took them', () => {
    expect(facts({ rowsPerSecond: 17, mostRowsPerSecond: 7384 }).Throughput?.text).toBe(
      '17/s arriving, last batch processed 7,384/s',
    );
  });

  it('lets a batch take as long as its trigger, and five seconds in any case', () => {
    expect(facts({ batchMs: 9000, triggerMs: 10_000 })['Last batch']).toMatchObject({
      text: '9.00 s, one every 10 s',
      level: 'near',
    });
    expect(facts({ batchMs: 11_000, triggerMs: 10_000 })['Last batch']?.level).toBe('over');
    expect(facts({ batchMs: 2400, triggerMs: 0 })['Last batch']).toMatchObject({
      text: '2.40 s',
      level: 'ok',
    });
    expect(facts({ batchMs: 300_000, triggerMs: null })['Last batch']?.level).toBe('none');
  });

  it('judges a watermark only where orders come in and windows hang on it', () => {
    const watermarkMs = noonMs - 3_600_000;
    expect(facts({ watermarkMs }).Watermark).toMatchObject({ text: '1 h behind the clock', level: 'over' });
    expect(facts({ watermarkMs, isIdle: true }).Watermark?.level).toBe('none');
    expect(facts({ watermarkMs, closesWindows: false }).Watermark?.level).toBe('none');
    expect(facts({ watermarkMs }, {}, { watermarkMs: null }).Watermark).toMatchObject({
      text: '11:00:00',
      level: 'none',
    });
  });

  it('has no limit once its application has ended', () => {
    const ended = facts({ saidMs: 0, behind: { '0': 1e9 } }, { state: 'finished' });
    expect(Object.values(ended).map(({ level }) => level)).toEqual(Array(5).fill('none'));
  });
});

describe('what is said first', () => {
  it('is that everything is well, where it is', () => {
    expect(verdict(operationsOf(), 'live', noonMs)).toEqual({
      level: 'ok',
      text: 'Everything is within its limits.',
    });
  });

  it('names every figure over its limit', () => {
    const queries = [aQuery({ name: 'records', saidMs: noonMs - 700_000 }), aQuery({ behind: { '0': 1e6 } })];
    const sick = operationsOf({ streams: [aStream({ queries, isHealthy: false })] });
    const { level, text } = verdict(sick, 'stage', noonMs);
    expect(level).toBe('over');
    expect(text).toBe(
      'Needs attention: state of pipeline is not healthy; last progress report of records is over its limit of 10 min; lag of windows is over its limit of 100,000 records.',
    );
  });

  it('is to keep an eye on what is near its limit, and on refused records', () => {
    const near = operationsOf({ streams: [aStream({ queries: [aQuery({ batchMs: 6000 })] })] });
    expect(verdict(near, 'live', noonMs)).toMatchObject({ level: 'near' });
    const refused = [{ reason: 'not-json', meaning: '', records: 2, sample: null }];
    expect(verdict(operationsOf({ refused }), 'live', noonMs)).toEqual({
      level: 'near',
      text: 'Keep an eye on this: records were refused.',
    });
  });

  it('is that the figures are old, where they could not be refreshed', () => {
    expect(verdict(operationsOf({ problem: 'AWS is away.' }), 'stage', noonMs)).toEqual({
      level: 'over',
      text: 'These figures could not be refreshed. AWS is away.',
    });
  });

  it('tells a stage whose stream never ran from a run that is over', () => {
    const none = operationsOf({ streams: [] });
    expect(verdict(none, 'stage', noonMs)).toEqual({
      level: 'over',
      text: 'The stream has never been started. Start it with `npx sls ecom stream start`.',
    });
    expect(verdict(none, 'finished', noonMs).level).toBe('none');
  });
});

describe('the partitions', () => {
  it('stand in the order of their numbers, with a gap where a query knows nothing of one', () => {
    const queries = [aQuery({ behind: { '10': 3, '2': 1 } }), aQuery({ behind: { '2': 5 } })];
    expect(partitionRows(queries)).toEqual([
      { partition: '2', behind: [1, 5] },
      { partition: '10', behind: [3, null] },
    ]);
  });
});

it('says what the limits are', () => {
  expect(limitsText({ behind: 100_000, watermarkMs: null, heartbeatMs: 30_000 })).toBe(
    'Limits: a lag of 100,000 records, a batch that takes longer than both its trigger interval and 5 s, 30 s without a heartbeat.',
  );
});

it('says where a refused record stands, in a topic or in a file', () => {
  const sample = { topic: 'orders', partition: 1, offset: '42', isLine: false, text: null };
  expect(coordinates(sample)).toBe('orders, partition 1, offset 42');
  expect(coordinates({ ...sample, topic: 'orders.csv', isLine: true })).toBe('orders.csv, line 42');
});

it.each([
  ['http://127.0.0.1:4040', true],
  ['https://example.org/a', true],
  ['javascript:alert(1)', false],
  ['127.0.0.1:4040', false],
])('links to %s: %s', (url, links) => {
  expect(isWebAddress(url)).toBe(links);
});
