import { expect, test } from 'vitest';
import { mapConcurrently } from '../../functions/concurrency.ts';

const items = Array.from({ length: 100 }, (_, index) => index);

test('answers in the order of the items, with so many under way at most', async () => {
  let underWay = 0;
  let most = 0;
  const answers = await mapConcurrently(items, 4, async (item) => {
    most = Math.max(most, ++underWay);
    await new Promise((resolve) => setTimeout(resolve, (item * 7) % 3));
    underWay--;
    return item * 2;
  });
  expect(answers).toEqual(items.map((item) => item * 2));
  expect(most).toBe(4);
});

test('begins nothing more after a failure, and lets what is under way come to its end', async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  const failing = mapConcurrently(items, 4, async (item) => {
    begun.push(item);
    await new Promise((resolve) => setTimeout(resolve, item === 2 ? 0 : 20));
    if (item === 2) throw new Error('refused');
    ended.push(item);
  });
  await expect(failing).rejects.toThrow('refused');
  expect(begun).toEqual([0, 1, 2, 3]);
  expect(ended).toEqual([0, 1, 3]);
});
