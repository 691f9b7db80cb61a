import { describe, expect, it } from 'vitest';
import { Customers } from '../../engine/customer.ts';
import { hashId } from '../../engine/id-hash.ts';

const count = 4096;

/** How many of the ids come to the fullest of twice as many places. */
function mostInOnePlace(ids: readonly string[]): number {
  const last = 2 * ids.length - 1;
  const taken = new Map<number, number>();
  for (const id of ids) taken.set(hashId(id) & last, (taken.get(hashId(id) & last) ?? 0) + 1);
  return Math.max(...taken.values());
}

/** Ids that look alike to a hash that multiplies by 31. */
const javaCollisions = Array.from({ length: count }, (_, number) =>
  number.toString(2).padStart(12, '0').replaceAll('0', 'Aa').replaceAll('1', 'BB'),
);
/** V8 hashes a number in text by the number: of these the low bits are the same. */
const numbers = Array.from({ length: count }, (_, number) => String(number * 2 ** 16));
const prefixes = Array.from({ length: count }, (_, number) => 'x'.repeat(number + 1));

describe('the hash of an id', () => {
  // Of texts of 0, 2, 4 … bytes 00 01 02 …: the vectors of HalfSipHash-1-3 in siphash_kunit.c of Linux.
  const vectors = [
    0x5814c896, 0xbc4b0e30, 0x7e059ea6, 0xa0080b65, 0x577999b1, 0xe4fa32cf, 0x6b28096c, 0x16658a7c,
    0x8b31d501, 0x06712339, 0x911bb605, 0xf826ef7b,
  ];

  it('is HalfSipHash-1-3 of its code units', () => {
    const hashes = vectors.map((_, units) => {
      const text = Buffer.from(Array.from({ length: 2 * units }, (_byte, at) => at)).toString('utf16le');
      return hashId(text, 0x03020100, 0x07060504) >>> 0;
    });
    expect(hashes).toEqual(vectors);
  });

  it('is made with keys of this process', () => {
    const ids = Array.from({ length: 100 }, (_, number) => `CUST_${number}`);
    expect(ids.map((id) => hashId(id))).toEqual(ids.map((id) => hashId(id)));
    expect(ids.map((id) => hashId(id))).not.toEqual(ids.map((id) => hashId(id, 0, 0)));
  });
});

describe('customers', () => {
  it.each([
    ['Aa and BB', javaCollisions],
    ['numbers', numbers],
    ['prefixes of one another', prefixes],
    ['usual ones', numbers.map((_, number) => `CUST_${number}`)],
  ])('are spread evenly, whatever their ids: %s', (_, ids) => {
    expect(new Set(ids.map((id) => hashId(id))).size).toBeGreaterThan(count - 10);
    // Of ids thrown at random into twice as many places, no more than 9 come together in a million trials.
    expect(mostInOnePlace(ids)).toBeLessThan(16);
  });

  it('are distinct, and each is found again', () => {
    const customers = new Customers();
    const ids = [...javaCollisions, ...numbers, ...prefixes, '', '\u0000', 'é', 'e\u0301', '\ud83e\udd8a'];
    const first = ids.map((id) => customers.get(id));
    const distinct = new Set(ids).size;
    expect(customers.count).toBe(distinct);
    expect(ids.map((id) => customers.get(id))).toEqual(first);
    expect(first.map(({ id }) => id)).toEqual(ids);
    expect(new Set(first.map(({ number }) => number)).size).toBe(distinct);
    expect(Math.max(...first.map(({ number }) => number))).toBe(distinct - 1);
  });

  it('end with an error before memory does', () => {
    const customers = new Customers(1_000_000);
    const fill = (): void => {
      for (let number = 0; number < 1_000_000; number++) customers.get(`CUST_${number}`);
    };
    expect(fill).toThrow(
      expect.objectContaining({
        code: 'ECOM_CUSTOMERS_MANY',
        message: expect.stringMatching(/^There are more than \d+ customers, .*--max-old-space-size/),
      }),
    );
    expect(customers.count).toBeGreaterThan(1000);
    expect(customers.get('CUST_7').number).toBe(7);
    // The text of an id takes memory, too.
    const fewer = new Customers(1_000_000);
    const longIds = (): void => {
      for (let number = 0; number < customers.count / 5; number++)
        fewer.get(`CUST_${number}${'x'.repeat(1000)}`);
    };
    expect(longIds).toThrow(expect.objectContaining({ code: 'ECOM_CUSTOMERS_MANY' }));
  });
});
