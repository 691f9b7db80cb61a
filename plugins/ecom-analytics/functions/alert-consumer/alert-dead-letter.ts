import * as v from 'valibot';

/**
 * A record of the alerts topic that is no alert, as JSON: the shape of the pipeline's dead letter, with a reason of its
 * own, since an alert has no closed list of them, and with the record's key, which the bucket cannot carry otherwise.
 */
export const AlertDeadLetterSchema = v.object({
  reason: v.literal('alert'),
  /** What was wrong with it, for a person. */
  detail: v.string(),
  topic: v.string(),
  partition: v.pipe(v.number(), v.integer(), v.minValue(0)),
  offset: v.pipe(v.string(), v.regex(/^\d+$/)),
  key_base64: v.nullable(v.string()),
  value_base64: v.nullable(v.string()),
});

export type AlertDeadLetter = v.InferOutput<typeof AlertDeadLetterSchema>;

/** `dead-letters/<topic>/<partition>/<offset>.json`: a record delivered twice lands on the same key. */
export function deadLetterKey(letter: AlertDeadLetter): string {
  return `dead-letters/${letter.topic}/${letter.partition}/${letter.offset}.json`;
}
