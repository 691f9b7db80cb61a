import * as v from 'valibot';
import { expect, test } from 'vitest';
import { type Filter, FilterSchema, matches } from '../../../functions/test-consumer/filter.ts';

const order = { region: 'EU-West', total_amount: 1000, vip: true, note: null, code: '2000' };

test.each<[Filter, boolean]>([
  [{}, true],
  [{ region: 'EU-West' }, true],
  [{ region: 'EU-West', total_amount: 1000 }, true],
  [{ region: 'EU-West', total_amount: 999 }, false],
  [{ total_amount: '1000' }, false],
  [{ vip: true, note: null }, true],
  [{ total_amount: { min: 1000 } }, true],
  [{ total_amount: { min: 1000.01 } }, false],
  [{ total_amount: { max: 1000 } }, true],
  [{ total_amount: { min: 1, max: 999 } }, false],
  [{ region: { min: 0 } }, false],
  [{ code: { min: 1000 } }, false],
  [{ missing: null }, false],
  [{ toString: { min: 0 } }, false],
  [{ __proto__: null, constructor: 'Object' } as unknown as Filter, false],
])('an order is matched by %j: %s', (filter, expected) => {
  expect(matches(order, filter)).toBe(expected);
});

test('what is no JSON object is matched by no filter', () => {
  expect([null, 'text', 5, undefined].some((value) => matches(value, {}))).toBe(false);
});

test('a range has one end at least', () => {
  const isFilter = (range: object): boolean => v.safeParse(FilterSchema, { total_amount: range }).success;
  expect([{ min: 1 }, { max: 1 }, { min: 1, max: 2 }].every(isFilter)).toBe(true);
  expect(isFilter({})).toBe(false);
});
