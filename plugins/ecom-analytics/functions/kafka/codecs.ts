import { decompress as unzstd } from 'fzstd';
import kafkajs from 'kafkajs';
import { decompress as unlz4 } from 'lz4js';
import { uncompress as unsnappy } from 'snappyjs';

/**
 * What producers of others may compress with, beside gzip, which KafkaJS has: snappy, lz4 and zstd, for reading. In plain
 * JavaScript, as native code does not go into a bundle, and as Node has zstd only from 22.15 on.
 */

/** Java's producers frame snappy as the library snappy-java does: this, two versions, then blocks with their lengths. */
const snappyJava = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const snappyJavaHeader = 16;

function decompressSnappy(bytes: Buffer): Buffer {
  if (!bytes.subarray(0, snappyJava.length).equals(snappyJava)) return Buffer.from(unsnappy(bytes));
  const blocks: Uint8Array[] = [];
  for (let at = snappyJavaHeader; at < bytes.length; ) {
    const start = at + 4;
    at = start + bytes.readUInt32BE(at);
    blocks.push(unsnappy(bytes.subarray(start, at)));
  }
  return Buffer.concat(blocks);
}

/** What KafkaJS makes its codecs of; it has no type for it. */
interface Codec {
  compress(): Promise<Buffer>;
  decompress(bytes: Buffer): Promise<Buffer>;
}

function readOnly(decompress: (bytes: Buffer) => Uint8Array): () => Codec {
  return () => ({
    compress: async () => {
      throw new Error('Nothing here sends records with this compression');
    },
    decompress: async (bytes) => Buffer.from(decompress(bytes)),
  });
}

/** Makes every client of KafkaJS read them. */
export function registerCodecs(): void {
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  CompressionCodecs[CompressionTypes.Snappy] = readOnly(decompressSnappy);
  CompressionCodecs[CompressionTypes.LZ4] = readOnly((bytes) => unlz4(bytes));
  CompressionCodecs[CompressionTypes.ZSTD] = readOnly((bytes) => unzstd(bytes));
}
