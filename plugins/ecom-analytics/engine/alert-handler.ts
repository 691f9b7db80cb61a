import { type Alert, alertMemoryOf } from '../core/alert.ts';
import type { Topics } from '../core/topic.ts';
import type { JsonLinesFile } from '../files/json-lines.ts';
import {
  type AlertConsumer,
  createAlertConsumer,
} from '../functions/alert-consumer/create-alert-consumer.ts';
import type { KafkaEventRecord } from '../functions/alert-consumer/read-alert.ts';
import type { Clock } from '../functions/clock.ts';
import { silentLog } from '../functions/log.ts';
import { MemoryPersistence } from './memory-persistence.ts';

/**
 * Alerts that are remembered, so that they act once: the newest four million of a run at least, in 256 MB at most. At one
 * alert for twenty orders that is eighty million orders. docs/architecture.md says so.
 */
const remembered = 4_000_000;
/** What Lambda would give the handler. */
const handlerDeadlineMs = 60_000;

/** Where an alert that was acted on, or a record that was no alert, is written. */
export interface AlertFiles {
  readonly alerts: JsonLinesFile;
  readonly deadLetters: JsonLinesFile;
}

/** The project's own Lambda handler of the alerts topic, given the events that Lambda gives it. For one caller at a time. */
export class AlertHandler {
  readonly #files: AlertFiles;
  readonly #consume: AlertConsumer;
  /** Acted on in the event at hand. */
  #acted: Alert[] = [];

  /** @param topics for how long they keep what an alert is made of */
  constructor(topics: Topics, files: AlertFiles, clock: Clock) {
    this.#files = files;
    this.#consume = createAlertConsumer({
      persistence: new MemoryPersistence(remembered),
      notify: async (alert) => {
        this.#acted.push(alert);
      },
      deadLetter: (letter) => files.deadLetters.append([letter]),
      metrics: { addMetric: () => undefined, publishStoredMetrics: () => undefined },
      logger: silentLog,
      notifyFrom: 'low',
      rememberedForSeconds: alertMemoryOf(topics),
      clock: clock.now,
    });
  }

  /**
   * Hands records to the handler as Lambda's trigger for Amazon MSK does.
   *
   * @returns the alerts that were acted on, once they are in the file
   */
  async handle(records: readonly KafkaEventRecord[]): Promise<Alert[]> {
    const byPartition: Record<string, KafkaEventRecord[]> = {};
    for (const record of records) {
      const key = `${record.topic}-${record.partition}`;
      byPartition[key] ??= [];
      byPartition[key].push(record);
    }
    this.#acted = [];
    await this.#consume(
      {
        eventSource: 'aws:kafka',
        eventSourceArn: 'arn:aws:kafka:local:000000000000:cluster/local/0',
        bootstrapServers: '',
        records: byPartition,
      },
      { getRemainingTimeInMillis: () => handlerDeadlineMs },
    );
    await this.#files.alerts.append(this.#acted);
    return this.#acted;
  }
}
