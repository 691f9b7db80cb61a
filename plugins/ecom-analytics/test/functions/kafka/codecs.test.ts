import kafkajs from 'kafkajs';
import { beforeAll, expect, test } from 'vitest';
import { registerCodecs } from '../../../functions/kafka/codecs.ts';

const { CompressionCodecs, CompressionTypes } = kafkajs;
beforeAll(registerCodecs);

type Compression = 'Snappy' | 'LZ4' | 'ZSTD';
const read = async (compression: Compression, hex: string): Promise<string> => {
  const bytes: Buffer = await CompressionCodecs[CompressionTypes[compression]]().decompress(
    Buffer.from(hex, 'hex'),
  );
  expect(Buffer.isBuffer(bytes)).toBe(true);
  return bytes.toString();
};
const hexOf = (text: string): string => Buffer.from(text).toString('hex');

/** Blocks of snappy, lz4 and zstd that hold their text as it is, by the formats' own descriptions. */
const snappyBlock = (text: string): string =>
  Buffer.from([text.length, (text.length - 1) << 2]).toString('hex') + hexOf(text);
const sized = (block: string): string => (block.length / 2).toString(16).padStart(8, '0') + block;
/** Magic, two versions. https://github.com/xerial/snappy-java#compatibility-notes */
const snappyJavaHeader = '82534e4150505900' + '00000001' + '00000001';

test.each<[string, Compression, string, string]>([
  ['snappy of other clients, one block', 'Snappy', snappyBlock('orders'), 'orders'],
  ['snappy of Java, in one block', 'Snappy', snappyJavaHeader + sized(snappyBlock('orders')), 'orders'],
  [
    'snappy of Java, in several',
    'Snappy',
    snappyJavaHeader + ['one ', 'two ', 'three'].map((text) => sized(snappyBlock(text))).join(''),
    'one two three',
  ],
  ['snappy of Java, of nothing', 'Snappy', snappyJavaHeader, ''],
  // Magic, flags (version 1, independent blocks), 64 KB blocks, a checksum; a block as it is; the end.
  ['lz4', 'LZ4', `04224d18604082${'06000080'}${hexOf('orders')}00000000`, 'orders'],
  // Magic, one segment of six bytes, the last block, as it is.
  ['zstd', 'ZSTD', `28b52ffd2006${'310000'}${hexOf('orders')}`, 'orders'],
])('a batch is read that was compressed with %s', async (_, compression, hex, text) => {
  expect(await read(compression, hex)).toBe(text);
});

test.each<Compression>(['Snappy', 'LZ4', 'ZSTD'])('nothing is sent with %s', async (compression) => {
  const codec = CompressionCodecs[CompressionTypes[compression]]();
  await expect(codec.compress()).rejects.toThrow('Nothing here sends');
});
