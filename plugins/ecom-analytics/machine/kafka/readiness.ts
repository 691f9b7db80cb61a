import { setTimeout as delay } from 'node:timers/promises';
import kafkajs from 'kafkajs';

/** Between two questions, in milliseconds. */
const askEveryMs = 100;

/** Asks a broker for the cluster's metadata, once. */
async function answers(bootstrapServers: string): Promise<boolean> {
  const kafka = new kafkajs.Kafka({
    clientId: 'ecom-readiness',
    brokers: bootstrapServers.split(','),
    logLevel: kafkajs.logLevel.NOTHING,
    connectionTimeout: 1000,
    requestTimeout: 2000,
    retry: { retries: 0 },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const { brokers, controller } = await admin.describeCluster();
    return brokers.length > 0 && controller !== null && controller >= 0;
  } catch {
    return false; // not up yet
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

/**
 * Waits until a broker answers a metadata request with itself and a controller in it.
 *
 * @param deadlineMs on the scale of `performance.now`
 * @param givenUp true when there is no use in waiting on, such as the broker having ended
 * @returns whether it answered
 */
export async function waitUntilReady(
  bootstrapServers: string,
  deadlineMs: number,
  givenUp: () => boolean,
): Promise<boolean> {
  while (!givenUp() && performance.now() < deadlineMs) {
    if (await answers(bootstrapServers)) return true;
    await delay(askEveryMs);
  }
  return false;
}
