import pipeline from '../../../../pipeline/definition.ts';
import type { Order } from '../../core/order.ts';
import type { PipelineDefinition } from '../../core/pipeline.ts';
import type { Rule } from '../../core/rule.ts';
import { defaultTopics } from '../../core/topic.ts';
import type { Windowing } from '../../core/window.ts';

/**
 * The rules and windows that the kit comes with: tests of what is done with rules, windows and topics go by the kit's, whatever a
 * shop makes of its own.
 */
export const kitRules: readonly Rule[] = [
  {
    id: 'high-value',
    kind: 'threshold',
    severity: 'high',
    field: 'total_amount',
    moreThan: 1000,
    atProducer: true,
    reason: 'The order total of {value} USD is over {limit} USD',
  },
  {
    id: 'suspicious-location',
    kind: 'one-of',
    severity: 'high',
    field: 'region',
    values: ['Anonymous-Proxy', 'Tor-Exit', 'Unknown-Location'],
    reason: 'The order comes from {value}, which is on the list of suspicious locations',
  },
  {
    id: 'order-burst',
    kind: 'distinct-orders',
    severity: 'medium',
    key: 'customer_id',
    moreThan: 5,
    windows: { sizeMs: 60_000, slideMs: 60_000 },
    reason: 'The customer {customer_id} placed {value} orders within one minute, more than {limit}',
  },
  {
    id: 'region-hop',
    kind: 'distinct-values',
    severity: 'critical',
    key: 'customer_id',
    field: 'region',
    moreThan: 2,
    windows: { sizeMs: 300_000, slideMs: 300_000 },
    reason: 'The customer {customer_id} ordered from {value} regions within five minutes, more than {limit}',
  },
];

export const kitWindowing: Windowing = {
  sizeMs: 60_000,
  slideMs: 30_000,
  watermarkMs: 30_000,
  deduplicate: true,
};

/** The definition with the kit's topics, rules, windows and currency, and what a shop's orders are made of. */
export const kit: PipelineDefinition = {
  topics: defaultTopics,
  rules: kitRules,
  windows: kitWindowing,
  currency: 'USD',
  catalog: pipeline.catalog,
  orderFields: pipeline.orderFields,
};

/** The fields that a shop has added, for orders that are written down in a test. */
const shopFieldValues: Readonly<Record<string, unknown>> = Object.fromEntries(
  Object.entries(pipeline.orderFields).map(([name, { simulated }]) => [name, simulated[0]]),
);

/** An order as a shop sends it: a laptop for 1299.95 at noon. */
export const anOrder = (change: Partial<Order> = {}): Order => ({
  ...shopFieldValues,
  order_id: 'o-1',
  customer_id: 'CUST_1',
  product_id: 'P001',
  product_name: 'Laptop Pro 15',
  quantity: 1,
  price: 1299.95,
  total_amount: 1299.95,
  timestamp: '2026-11-23T12:00:00.000Z',
  region: 'US-East',
  ...change,
});

/** The kit's definition with a topic that a shop has added. */
export const kitWithRefunds: PipelineDefinition = {
  ...kit,
  topics: { ...kit.topics, refunds: { ...defaultTopics.orders, name: 'ecommerce-refunds', partitions: 2 } },
};
