import kafkajs from 'kafkajs';
import * as v from 'valibot';
import { adminClient } from '../topics/admin-client.ts';

/** Puts repaired orders back onto their topic, from inside the brokers' network. What was replayed is the plugin's to remember. */

const RequestSchema = v.strictObject({
  topic: v.string(),
  records: v.array(v.strictObject({ key: v.string(), value: v.string() })),
});

export async function handler(event: unknown): Promise<{ readonly sent: number }> {
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
  try {
    await producer.send({ topic, acks: -1, messages: records });
  } finally {
    await producer.disconnect();
  }
  return { sent: records.length };
}
