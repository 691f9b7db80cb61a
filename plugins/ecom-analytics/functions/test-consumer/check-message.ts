import type { KafkaMessage } from 'kafkajs';
import { deadLetterHeaders } from '../../core/dead-letter.ts';
import { badRecordReasons, OrderReader } from '../../core/order.ts';
import type { PipelineDefinition } from '../../core/pipeline.ts';
import { parseTick, tickHeader } from '../../core/tick.ts';
import { formatTimestamp } from '../../core/timestamp.ts';
import { parseAlert } from '../parse-alert.ts';

/** A record, decoded and held against the schema of its topic. */
export interface CheckedMessage {
  readonly partition: number;
  readonly offset: string;
  /** Of the record, ISO 8601; the number it is where that is not a time in milliseconds. */
  readonly timestamp: string;
  readonly key: string | null;
  /** What it is, or was to be. `other`: of a topic that the pipeline itself does not read or write. */
  readonly kind: 'order' | 'tick' | 'alert' | 'dead-letter' | 'other';
  readonly valid: boolean;
  /** Why it is not valid. */
  readonly problem?: string;
  /** The JSON it holds; the text where it is none, or nests too deeply to be answered; `{ base64 }` where it is not text. */
  readonly value: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

interface Decoded {
  readonly value: unknown;
  readonly isJson: boolean;
}

/** Deeper JSON stays text: writing it as JSON again recurses, here and in Lambda, and would end in an overflow of the stack. */
const deepestJson = 100;

/** How deep the brackets of a JSON text nest, those in strings left out. A loop: a regular expression fails on long strings. */
function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (character === '"') inString = !inString;
    else if (inString) at += character === '\\' ? 1 : 0;
    else if (character === '[' || character === '{') deepest = Math.max(deepest, ++depth);
    else if (character === ']' || character === '}') depth--;
  }
  return deepest;
}

function decode(bytes: Buffer | null): Decoded {
  if (bytes === null) return { value: null, isJson: false };
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return { value: { base64: bytes.toString('base64') }, isJson: false };
  }
  try {
    const value: unknown = JSON.parse(text);
    return { value: depthOf(text) > deepestJson ? text : value, isJson: true };
  } catch {
    return { value: text, isJson: false };
  }
}

/** Headers as text; of a repeated one the last. */
function headersOf(message: KafkaMessage): Record<string, string> {
  const entries = Object.entries(message.headers ?? {}).map(([name, value]) => {
    const last = Array.isArray(value) ? value.at(-1) : value;
    return [name, last === undefined ? '' : String(last)] as const;
  });
  return Object.fromEntries(entries);
}

function wrongNumber(headers: Readonly<Record<string, string>>): string | null {
  if (!headers[deadLetterHeaders.topic]) return `the header ${deadLetterHeaders.topic} is missing`;
  const number = [deadLetterHeaders.partition, deadLetterHeaders.offset].find(
    (name) => !/^\d+$/.test(headers[name] ?? ''),
  );
  return number === undefined ? null : `the header ${number} is not a number`;
}

/** ISO 8601; null where a producer's clock wrote what is not a time: nanoseconds, say, into a topic of `CreateTime`. */
function timeOf(message: KafkaMessage): string | null {
  const time = new Date(Number(message.timestamp));
  return Number.isNaN(time.getTime()) ? null : formatTimestamp(time.getTime());
}

/** Holds records against what their topic holds: orders and ticks, alerts, dead letters, or any JSON. */
export class MessageCheck {
  readonly #definition: PipelineDefinition;
  readonly #orders: OrderReader;
  readonly #reasons: Readonly<Record<string, string>>;

  /** @param definition that of the stage, with its topics' names */
  constructor(definition: PipelineDefinition) {
    this.#definition = definition;
    this.#orders = new OrderReader(definition);
    this.#reasons = badRecordReasons(definition.orderFields);
  }

  /** Decodes a record and checks it. */
  check(topic: string, partition: number, message: KafkaMessage): CheckedMessage {
    const headers = headersOf(message);
    const { value, isJson } = decode(message.value);
    const { kind, problem } = this.#judge(topic, message, headers, isJson);
    return {
      partition,
      offset: message.offset,
      timestamp: timeOf(message) ?? message.timestamp,
      key: message.key === null ? null : String(message.key),
      kind,
      valid: problem === null,
      ...(problem === null ? {} : { problem }),
      value,
      ...(Object.keys(headers).length > 0 ? { headers } : {}),
    };
  }

  /** What a record is, and what is wrong with it (null: nothing). */
  #judge(
    topic: string,
    message: KafkaMessage,
    headers: Readonly<Record<string, string>>,
    isJson: boolean,
  ): { kind: CheckedMessage['kind']; problem: string | null } {
    const { topics, windows } = this.#definition;
    const role = Object.entries(topics).find(([, { name }]) => name === topic)?.[0];
    const { value } = message;
    const timestampMs = Number(message.timestamp);
    const tick = headers[tickHeader];
    if (role === 'orders' && timeOf(message) === null)
      return {
        kind: value === null && tick !== undefined ? 'tick' : 'order',
        problem: `its Kafka timestamp ${message.timestamp} is not a time in milliseconds, which stops the stream: see docs/troubleshoot.md`,
      };
    if (role === 'orders' && value === null && tick !== undefined) {
      const bad = Number.isNaN(parseTick(tick, timestampMs, windows));
      return { kind: 'tick', problem: bad ? this.#meaning('tick') : null };
    }
    if (role === 'orders') {
      const parsed = this.#orders.parse(value, timestampMs);
      return { kind: 'order', problem: typeof parsed === 'string' ? this.#meaning(parsed) : null };
    }
    if (role === 'alerts') {
      const parsed = parseAlert(value);
      return { kind: 'alert', problem: typeof parsed === 'string' ? parsed : null };
    }
    if (role === 'deadLetters') return { kind: 'dead-letter', problem: this.#deadLetterProblem(headers) };
    return { kind: 'other', problem: isJson ? null : 'the value is not JSON in UTF-8' };
  }

  #meaning(reason: string): string {
    return this.#reasons[reason] ?? reason;
  }

  #deadLetterProblem(headers: Readonly<Record<string, string>>): string | null {
    const reason = headers[deadLetterHeaders.reason] ?? '';
    if (!Object.hasOwn(this.#reasons, reason))
      return `the header ${deadLetterHeaders.reason} names no known reason`;
    return wrongNumber(headers);
  }
}
