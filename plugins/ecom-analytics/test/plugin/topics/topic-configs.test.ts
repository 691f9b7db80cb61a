import { describe, expect, test } from 'vitest';
import pipeline from '../../../../../pipeline/definition.ts';
import { resolveConfig } from '../../../plugin/config/resolve.ts';
import { canonicalConfig, isSameConfig } from '../../../plugin/topics/topic-configs.ts';
import { actualOf, desired, planFor } from './sample-topics.ts';

const withConfigs = (configs: Record<string, string>) => ({ topics: { orders: { configs } } });

/** What is written, and how Kafka answers. A test on a broker holds both. */
const same: readonly (readonly [string, string, string])[] = [
  ['cleanup.policy', 'compact, delete', 'compact,delete'],
  ['cleanup.policy', 'delete,compact', 'compact,delete'],
  ['preallocate', 'True', 'true'],
  ['min.cleanable.dirty.ratio', '0.50', '0.5'],
  ['retention.ms', ' 3600000', '3600000'],
  ['segment.ms', '+0104857600', '104857600'],
  ['compression.type', ' zstd ', 'zstd'],
  ['cleanup.policy', ' compact , delete ', 'compact,delete'],
  ['preallocate', ' FALSE ', 'false'],
  ['min.cleanable.dirty.ratio', ' 0.5d', '0.5'],
  ['min.cleanable.dirty.ratio', '0', '0'],
  ['min.cleanable.dirty.ratio', '1.0', '1'],
  ['compression.gzip.level', '-1', '-1'],
  ['compression.gzip.level', '9', '9'],
  ['retention.bytes', '-9223372036854775808', '-9223372036854775808'],
  ['retention.bytes', '9223372036854775807', '9223372036854775807'],
  ['leader.replication.throttled.replicas', '*', '*'],
  ['leader.replication.throttled.replicas', '1:2, 0:1', '0:1,1:2'],
  ['leader.replication.throttled.replicas', ' ', ''],
  ['message.format.version', '3.0-IV1', '3.0-IV1'],
];

describe('a topic config', () => {
  test.each(same)('%s is the same setting as %j and %j', (key, written, answered) => {
    const topics = desired(withConfigs({ [key]: written }));
    expect(topics[0]?.configs[key]).toBe(answered);
    const actual = topics.map((topic) => actualOf({ ...topic, configs: { ...topic.configs } }));
    expect(planFor({ desired: topics, actual }).changes).toEqual([]);
    expect(isSameConfig(key, answered, written)).toBe(true);
  });

  test.each([
    ['retention.ms', '3600000', '3600001'],
    ['min.cleanable.dirty.ratio', '0.5', '0.05'],
    ['cleanup.policy', 'compact', 'compact,delete'],
    ['flush.messages', '9223372036854775807', '9223372036854775806'],
  ])('%s is not the same setting as %s and %s', (key, a, b) => {
    expect(isSameConfig(key, a, b)).toBe(false);
  });

  test('that the cluster has not told is not the same as any', () => {
    expect(isSameConfig('retention.ms', undefined, '1')).toBe(false);
  });

  test('of a name that is not known stays as it is written', () => {
    expect(canonicalConfig('of.tomorrow', ' A ')).toBe(' A ');
  });

  test.each([
    ['retention.milliseconds', '1', 'no topic config "retention.milliseconds"', 'Did you mean'],
    ['compression.typ', 'zstd', 'no topic config', 'Did you mean `compression.type`?'],
    ['compression.type', 'brotli', 'does not take "brotli" for `compression.type`', 'uncompressed, zstd'],
    ['cleanup.policy', 'compact;delete', '"compact;delete"', 'compact, delete or both'],
    ['cleanup.policy', 'compact,,delete', '"compact,,delete"', 'compact, delete or both'],
    ['retention.ms', '7d', '"7d"', 'from -1 to 9223372036854775807'],
    ['retention.ms', '-2', '"-2"', 'from -1 to'],
    ['retention.ms', '9223372036854775808', '"9223372036854775808"', 'to 9223372036854775807'],
    ['segment.bytes', '3000000000', '"3000000000"', 'to 2147483647'],
    ['compression.gzip.level', '0', '"0"', 'from 1 to 9, or -1'],
    ['min.cleanable.dirty.ratio', '1.5', '"1.5"', 'a number from 0 to 1'],
    ['min.cleanable.dirty.ratio', '-0.1', '"-0.1"', 'a number from 0 to 1'],
    ['min.cleanable.dirty.ratio', 'half', '"half"', 'a number from 0 to 1'],
    ['min.cleanable.dirty.ratio', '1d0', '"1d0"', 'a number from 0 to 1'],
    ['compression.lz4.level', '18', '"18"', 'from 1 to 17.'],
    ['retention.bytes', '-9223372036854775809', '"-9', 'from -9223372036854775808 to'],
    ['preallocate', 'yes', '"yes"', 'true or false'],
    ['preallocate', 'truely', '"truely"', 'true or false'],
    ['preallocate', 'untrue', '"untrue"', 'true or false'],
    ['leader.replication.throttled.replicas', '1:2,x', '"1:2,x"', '* or pairs of partition:broker'],
    ['leader.replication.throttled.replicas', '*,1:2', '"*,1:2"', '* or pairs of partition:broker'],
  ])('%s = %s is refused when the configuration is read', (key, value, what, fix) => {
    const read = () => resolveConfig(pipeline, withConfigs({ [key]: value }));
    expect(read).toThrow(expect.objectContaining({ code: 'ECOM_CONFIG' }));
    expect(read).toThrow(what);
    expect(read).toThrow(fix);
    expect(read).toThrow(`custom.ecomAnalytics.topics.orders.configs.${key}`);
  });
});
