import { createRequire } from 'node:module';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import { expect, test } from 'vitest';
import '../../../functions/kafka/variable-length.ts';

const load = createRequire(import.meta.url);
const file = load.resolve('kafkajs/src/protocol/encoder.js');

/** KafkaJS's encoder as it comes: another copy than the one that is mended. */
function untouched(): typeof Encoder {
  delete load.cache[file];
  return load(file);
}

const edges = [0, 1, 63, 64, 127, 128, 8191, 8192, 2 ** 20, 2 ** 28, 2 ** 30 - 1, 2 ** 30, 2 ** 31 - 1];
const short = [...edges, ...edges.map((value) => -value), -(2 ** 31)];
const long = [2 ** 31, 2 ** 40, -(2 ** 40), 1_795_473_759_000];

test('numbers of variable length are the bytes that KafkaJS writes', () => {
  const Original = untouched();
  const bytes = (Each: typeof Encoder): string[] => [
    ...short.map((value) => `short ${value}: ${new Each().writeVarInt(value).buffer.toString('hex')}`),
    ...short.map((value) => `unsigned ${value}: ${new Each().writeUVarInt(value).buffer.toString('hex')}`),
    ...[...short, ...long].map(
      (value) => `long ${value}: ${new Each().writeVarLong(value).buffer.toString('hex')}`,
    ),
    ...[...short, ...long].map((value) => `size ${value}: ${Each.sizeOfVarLong(value)}`),
  ];
  expect(Encoder.prototype.writeUVarInt).not.toBe(Original.prototype.writeUVarInt);
  expect(bytes(Encoder)).toEqual(bytes(Original));
});

test('they fit also where the memory at hand ends', () => {
  const small = new Encoder(1);
  for (let count = 0; count < 100; count++) small.writeUVarInt(300);
  expect(small.buffer.toString('hex')).toBe('ac02'.repeat(100));
});
