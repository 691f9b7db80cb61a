import type { KafkaMessage } from 'kafkajs';
import * as v from 'valibot';
import { type DeadLetter, DeadLetterSchema, deadLetterHeaders } from '../../core/dead-letter.ts';

/** Reads a record of the dead-letter topic: coordinates and reason from its headers, the refused bytes as they are. */
export function readDeadLetter({ value, headers }: KafkaMessage): DeadLetter {
  const header = (name: string): string => String(headers?.[name] ?? '');
  return v.parse(DeadLetterSchema, {
    reason: header(deadLetterHeaders.reason),
    topic: header(deadLetterHeaders.topic),
    partition: Number(header(deadLetterHeaders.partition)),
    offset: header(deadLetterHeaders.offset),
    value_base64: value?.toString('base64') ?? null,
  });
}
