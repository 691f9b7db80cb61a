import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import type { BasePersistenceLayer } from '@aws-lambda-powertools/idempotency/persistence';
import type { Context } from 'aws-lambda';
import type { Alert } from '../../core/alert.ts';
import { EcomError } from '../../core/error.ts';
import { type Severity, severities } from '../../core/rule.ts';
import { parseTimestamp } from '../../core/timestamp.ts';
import { forEachConcurrently } from '../concurrency.ts';
import type { Log } from '../log.ts';
import type { AlertDeadLetter } from './alert-dead-letter.ts';
import { type KafkaEvent, type KafkaEventRecord, readAlert } from './read-alert.ts';

/** What the consumer acts through; in Lambda DynamoDB, SNS, S3 and CloudWatch, on one machine whatever the engine gives. */
export interface AlertConsumerParts {
  /** Remembers which alerts were acted on. */
  readonly persistence: BasePersistenceLayer;
  /** The shop's own action; it runs before a person is notified, and again with an alert that is delivered again. */
  readonly act?: (alert: Alert) => Promise<void>;
  /** Tells a person. When it rejects, the alert counts as not acted on and is delivered again. */
  readonly notify: (alert: Alert) => Promise<void>;
  /** Keeps a record that is no alert. Called again for the same coordinates when a batch is delivered again. */
  readonly deadLetter: (letter: AlertDeadLetter) => Promise<void>;
  readonly metrics: AlertMetrics;
  readonly logger: Log;
  /** Alerts below this severity are logged and counted, and nobody is notified. */
  readonly notifyFrom: Severity;
  /** How long an alert is remembered. */
  readonly rememberedForSeconds: number;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

/** What is counted; powertools' Metrics fits it. */
export interface AlertMetrics {
  addMetric(name: string, unit: 'Count' | 'Milliseconds', value: number): unknown;
  publishStoredMetrics(): unknown;
}

/** The part of Lambda's context that is read. */
export interface Deadline {
  getRemainingTimeInMillis(): number;
}

/** What one event led to. */
export interface AlertOutcome {
  /** Records in the event. */
  received: number;
  /** Alerts acted on for the first time. */
  acted: number;
  /** Of those, the ones that a person was told about. */
  notified: number;
  /** Alerts that had been acted on before. */
  duplicates: number;
  deadLettered: number;
}

export type AlertConsumer = (event: KafkaEvent, context: Deadline) => Promise<AlertOutcome>;

/** Alerts in flight at once: 500 of them, at two DynamoDB calls and an SNS call each, take about a second. */
const concurrency = 16;

const metricNames = {
  received: 'AlertsReceived',
  acted: 'AlertsActed',
  notified: 'AlertsNotified',
  duplicates: 'AlertsDuplicate',
  deadLettered: 'AlertsDeadLettered',
} as const satisfies Record<keyof AlertOutcome, string>;

function recordsOf(event: KafkaEvent): KafkaEventRecord[] {
  const records: unknown = event?.records;
  const byPartition = typeof records === 'object' && records !== null && !Array.isArray(records);
  if (!byPartition || !Object.values(records).every(Array.isArray)) {
    throw new EcomError('ECOM_EVENT_INVALID', {
      what: 'The event is not one of a Kafka trigger',
      where: 'alertConsumer, key "records"',
      fix: 'See functions/events/ for an event to start from.',
    });
  }
  return Object.values(event.records).flat();
}

/**
 * The handler of the alerts topic. Each alert acts once, however often it is delivered; a record that is no alert is
 * dead-lettered and never holds up its partition.
 *
 * An alert acts first and is marked as done after. A crash between the two acts again on redelivery, where the other
 * order would lose the alert. While one delivery is at work its mark says "in progress" until that invocation's
 * deadline, so a second delivery fails, is retried by the trigger, and finds either "done" or an expired mark.
 *
 * @throws EcomError `ECOM_EVENT_INVALID` for an event of another shape; `ECOM_ALERTS_UNFINISHED` once every record was
 * tried and at least one could not be finished, so that the trigger delivers the batch again
 */
export function createAlertConsumer(parts: AlertConsumerParts): AlertConsumer {
  const { persistence, metrics, logger, clock } = parts;
  const notifiedSeverities = severities.slice(severities.indexOf(parts.notifyFrom));
  const config = new IdempotencyConfig({
    expiresAfterSeconds: parts.rememberedForSeconds,
    hashFunction: 'sha256',
    // The producer and the stream send the same alert seconds apart: the second is settled without a call.
    useLocalCache: true,
    maxLocalCacheSize: 1000,
  });
  /** Runs `act` unless it has been run for this alert id. */
  const once = makeIdempotent((_alertId: string, act: () => Promise<void>) => act(), {
    persistenceStore: persistence,
    keyPrefix: 'alert',
    config,
  });

  async function act(alert: Alert, outcome: AlertOutcome): Promise<void> {
    const tell = notifiedSeverities.includes(alert.severity);
    await parts.act?.(alert);
    if (tell) await parts.notify(alert);
    outcome.acted++;
    if (tell) outcome.notified++;
    metrics.addMetric('AlertAge', 'Milliseconds', Math.max(0, clock() - parseTimestamp(alert.detected_at)));
    logger.info('Alert', { alert, notified: tell });
  }

  return async (event, context) => {
    const records = recordsOf(event);
    // Of Lambda's context powertools reads the remaining time alone, and takes 0 for "unknown".
    const remaining = { getRemainingTimeInMillis: () => Math.max(1, context.getRemainingTimeInMillis()) };
    config.registerLambdaContext(remaining as Context);
    const outcome: AlertOutcome = {
      received: records.length,
      acted: 0,
      notified: 0,
      duplicates: 0,
      deadLettered: 0,
    };
    const work = new Map<string, () => Promise<void>>();

    for (const record of records) {
      const read = readAlert(record);
      if ('alert_id' in read) {
        // Twice in one batch is once: two at work on one alert would see each other's mark and fail.
        if (work.has(read.alert_id)) {
          outcome.duplicates++;
          continue;
        }
        work.set(read.alert_id, async () => {
          let acted = false;
          await once(read.alert_id, async () => {
            acted = true;
            await act(read, outcome);
          });
          if (!acted) outcome.duplicates++;
        });
      } else {
        const { topic, partition, offset, detail } = read;
        work.set(`${topic}\n${partition}\n${offset}`, async () => {
          await parts.deadLetter(read);
          outcome.deadLettered++;
          logger.warn('Dead letter', { topic, partition, offset, detail });
        });
      }
    }

    const failures = await forEachConcurrently(work.values(), concurrency, (job) => job());
    for (const [key, name] of Object.entries(metricNames) as [keyof AlertOutcome, string][]) {
      metrics.addMetric(name, 'Count', outcome[key]);
    }
    metrics.addMetric('AlertsUnfinished', 'Count', failures.length);
    metrics.publishStoredMetrics();
    if (failures.length > 0) throw unfinished(failures, outcome, event, logger);
    return outcome;
  };
}

function unfinished(failures: unknown[], outcome: AlertOutcome, event: KafkaEvent, logger: Log): EcomError {
  for (const failure of failures) logger.error('Alert not finished', { error: failure });
  const [first] = failures;
  const reason = first instanceof Error ? `: ${first.message}` : '';
  return new EcomError(
    'ECOM_ALERTS_UNFINISHED',
    {
      what: `${failures.length} of ${outcome.received} alerts could not be finished${reason}`,
      where: Object.keys(event.records).join(', '),
      fix: 'The trigger delivers the batch again; alerts already acted on are skipped then.',
    },
    { cause: new AggregateError(failures) },
  );
}
