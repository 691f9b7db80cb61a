import { type Alert, alertKey } from '../core/alert.ts';
import type { Topics } from '../core/topic.ts';
import type { KafkaEventRecord } from '../functions/alert-consumer/read-alert.ts';
import type { Clock } from '../functions/clock.ts';
import type { ActedAlert } from '../run/tally.ts';
import { type AlertFiles, AlertHandler } from './alert-handler.ts';
import { MemoryTopic, type TopicRecord } from './memory-topic.ts';

/** Records in an event, as many as Lambda's Kafka trigger hands over by default. */
const eventSize = 100;

/** The alerts topic and its consumer: the project's own Lambda handler, given the events that Lambda gives it. */
export class AlertDelivery {
  readonly #topic: MemoryTopic;
  readonly #clock: Clock;
  readonly #handler: AlertHandler;
  /** When the order was appended that an alert on the topic is about, by alert id. */
  readonly #appendedMs = new Map<string, number>();

  constructor(topics: Topics, files: AlertFiles, clock: Clock) {
    this.#topic = new MemoryTopic(topics.alerts, Number.POSITIVE_INFINITY, clock);
    this.#clock = clock;
    this.#handler = new AlertHandler(topics, files, clock);
  }

  /** @param appendedMs when the order was appended, epoch milliseconds */
  append(alert: Alert, appendedMs: number): void {
    this.#appendedMs.set(alert.alert_id, appendedMs);
    this.#topic.append(alertKey(alert), Buffer.from(JSON.stringify(alert)), null);
  }

  /** Hands everything on the topic to the consumer; done once what it acted on is in the file. */
  async deliver(): Promise<ActedAlert[]> {
    const delivered: ActedAlert[] = [];
    for (
      let records = this.#topic.takeNow(eventSize);
      records.length > 0;
      records = this.#topic.takeNow(eventSize)
    ) {
      const acted = await this.#handler.handle(
        records.map((record) => eventRecord(this.#topic.name, record)),
      );
      const nowMs = this.#clock.now();
      for (const alert of acted) {
        delivered.push({ alert, latencyMs: nowMs - (this.#appendedMs.get(alert.alert_id) ?? nowMs) });
      }
    }
    this.#appendedMs.clear();
    return delivered;
  }
}

/** As it stands in the event of Lambda's trigger. */
function eventRecord(
  topic: string,
  { partition, offset, timestampMs, key, value }: TopicRecord,
): KafkaEventRecord {
  return {
    topic,
    partition,
    offset,
    timestamp: timestampMs,
    timestampType: 'CREATE_TIME',
    key: base64(key),
    value: base64(value),
    headers: [],
  };
}

function base64(content: string | Uint8Array | null): string | null {
  return content === null ? null : Buffer.from(content).toString('base64');
}
