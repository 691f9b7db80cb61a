import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import pipeline from '../../../../../../pipeline/definition.ts';
import { createTopics } from '../../../../machine/kafka/create-topics.ts';
import { describeWithJdk } from '../../../requirement.ts';
import { goodCredentials, startTokenBroker, type TokenBroker } from './token-broker.ts';

/** KafkaJS authenticates again ten seconds before a session ends, and a broker takes that after a second. */
const sessionSeconds = 13;
const program = fileURLToPath(new URL('./token-client.ts', import.meta.url));

interface Outcome {
  readonly sent?: number;
  readonly connections?: number;
  readonly code?: string;
}

describeWithJdk('a broker that takes IAM tokens over TLS, as MSK does', () => {
  let token: TokenBroker;
  beforeAll(async () => {
    token = await startTokenBroker(sessionSeconds);
    await createTopics(token.broker.bootstrapServers, pipeline);
  });
  afterAll(() => token?.[Symbol.asyncDispose]());

  async function runClient(seconds: number, environment: Record<string, string>): Promise<Outcome> {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', program, token.bootstrapServers, pipeline.topics.orders.name, String(seconds)],
      { env: { PATH: process.env.PATH, ...environment } },
    );
    return JSON.parse(stdout);
  }

  test('takes records of the functions for longer than a token lasts, on the same connections', async () => {
    const before = await token.tokens();

    const short = await runClient(1, { ...goodCredentials, NODE_EXTRA_CA_CERTS: token.caFile });
    const between = await token.tokens();
    const long = await runClient(sessionSeconds + 5, {
      ...goodCredentials,
      NODE_EXTRA_CA_CERTS: token.caFile,
    });
    const after = await token.tokens();

    expect(long.sent).toBeGreaterThan(sessionSeconds);
    expect(long.connections).toBe(short.connections);
    expect(after.accepted - between.accepted).toBeGreaterThan(between.accepted - before.accepted);
    expect(after.refused).toBe(0);
  });

  test('refuses a token that another secret has signed', async () => {
    const outcome = await runClient(1, {
      ...goodCredentials,
      AWS_SECRET_ACCESS_KEY: 'another/secret',
      NODE_EXTRA_CA_CERTS: token.caFile,
    });

    expect(outcome).toEqual({ code: 'ECOM_KAFKA_AUTHENTICATION' });
    expect((await token.tokens()).refused).toBeGreaterThan(0);
  });

  test('is not trusted by a client that does not know its certificate', async () => {
    const outcome = await runClient(1, goodCredentials);

    expect(outcome).toEqual({ code: 'ECOM_KAFKA_UNREACHABLE' });
  });
});
