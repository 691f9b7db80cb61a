import pipeline from '../../pipeline/definition.ts';
import { between, seededRandom } from '../../plugins/ecom-analytics/core/generator/random.ts';
import type { Order } from '../../plugins/ecom-analytics/core/order.ts';
import type { PipelineDefinition } from '../../plugins/ecom-analytics/core/pipeline.ts';
import { isStateful } from '../../plugins/ecom-analytics/core/rule.ts';
import { formatTimestamp } from '../../plugins/ecom-analytics/core/timestamp.ts';

/** Orders of few customers, in steps: within a step no order moves the watermark. */
export interface CustomerStep {
  readonly orders: readonly Order[];
  /** Event time that everything has come to after it, epoch milliseconds. */
  readonly thenMs: number;
}

const regions = ['US-East', 'EU-West', 'Asia-Pacific', 'South-America'];

/** The rules over customers, and each once more on sliding windows; they trip soon. */
export const customerDefinition: PipelineDefinition = {
  ...pipeline,
  rules: pipeline.rules
    .filter(isStateful)
    .flatMap((rule) => [
      { ...rule, id: `${rule.id}-soon`, moreThan: 2 },
      { ...rule, id: `${rule.id}-sliding`, moreThan: 3, windows: { sizeMs: 60_000, slideMs: 20_000 } },
      rule,
    ]),
};

function order(orderId: string, customerId: string, eventTimeMs: number, region = 'US-East'): Order {
  return {
    order_id: orderId,
    customer_id: customerId,
    product_id: 'P001',
    product_name: 'Laptop Pro 15',
    category: 'Electronics',
    quantity: 1,
    price: 10.01,
    total_amount: 10.01,
    timestamp: formatTimestamp(eventTimeMs),
    region,
  };
}

/** Six orders within a minute, one under an id that was another order's 65 seconds before: a burst. */
export function idAgainAfter65Seconds(startMs: number): CustomerStep[] {
  const at = (seconds: number): number => startMs + seconds * 1000;
  const burst = [61, 62, 63, 64, 66].map((second) => order(`again-${second}`, 'CUST_AGAIN', at(second)));
  return [
    { orders: [order('again', 'CUST_AGAIN', at(1))], thenMs: at(60) },
    { orders: [...burst, order('again', 'CUST_AGAIN', at(66))], thenMs: at(67) },
  ];
}

/** Orders from three regions within five minutes, the third so late that the watermark has passed them: nothing. */
export function order152SecondsLate(startMs: number): CustomerStep[] {
  const at = (seconds: number): number => startMs + seconds * 1000;
  const here = (region: string, second: number): Order =>
    order(`late-${region}`, 'CUST_LATE', at(second), region);
  return [
    { orders: [here('US-East', 200), here('EU-West', 210)], thenMs: at(450) },
    { orders: [here('Asia-Pacific', 298)], thenMs: at(451) },
  ];
}

/** Late, repeated and reordered orders; ids come again with the same order, with another, and with another customer's. */
export function randomSteps(seed: number, startMs: number, steps: number): CustomerStep[] {
  const random = seededRandom(seed);
  const sent: Order[] = [];
  let nowMs = startMs;
  return Array.from({ length: steps }, (_, step) => {
    const orders = Array.from({ length: between(random, 10, 30) }, (_, place) => {
      const before = sent[between(random, Math.max(0, sent.length - 60), sent.length - 1)];
      if (before !== undefined && random() < 0.15) return before;
      const behindMs = random() < 0.5 ? between(random, 0, 30_000) : between(random, 0, 400_000);
      const made = order(
        before !== undefined && random() < 0.2 ? before.order_id : `random-${seed}-${step}-${place}`,
        `CUST_${between(random, 1, 6)}`,
        nowMs - behindMs,
        regions[between(random, 0, regions.length - 1)],
      );
      sent.push(made);
      return made;
    });
    nowMs += between(random, 1, 90) * 1000;
    return { orders, thenMs: nowMs };
  });
}
