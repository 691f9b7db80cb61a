import { Partitioners } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { partitionOf } from '../../engine/partition.ts';

/** Enough partitions to tell nearly all hashes apart. */
const many = 0x7fffffff;

/** What KafkaJS answers, whose partitioner gives what Java's does. */
function partitionOfKafkaJs(key: string, partitions: number): number {
  const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
    partitionErrorCode: 0,
    partitionId,
    leader: 1,
    replicas: [1],
    isr: [1],
  }));
  return Partitioners.DefaultPartitioner()({
    topic: 'orders',
    partitionMetadata,
    message: { key, value: null },
  });
}

describe('the partition of a key', () => {
  // Of Kafka's own test: org.apache.kafka.common.utils.UtilsTest, testMurmur2.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('comes from the hash that Kafka has of %s', (key, hash) => {
    expect(partitionOf(key, many)).toBe((hash & 0x7fffffff) % many);
  });

  it.each(['', 'a', 'CUST_1', 'CUST_1234', 'é', 'Kundin 😀', '\u007f', '\u0080', '\u0000'])(
    'is where a producer puts it: %j',
    (key) => {
      for (const partitions of [1, 3, 50])
        expect(partitionOf(key, partitions)).toBe(partitionOfKafkaJs(key, partitions));
    },
  );
});
