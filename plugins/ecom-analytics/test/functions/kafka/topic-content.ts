import kafkajs, { type Admin, type Kafka, type KafkaMessage } from 'kafkajs';

/** A client of the tests' own, plain KafkaJS. */
export function plainKafka(bootstrapServers: string): Kafka {
  return new kafkajs.Kafka({
    brokers: bootstrapServers.split(','),
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { initialRetryTime: 50, retries: 10 },
  });
}

/** Runs something with an admin client. */
export async function withAdmin<T>(bootstrapServers: string, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = plainKafka(bootstrapServers).admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

/** Every record of a topic, by partition. */
export async function topicContent(
  bootstrapServers: string,
  topic: string,
): Promise<Map<number, KafkaMessage[]>> {
  const offsets = await withAdmin(bootstrapServers, (admin) => admin.fetchTopicOffsets(topic));
  const content = new Map(offsets.map(({ partition }): [number, KafkaMessage[]] => [partition, []]));
  const ends = new Map(offsets.map(({ partition, high }) => [partition, Number(high)]));
  const isRead = (): boolean =>
    [...content].every(([partition, messages]) => {
      const next = Number(messages.at(-1)?.offset ?? -1) + 1;
      return next >= (ends.get(partition) ?? 0);
    });
  if (isRead()) return content;
  const consumer = plainKafka(bootstrapServers).consumer({
    groupId: `content-${Math.random()}`,
    maxWaitTimeInMs: 100,
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    consumer
      .run({
        autoCommit: false,
        eachMessage: async ({ partition, message }) => {
          content.get(partition)?.push(message);
          if (isRead()) resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  return content;
}
