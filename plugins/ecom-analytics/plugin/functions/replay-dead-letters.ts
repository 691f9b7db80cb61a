import kafkajs from 'kafkajs';
import * as v from 'valibot';
import { adminClient } from '../topics/admin-client.ts';

/** Puts repaired orders back onto their topic, from inside the brokers' network. What was replayed is the plugin's to remember. */

const RequestSchema = v.strictObject({
  topic: v.string(),
  records: v.array(v.strictObject({ key: v.string(), value: v.string() })),
});

/** What was acknowledged, from the first record on, and what kept the next one from being. */
export interface Replayed {
  readonly sent: number;
  readonly failure: string | null;
}

export async function handler(event: unknown): Promise<Replayed> {
  const { topic, records } = v.parse(RequestSchema, event);
  const region = process.env.AWS_REGION ?? '';
  const kafka = adminClient({
    clientId: 'ecom-replay',
    bootstrapServers: process.env.ECOM_BOOTSTRAP_BROKERS ?? '',
    iam: process.env.ECOM_KAFKA_AUTH === 'none' ? null : { region },
  });
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  let sent = 0;
  try {
    // One at a time: of records to several brokers KafkaJS can leave some out when a leader moves, and say that all are there.
    for (const record of records) {
      await producer.send({ topic, acks: -1, messages: [record] });
      sent++;
    }
  } catch (error) {
    return { sent, failure: error instanceof Error ? error.message : String(error) };
  } finally {
    await producer.disconnect();
  }
  return { sent, failure: null };
}
