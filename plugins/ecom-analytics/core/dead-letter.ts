import * as v from 'valibot';

/**
 * On Kafka a dead letter keeps the refused record's key and value, byte for byte, and carries the rest in headers, so that
 * no envelope can outgrow the topic's largest message.
 */
export const deadLetterHeaders = {
  reason: 'ecom-reason',
  topic: 'ecom-topic',
  partition: 'ecom-partition',
  offset: 'ecom-offset',
} as const;

/** A dead letter as a JSON line. `value_base64` is null for a record without a value. */
export const DeadLetterSchema = v.object({
  /** One of the reasons in `order.ts`. */
  reason: v.pipe(v.string(), v.nonEmpty()),
  topic: v.string(),
  partition: v.pipe(v.number(), v.integer(), v.minValue(0)),
  offset: v.pipe(v.string(), v.regex(/^\d+$/)),
  value_base64: v.nullable(v.string()),
});

export type DeadLetter = v.InferOutput<typeof DeadLetterSchema>;
