import { randomInt } from 'node:crypto';

/** Another one in each process, so that nobody can choose ids whose hashes collide. */
const ownKey0 = randomInt(2 ** 32) | 0;
const ownKey1 = randomInt(2 ** 32) | 0;

/**
 * A hash of 32 bits for tables of ids: HalfSipHash-1-3 over the UTF-16 code units. Ids come from outside, and a hash that
 * anybody can compute, as Java's is, and V8's of numbers in text, lets a file make every look-up slow.
 * Source: Aumasson and Bernstein, "SipHash: a fast short-input PRF", and the reference code of `halfsiphash`.
 */
export function hashId(id: string, key0 = ownKey0, key1 = ownKey1): number {
  const { length } = id;
  let v0 = key0;
  let v1 = key1;
  let v2 = key0 ^ 0x6c796765;
  let v3 = key1 ^ 0x74656462;
  // Two code units are a word; the last word holds the length. One round for each, three to end with.
  for (let at = 0, left = (length >> 1) + 4; left > 0; left--, at += 2) {
    let word = 0;
    if (left > 4) word = id.charCodeAt(at) | (id.charCodeAt(at + 1) << 16);
    else if (left === 4) word = (length << 25) | (at < length ? id.charCodeAt(at) : 0);
    else if (left === 3) v2 ^= 0xff;
    v3 ^= word;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= word;
  }
  return v1 ^ v3;
}
