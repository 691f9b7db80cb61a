import { describe, expect, it } from 'vitest';
import { type DistinctTexts, includes, including, sizeOf } from '../../engine/distinct-texts.ts';
import { IdTable } from '../../engine/id-table.ts';
import { KeyMemory } from '../../engine/key-memory.ts';

const idsOf = (count: number): string[] => Array.from({ length: count }, (_, number) => `id-${number}`);

describe('numbers by id', () => {
  it('are found by the id, the last one that was set', () => {
    const table = new IdTable();
    expect(table.get('a', 7)).toBeNaN();
    table.set('a', 7, 1.5);
    expect(table.get('a', 7)).toBe(1.5);
    table.set('a', 7, -2);
    expect(table.get('a', 7)).toBe(-2);
    expect(table.size).toBe(1);
  });

  /** The last place of a table, so that the next one is the first; all in one place; each in its own; negative ones. */
  it.each<[string, (number: number) => number]>([
    ['one hash', () => 1023],
    ['hashes that differ beyond the table', (number) => 1023 + (number << 20)],
    ['hashes of their own', (number) => number + 1],
    ['negative hashes', (number) => -number - 1],
  ])('are told apart where ids have %s, however many there are', (_, hashOf) => {
    const table = new IdTable();
    const ids = idsOf(1500);
    for (const [number, id] of ids.entries()) {
      expect(table.get(id, hashOf(number))).toBeNaN();
      table.set(id, hashOf(number), number);
      expect(table.size).toBe(number + 1);
    }
    expect(ids.map((id, number) => table.get(id, hashOf(number)))).toEqual(ids.map((_id, number) => number));
    expect(table.get('another', hashOf(3))).toBeNaN();
  });
});

describe('keys that are remembered', () => {
  /** A hash in Base64 with these first 64 bits. */
  const keyOf = (low: number, high: number): string => {
    const bytes = Buffer.alloc(32, 7);
    bytes.writeInt32LE(low, 0);
    bytes.writeInt32LE(high, 4);
    return bytes.toString('base64');
  };

  it('are the newest so many, and are forgotten all at once', () => {
    const memory = new KeyMemory(3);
    const known = (): number[] => [1, 2, 3, 4, 5, 6, 7].filter((number) => memory.has(keyOf(number, 0)));
    const grown = [1, 2, 3, 4, 5, 6, 7].map((number) => {
      memory.add(keyOf(number, 0));
      return known();
    });
    expect(grown).toEqual([[1], [1, 2], [1, 2, 3], [1, 2, 3, 4], [1, 2, 3, 4, 5], [4, 5, 6], [4, 5, 6, 7]]);
  });

  it.each<[string, (number: number) => [low: number, high: number]]>([
    ['first', (number) => [number << 16, 5]],
    ['last', (number) => [1023, number]],
  ])('are told apart by their %s bits, however many there are', (_, bitsOf) => {
    const memory = new KeyMemory(10_000);
    const keys = Array.from({ length: 1500 }, (_key, number) => keyOf(...bitsOf(number + 2)));
    for (const key of keys) {
      expect(memory.has(key)).toBe(false);
      memory.add(key);
    }
    expect(keys.every((key) => memory.has(key))).toBe(true);
    expect(memory.has(keyOf(...bitsOf(1)))).toBe(false);
  });

  it('may begin with zeros', () => {
    const memory = new KeyMemory(10);
    expect(memory.has(keyOf(0, 0))).toBe(false);
    memory.add(keyOf(0, 0));
    expect(memory.has(keyOf(0, 0))).toBe(true);
    expect(memory.has(keyOf(0, 1))).toBe(false);
    memory.add(keyOf(0, 1));
    expect(memory.has(keyOf(0, 1))).toBe(true);
  });
});

describe('a set of texts', () => {
  it('knows what is in it, be it one, a few or many', () => {
    const [first = '', ...others] = idsOf(40);
    let texts: DistinctTexts = first;
    expect(sizeOf(texts)).toBe(1);
    for (const [index, id] of others.entries()) {
      expect(includes(texts, id)).toBe(false);
      texts = including(texts, id);
      expect(sizeOf(texts)).toBe(index + 2);
      for (const one of [first, ...others])
        expect(includes(texts, one)).toBe(one === first || others.indexOf(one) <= index);
    }
    // Many are hashed, and only many.
    expect(texts).toBeInstanceOf(Set);
  });
});
