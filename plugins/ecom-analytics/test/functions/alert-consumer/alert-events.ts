import type { Alert } from '../../../core/alert.ts';
import type { Severity } from '../../../core/rule.ts';
import type { KafkaEvent, KafkaEventRecord } from '../../../functions/alert-consumer/read-alert.ts';

/** An alert like those on the topic. */
export function alertOf(id: string, severity: Severity = 'high', changes: Partial<Alert> = {}): Alert {
  return {
    alert_id: `high-value:${id}`,
    rule_id: 'high-value',
    severity,
    order_id: id,
    customer_id: 'CUST_1234',
    total_amount: 1299.95,
    region: 'US-East',
    reason: 'The order total of 1299.95 USD is over 1000.00 USD',
    order_timestamp: '2026-11-23T22:42:37.000Z',
    detected_at: '2026-11-23T22:42:37.100Z',
    source: 'stream',
    ...changes,
  };
}

export const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** A record as Lambda delivers it. */
export function recordOf(
  value: Alert | string | null,
  offset: number,
  topic = 'ecommerce-alerts',
): KafkaEventRecord {
  const text = value === null || typeof value === 'string' ? value : JSON.stringify(value);
  return {
    topic,
    partition: 1,
    offset,
    timestamp: Date.parse('2026-11-23T22:42:38Z'),
    timestampType: 'CREATE_TIME',
    key: base64('CUST_1234'),
    value: text === null ? null : base64(text),
    headers: [],
  };
}

/** An event of the trigger, all records in one partition. */
export function eventOf(...values: readonly (Alert | string | null)[]): KafkaEvent {
  return {
    eventSource: 'aws:kafka',
    eventSourceArn:
      'arn:aws:kafka:us-east-1:123456789012:cluster/shop/0a1b2c3d-0000-4000-8000-000000000000-1',
    bootstrapServers: 'b-1.shop:9098',
    records: { 'ecommerce-alerts-1': values.map((value, index) => recordOf(value, 40 + index)) },
  };
}
