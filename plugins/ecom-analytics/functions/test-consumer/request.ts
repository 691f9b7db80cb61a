import * as v from 'valibot';
import { EcomError } from '../../core/error.ts';
import { parseTimestamp } from '../../core/timestamp.ts';
import type { Topics } from '../../core/topic.ts';
import { FilterSchema } from './filter.ts';

function wholeWithin(low: number, high: number) {
  const what = `must be a whole number from ${low} to ${high}`;
  return v.pipe(v.number(what), v.integer(what), v.minValue(low, what), v.maxValue(high, what));
}

const places: readonly string[] = ['earliest', 'newest', 'latest'];

/** The event of the test consumer. Only the topic is needed. */
export const TestConsumerRequestSchema = v.strictObject(
  {
    topic: v.pipe(
      v.string('must be the name of a topic'),
      // Kafka's own rule: org.apache.kafka.common.internals.Topic.
      v.regex(/^[a-zA-Z0-9._-]{1,249}$/, 'must be the name of a topic'),
    ),
    /** An answer holds 1000 messages at most. */
    maxMessages: v.optional(wholeWithin(1, 1000), 10),
    timeoutSeconds: v.optional(wholeWithin(1, 600), 10),
    /** Where to start; `latest` waits for what comes, `newest` answers the last that are there. */
    from: v.optional(
      v.pipe(
        v.string('must be earliest, newest, latest or a time'),
        v.check(
          (text) => places.includes(text) || !Number.isNaN(parseTimestamp(text)),
          'must be earliest, newest, latest or a time like 2026-11-23T22:42:37Z',
        ),
      ),
      'earliest',
    ),
    filter: v.optional(FilterSchema),
  },
  'must be a JSON object',
);

export type TestConsumerRequest = v.InferOutput<typeof TestConsumerRequestSchema>;

/** A topic of the pipeline by its own name means that of this stage, whatever it is called there. */
function topicOf(name: string, topics: Topics, byOwnName: Topics): string {
  const role = Object.entries(byOwnName).find(([, topic]) => topic.name === name)?.[0];
  return (role === undefined ? undefined : topics[role]?.name) ?? name;
}

/**
 * Reads the event.
 *
 * @param topics those of the stage, which may have a prefix
 * @param byOwnName the same as the definition names them
 * @throws EcomError `ECOM_TEST_CONSUMER_EVENT` naming the first key that is wrong
 */
export function readTestConsumerRequest(
  event: unknown,
  topics: Topics,
  byOwnName: Topics = topics,
): TestConsumerRequest {
  const parsed = v.safeParse(TestConsumerRequestSchema, event ?? {});
  if (parsed.success) return { ...parsed.output, topic: topicOf(parsed.output.topic, topics, byOwnName) };
  const [issue] = parsed.issues;
  const key = v.getDotPath(issue);
  const problem =
    issue.type === 'strict_object' && key !== null
      ? issue.expected === 'never'
        ? `The test consumer has no setting "${key}"`
        : `${key} is missing`
      : `${key ?? 'The event'} ${issue.message}`;
  throw new EcomError('ECOM_TEST_CONSUMER_EVENT', {
    what: problem,
    where: 'event of the test consumer',
    fix: 'An example: {"topic":"ecommerce-alerts","maxMessages":10,"from":"earliest","filter":{"severity":"high"}}.',
  });
}
