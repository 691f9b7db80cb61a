import kafkajs, { type Message } from 'kafkajs';
import pipeline from '../../pipeline/definition.ts';
import { defaultPace } from '../../plugins/ecom-analytics/functions/producer/pace.ts';
import { ordersDueNow, warmUpOrders } from './orders-due.ts';

function prebuilt(count: number): Message[][] {
  const messages = [...ordersDueNow(count)].map(({ order }) => ({
    key: order.customer_id,
    value: JSON.stringify(order),
  }));
  const batches: Message[][] = [];
  for (let at = 0; at < messages.length; at += defaultPace.maxBatch) {
    batches.push(messages.slice(at, at + defaultPace.maxBatch));
  }
  return batches;
}

/** KafkaJS as it comes, in a loop: messages made beforehand, in the producer's batches, with `acks=all`. */
export async function main([brokers = '', count]: readonly string[]): Promise<number> {
  const kafka = new kafkajs.Kafka({ brokers: [brokers], logLevel: kafkajs.logLevel.NOTHING });
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  const send = async (batches: readonly Message[][]): Promise<void> => {
    for (const messages of batches)
      await producer.send({ topic: pipeline.topics.orders.name, messages, acks: -1 });
  };
  await send(prebuilt(warmUpOrders));
  const batches = prebuilt(Number(count));
  const started = performance.now();
  await send(batches);
  const elapsed = performance.now() - started;
  await producer.disconnect();
  process.stdout.write(String(elapsed));
  return 0;
}
