import type { TestRecord } from '../orders-topic.ts';

/** Records that might choke a parser: each must become a dead letter, and stop nothing. */
export function poison(): TestRecord[] {
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  const values = [
    text('['.repeat(200_000)),
    text('{"order_id":'.repeat(20_000)),
    text('\0'.repeat(100_000)),
    text(`{"order_id":"${'9'.repeat(400_000)}"}`),
    text(`{"price":${'9'.repeat(100_000)}}`),
    Uint8Array.from({ length: 50_000 }, (_, index) => index % 256),
  ];
  return values.map((value, index) => ({
    key: `poison-${index}`,
    value,
    headers: {},
    timestampMs: Date.now(),
  }));
}
