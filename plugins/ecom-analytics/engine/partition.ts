const seed = 0x9747b28c;
const multiplier = 0x5bd1e995;

/** Text outside ASCII, whose UTF-8 bytes are not its characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII starts with them
const beyondAscii = /[^\x00-\x7f]/;

function mix(hash: number, word: number): number {
  const k = Math.imul(word, multiplier);
  return Math.imul(hash, multiplier) ^ Math.imul(k ^ (k >>> 24), multiplier);
}

/**
 * 32-bit MurmurHash2 as Kafka's clients compute it, of text whose every character stands for one byte.
 * Source: `org.apache.kafka.common.utils.Utils.murmur2`.
 */
function murmur2(bytes: string): number {
  const { length } = bytes;
  const whole = length & ~3;
  let hash = seed ^ length;
  for (let at = 0; at < whole; at += 4) {
    const low = bytes.charCodeAt(at) | (bytes.charCodeAt(at + 1) << 8);
    hash = mix(hash, low | (bytes.charCodeAt(at + 2) << 16) | (bytes.charCodeAt(at + 3) << 24));
  }
  const rest = length - whole;
  if (rest > 0) {
    if (rest > 2) hash ^= bytes.charCodeAt(whole + 2) << 16;
    if (rest > 1) hash ^= bytes.charCodeAt(whole + 1) << 8;
    hash = Math.imul(hash ^ bytes.charCodeAt(whole), multiplier);
  }
  hash = Math.imul(hash ^ (hash >>> 13), multiplier);
  return hash ^ (hash >>> 15);
}

/** The partition that Kafka's default partitioner gives a record with this key. */
export function partitionOf(key: string, partitions: number): number {
  const bytes = beyondAscii.test(key) ? Buffer.from(key, 'utf8').toString('latin1') : key;
  return (murmur2(bytes) & 0x7fffffff) % partitions;
}
