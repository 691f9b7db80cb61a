import type { Alert } from '../../core/alert.ts';
import { parseAlert } from '../parse-alert.ts';
import type { AlertDeadLetter } from './alert-dead-letter.ts';

/** A record as Lambda's Kafka trigger delivers it. Key and value are Base64; both may be missing. */
export interface KafkaEventRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Of the record, in epoch milliseconds. */
  readonly timestamp: number;
  readonly timestampType?: 'CREATE_TIME' | 'LOG_APPEND_TIME';
  readonly key?: string | null;
  readonly value?: string | null;
  readonly headers?: readonly Readonly<Record<string, readonly number[]>>[] | null;
}

/**
 * The event of Lambda's Kafka trigger, records by `topic-partition`.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/with-msk.html
 */
export interface KafkaEvent {
  readonly eventSource: 'aws:kafka';
  readonly eventSourceArn: string;
  readonly bootstrapServers: string;
  readonly records: Readonly<Record<string, readonly KafkaEventRecord[]>>;
}

/** Reads a record of the alerts topic: the alert, or its dead letter. */
export function readAlert(record: KafkaEventRecord): Alert | AlertDeadLetter {
  const { topic, partition, offset, key = null, value = null } = record;
  const read = parseAlert(value === null ? null : Buffer.from(value, 'base64'));
  if (typeof read !== 'string') return read;
  return {
    reason: 'alert',
    detail: read,
    topic,
    partition,
    offset: String(offset),
    key_base64: key,
    value_base64: value,
  };
}
