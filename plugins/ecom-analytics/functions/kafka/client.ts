import net from 'node:net';
import tls from 'node:tls';
import { type ISocketFactory, Kafka, type KafkaConfig, type LogEntry, logLevel } from 'kafkajs';
import type { Log } from '../log.ts';
import { registerCodecs } from './codecs.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import { oauthBearer } from './oauth-bearer.ts';
import { correctRequestQueue } from './request-queue.ts';

/** A Kafka client, and a way to be rid of it at once. */
export interface KafkaClient {
  readonly kafka: Kafka;
  /**
   * Cuts every connection and opens no other, so that whatever is under way fails soon. KafkaJS cannot cancel: without
   * this a send given up at a deadline would go on in the background, and in the next invocation of a warm function.
   */
  abort(): void;
}

/** Before an idle connection is probed; a Lambda function behind a NAT loses silent ones after 350 s. */
const keepAliveMs = 60_000;

/**
 * The retries of connecting and of reading metadata; how long a send is retried is the sender's own affair. MSK's
 * smallest brokers take 4 IAM connections a second each, so the waits grow.
 */
const retry = { retries: 3, initialRetryTime: 300, multiplier: 2, factor: 0.2, maxRetryTime: 10_000 };

/**
 * KafkaJS logs as errors what it then retries, and throws what it gives up on: its lines are detail, kept for
 * `debug`. The stack is the same in each and says nothing.
 */
function logThrough(log: Log): (entry: LogEntry) => void {
  return ({ namespace, log: { message, timestamp: _timestamp, stack: _stack, ...attributes } }) =>
    log.debug(`KafkaJS: ${message}`, { namespace, ...attributes });
}

function trackedSockets(): { socketFactory: ISocketFactory; destroy: (error: Error) => void } {
  const sockets = new Set<net.Socket>();
  let refusal: Error | undefined;
  return {
    socketFactory: ({ host, port, ssl, onConnect }) => {
      if (refusal !== undefined) throw refusal;
      const socket = ssl
        ? tls.connect({ host, port, ...(net.isIP(host) ? {} : { servername: host }), ...ssl }, onConnect)
        : net.connect({ host, port }, onConnect);
      socket.setKeepAlive(true, keepAliveMs);
      socket.setNoDelay(true);
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      return socket;
    },
    destroy: (error) => {
      refusal = error;
      for (const socket of sockets) socket.destroy(error);
    },
  };
}

function authOf(settings: KafkaSettings): Pick<KafkaConfig, 'ssl' | 'sasl'> {
  const { auth, region } = settings;
  if (auth === 'none' || region === null) return {};
  return {
    ssl: true,
    // Signing is offline and takes a millisecond, so there is nothing to keep.
    sasl: oauthBearer(async () => {
      const { generateAuthToken } = await import('aws-msk-iam-sasl-signer-js');
      return (await generateAuthToken({ region })).token;
    }),
  };
}

/**
 * The one place where a Kafka client is made. Nothing connects yet.
 *
 * @param clientId names the function in the brokers' logs and quotas
 */
export function createKafkaClient(settings: KafkaSettings, clientId: string, log: Log): KafkaClient {
  registerCodecs();
  correctRequestQueue();
  const { socketFactory, destroy } = trackedSockets();
  const kafka = new Kafka({
    clientId,
    brokers: [...settings.brokers],
    ...authOf(settings),
    connectionTimeout: 10_000,
    authenticationTimeout: 10_000,
    requestTimeout: 60_000,
    retry,
    socketFactory,
    logLevel: logLevel.WARN,
    logCreator: () => logThrough(log),
  });
  return { kafka, abort: () => destroy(new Error('The Kafka client was stopped')) };
}
