import type { Rule } from 'ecom-analytics';

/** The rules, evaluated by Spark, the embedded engine and (where `atProducer`) the producer. A new rule is a new entry. */
export const rules: readonly Rule[] = [
  {
    id: 'high-value',
    kind: 'threshold',
    severity: 'high',
    field: 'total_amount',
    moreThan: 1000,
    atProducer: true,
    reason: 'The order total of {value} {currency} is over {limit} {currency}',
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
