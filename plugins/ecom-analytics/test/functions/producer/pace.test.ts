import { describe, expect, test } from 'vitest';
import pipeline from '../../../../../pipeline/definition.ts';
import { rules } from '../../../../../pipeline/rules.ts';
import { type GeneratedOrder, generateOrders } from '../../../core/generator/order-generator.ts';
import { defaultPace, type PacedBatch, paceOrders } from '../../../functions/producer/pace.ts';
import { VirtualClock } from '../virtual-clock.ts';

const startMs = Date.parse('2026-11-23T12:00:00Z');

function orders(ordersPerMinute: number): Iterator<GeneratedOrder, unknown, void> {
  return generateOrders({
    seed: 7,
    ordersPerMinute,
    fraudRate: 0,
    startMs,
    definition: { ...pipeline, rules },
  });
}

function takeFirst(count: number, from: Iterator<GeneratedOrder, unknown, void>): GeneratedOrder[] {
  return Array.from({ length: count }, () => from.next().value as GeneratedOrder);
}

describe('pacing', () => {
  test('lets every order go when its time has come, and none before', async () => {
    const clock = new VirtualClock(startMs);
    const early: GeneratedOrder[] = [];
    let count = 0;
    let latestMs = 0;
    for await (const batch of paceOrders(orders(600), { ...defaultPace, untilMs: startMs + 60_000 }, clock)) {
      for (const order of batch.orders) {
        count++;
        if (order.atMs > clock.now()) early.push(order);
        latestMs = Math.max(latestMs, clock.now() - order.atMs);
      }
    }
    expect(early).toEqual([]);
    expect(count).toBe(600);
    expect(latestMs).toBeLessThanOrEqual(defaultPace.lingerMs + 1);
  });

  test('gives the orders of the generator, unchanged, while it keeps up', async () => {
    const clock = new VirtualClock(startMs);
    const paced: GeneratedOrder[] = [];
    for await (const batch of paceOrders(orders(600), { ...defaultPace, untilMs: startMs + 5000 }, clock)) {
      paced.push(...batch.orders);
    }
    expect(paced).toEqual(takeFirst(paced.length, orders(600)));
    expect(paced.length).toBeGreaterThan(40);
  });

  test('makes up little of the time that a slow taker or a sleeping machine lost, and places orders later instead', async () => {
    const clock = new VirtualClock(startMs);
    const pace = { ...defaultPace, maxBatch: 100_000, untilMs: startMs + 120_000 };
    const sizes: number[] = [];
    let count = 0;
    let skipped = false;
    let worstLagMs = 0;
    for await (const { orders: due } of paceOrders(orders(6000), pace, clock)) {
      sizes.push(due.length);
      count += due.length;
      for (const { atMs, order } of due) {
        worstLagMs = Math.max(worstLagMs, clock.now() - atMs);
        expect(Date.parse(order.timestamp)).toBe(atMs);
      }
      if (!skipped && clock.now() > startMs + 30_000) {
        skipped = true;
        clock.skip(60_000);
      }
    }
    // 100 orders a second: five seconds' worth is the largest burst, and 55 of the 120 seconds are lost.
    expect(Math.max(...sizes)).toBeLessThanOrEqual(502);
    expect(worstLagMs).toBeLessThanOrEqual(defaultPace.maxLagMs);
    expect(count).toBeGreaterThan(6400);
    expect(count).toBeLessThan(6600);
  });

  test('is asked for each batch: nothing is generated ahead of a taker who waits', async () => {
    const clock = new VirtualClock(startMs);
    let generated = 0;
    const counted = orders(60_000);
    const counting = {
      next: () => {
        generated++;
        return counted.next();
      },
    };
    const batches = paceOrders(counting, { ...defaultPace, untilMs: startMs + 60_000 }, clock);
    const first = await batches.next();
    clock.skip(10_000);
    await clock.sleep(1000);
    expect(generated).toBe((first.value as PacedBatch).orders.length + 1);
  });

  test('never says that event time is past an order still to come', async () => {
    const clock = new VirtualClock(startMs);
    let throughMs = 0;
    const behind: GeneratedOrder[] = [];
    const pace = { ...defaultPace, maxBatch: 3, untilMs: startMs + 20_000 };
    for await (const batch of paceOrders(orders(3000), pace, clock)) {
      behind.push(...batch.orders.filter(({ atMs }) => atMs <= throughMs));
      throughMs = batch.throughMs;
      await clock.sleep(40);
    }
    expect(behind).toEqual([]);
    expect(throughMs).toBeGreaterThan(startMs + 10_000);
  });

  test('wakes its taker also when no order is due', async () => {
    const clock = new VirtualClock(startMs);
    const wakes: number[] = [];
    for await (const batch of paceOrders(orders(1), { ...defaultPace, untilMs: startMs + 20_000 }, clock)) {
      if (batch.orders.length === 0) wakes.push(batch.throughMs - startMs);
    }
    expect(wakes.length).toBeGreaterThanOrEqual(18);
  });

  test('lets no order go that is placed at the planned end or later', async () => {
    const clock = new VirtualClock(startMs);
    const [first, second, third] = takeFirst(3, orders(600));
    if (first === undefined || second === undefined || third === undefined) throw new Error('no orders');
    const paced: GeneratedOrder[] = [];
    const pace = { ...defaultPace, untilMs: third.atMs };
    for await (const batch of paceOrders([first, second, third].values(), pace, clock))
      paced.push(...batch.orders);
    expect(paced).toEqual([first, second]);
    expect(clock.now()).toBe(third.atMs);
  });

  test('lets no such order go with earlier ones, where it falls behind', async () => {
    const clock = new VirtualClock(startMs);
    const [one] = takeFirst(1, orders(600));
    if (one === undefined) throw new Error('no orders');
    const untilMs = startMs + 1000;
    const due = [10, 999, 1000].map((ms) => ({ ...one, atMs: startMs + ms }));
    const paced: number[] = [];
    for await (const batch of paceOrders(due.values(), { ...defaultPace, untilMs }, clock)) {
      paced.push(...batch.orders.map(({ atMs }) => atMs - startMs));
      clock.skip(2000);
    }
    expect(paced).toEqual([10, 999]);
  });

  test('gives no more orders at once than a batch takes, and the others right after', async () => {
    const clock = new VirtualClock(startMs);
    const due = takeFirst(7, orders(60_000));
    clock.skip(1000);
    const sizes: number[] = [];
    const late = { ...defaultPace, maxBatch: 3, untilMs: startMs + 5000 };
    const shifted = due.map((one) => ({ ...one, atMs: one.atMs + 900 }));
    for await (const batch of paceOrders(shifted.values(), late, clock)) {
      if (batch.orders.length > 0) sizes.push(batch.orders.length);
    }
    expect(sizes).toEqual([3, 3, 1]);
    expect(clock.now()).toBe(startMs + 1000);
  });

  test('follows a clock that is set forward, and not one that is set back', async () => {
    const times: number[] = [];
    let setMs = 0;
    const { now, elapsed, sleep } = new VirtualClock(startMs);
    const clock = { now: () => now() + setMs, elapsed, sleep };
    const pace = { ...defaultPace, untilMs: startMs + 30_000 };
    for await (const batch of paceOrders(orders(600), pace, clock)) {
      for (const { atMs, order } of batch.orders) {
        expect(Date.parse(order.timestamp)).toBe(atMs);
        times.push(atMs - elapsed());
      }
      if (elapsed() - startMs > 20_000) setMs = 0;
      else if (elapsed() - startMs > 10_000) setMs = 3_600_000;
    }
    const ahead = times.map((one) => one > 1_800_000);
    expect(ahead).toEqual(times.map((_, index) => index >= ahead.indexOf(true)));
    expect([ahead[0], ahead.at(-1)]).toEqual([false, true]);
    expect(times).toHaveLength(300);
  });

  test.each([
    [defaultPace.maxLagMs, 0],
    [defaultPace.maxLagMs + 1, defaultPace.maxLagMs + 1],
  ])('a clock that is set forward by %d ms places orders %d ms later', async (setMs, laterMs) => {
    let ahead = 0;
    const { now, elapsed, sleep } = new VirtualClock(startMs);
    const clock = { now: () => now() + ahead, elapsed, sleep };
    // Seven seconds apart, so that the taker is woken in between.
    const two = takeFirst(8, orders(60)).filter((_, index) => index % 7 === 0);
    const times: number[] = [];
    let throughMs = 0;
    for await (const batch of paceOrders(
      two.values(),
      { ...defaultPace, untilMs: startMs + 60_000 },
      clock,
    )) {
      times.push(...batch.orders.map(({ atMs }) => atMs));
      throughMs = batch.throughMs;
      if (batch.orders.length === 0) expect(throughMs).toBe(elapsed() + (ahead === 0 ? 0 : laterMs));
      else ahead = setMs;
    }
    expect(times).toEqual(two.map(({ atMs }, index) => atMs + (index === 0 ? 0 : laterMs)));
    expect(throughMs).toBe(elapsed() + laterMs);
  });

  test('lets an order go at the moment that it is placed at', async () => {
    const clock = new VirtualClock(startMs);
    const [one] = takeFirst(1, orders(600));
    if (one === undefined) throw new Error('no orders');
    const due = [{ ...one, atMs: startMs }].values();
    const { value } = await paceOrders(due, { ...defaultPace, untilMs: startMs + 1000 }, clock).next();
    expect(value).toMatchObject({ orders: [{ atMs: startMs }], throughMs: startMs });
    expect(clock.now()).toBe(startMs);
  });

  test('says with each batch how far event time is: short of the next order, or up to now', async () => {
    const clock = new VirtualClock(startMs);
    const [one] = takeFirst(1, orders(600));
    if (one === undefined) throw new Error('no orders');
    const three = [10, 20, 5000].map((ms) => ({ ...one, atMs: startMs + ms }));
    const pace = { ...defaultPace, maxBatch: 1, untilMs: startMs + 2100 };
    const batches: [orders: number, throughMs: number, nowMs: number][] = [];
    for await (const { orders: due, throughMs } of paceOrders(three.values(), pace, clock))
      batches.push([due.length, throughMs - startMs, clock.now() - startMs]);
    expect(batches).toEqual([
      [1, 19, 30],
      [1, 30, 30],
      [0, 1030, 1030],
      [0, 2030, 2030],
    ]);
    expect(clock.now()).toBe(startMs + 2100);
  });

  test('ends at once when it is stopped', async () => {
    const clock = new VirtualClock(startMs);
    const stop = new AbortController();
    let batches = 0;
    for await (const _ of paceOrders(
      orders(6000),
      { ...defaultPace, untilMs: startMs + 60_000 },
      clock,
      stop.signal,
    )) {
      if (++batches === 5) stop.abort();
    }
    expect(batches).toBe(5);
  });

  test('ends with its orders', async () => {
    const clock = new VirtualClock(startMs);
    const three = takeFirst(3, orders(600)).values();
    let count = 0;
    for await (const batch of paceOrders(three, { ...defaultPace, untilMs: startMs + 60_000 }, clock)) {
      count += batch.orders.length;
    }
    expect(count).toBe(3);
    expect(clock.now()).toBeLessThan(startMs + 2000);
  });
});
