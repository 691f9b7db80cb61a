import * as v from 'valibot';
import { EcomError } from '../../core/error.ts';

/** A day: longer runs belong to a load generator. */
const maxDurationSeconds = 86_400;
const maxOrdersPerMinute = 1_000_000;
const maxSeed = 2 ** 32 - 1;

function within(low: number, high: number, what: string) {
  return v.pipe(
    v.number(`must be ${what} from ${low} to ${high}`),
    v.check((value) => value >= low && value <= high, `must be ${what} from ${low} to ${high}`),
  );
}

function wholeWithin(low: number, high: number) {
  return v.pipe(
    within(low, high, 'a whole number'),
    v.integer(`must be a whole number from ${low} to ${high}`),
  );
}

/** The event of the producer. Every key has a default. */
export const ProducerRequestSchema = v.strictObject(
  {
    durationSeconds: v.optional(within(1, maxDurationSeconds, 'a number of seconds'), 60),
    ordersPerMinute: v.optional(within(1, maxOrdersPerMinute, 'a number'), 1000),
    /** The same seed gives the same orders but for their times; by default each run has its own. */
    seed: v.optional(wholeWithin(0, maxSeed)),
    /** Share of orders that belong to a planted fraud case. */
    fraudRate: v.optional(within(0, 1, 'a number'), 0.02),
  },
  'must be a JSON object',
);

/** What to send: for how long, how fast, which orders. */
export interface ProducerRequest {
  readonly durationSeconds: number;
  readonly ordersPerMinute: number;
  readonly seed: number;
  readonly fraudRate: number;
}

/** What is wrong with an event, by its first wrong key; the key is null when it is no object. */
export interface RequestProblem {
  readonly key: string | null;
  /** `must be …`, or `is unknown`. */
  readonly problem: string;
}

/** Reads what to send. `defaultSeed` is used when none is named. */
export function checkProducerRequest(event: unknown, defaultSeed: number): ProducerRequest | RequestProblem {
  const parsed = v.safeParse(ProducerRequestSchema, event ?? {});
  if (parsed.success) return { ...parsed.output, seed: parsed.output.seed ?? defaultSeed };
  const [issue] = parsed.issues;
  const key = v.getDotPath(issue);
  return { key, problem: issue.type === 'strict_object' && key !== null ? 'is unknown' : issue.message };
}

/**
 * Reads the event of the producer.
 *
 * @throws EcomError `ECOM_PRODUCER_EVENT` naming the first key that is wrong
 */
export function readProducerRequest(event: unknown, defaultSeed: number): ProducerRequest {
  const request = checkProducerRequest(event, defaultSeed);
  if (!('problem' in request)) return request;
  throw new EcomError('ECOM_PRODUCER_EVENT', {
    what: `${request.key ?? 'The event'} ${request.problem}`,
    where: 'event of the producer',
    fix: 'An example: {"durationSeconds":60,"ordersPerMinute":1000,"seed":7,"fraudRate":0.02}.',
  });
}

/** A seed from a time, for runs that name none. */
export function seedOf(epochMs: number): number {
  return epochMs % (maxSeed + 1);
}
