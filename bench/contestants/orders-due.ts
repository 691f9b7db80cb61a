import pipeline from '../../pipeline/definition.ts';
import {
  type GeneratedOrder,
  generateOrders,
} from '../../plugins/ecom-analytics/core/generator/order-generator.ts';

/** So many orders are sent before the clock starts. */
export const warmUpOrders = 20_000;

/** As many orders as asked, all of them due already. */
export function* ordersDueNow(count: number): Generator<GeneratedOrder, void, void> {
  const orders = generateOrders({
    seed: 7,
    // A minute's orders within so little time that pacing never waits.
    ordersPerMinute: 1e10,
    customers: 20_000,
    fraudRate: 0.02,
    startMs: Date.now() - 1000,
    definition: pipeline,
  });
  for (let number = 0; number < count; number++) yield orders.next().value;
}
