import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { createKafkaClient } from '../../../functions/kafka/client.ts';
import { RecordingLog } from '../recording-log.ts';

test('a client that is stopped lets go of a broker that does not answer, and calls no other', async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  let connections = 0;
  server.on('connection', () => connections++);
  const log = new RecordingLog();
  const { port } = server.address() as AddressInfo;
  // Without signing in, the region is of no account.
  const settings = { brokers: [`127.0.0.1:${port}`], auth: 'none', region: 'eu-west-1' } as const;
  const { kafka, abort } = createKafkaClient(settings, 'ecom-test', log);
  try {
    const connecting = expect(kafka.producer().connect()).rejects.toThrow('The Kafka client was stopped');
    const [socket] = (await once(server, 'connection')) as [Socket];
    const [request] = (await once(socket, 'data')) as [Buffer];
    expect(request.toString('latin1')).toContain('ecom-test');
    abort();
    await once(socket, 'close');
    await connecting;
    expect(connections).toBe(1);
    // KafkaJS says it all; for those who look for it.
    expect(log.lines.length).toBeGreaterThan(0);
    for (const { level, message, attributes } of log.lines) {
      expect(level).toBe('debug');
      expect(message).toMatch(/^KafkaJS: ./);
      expect(Object.keys(attributes)).toContain('namespace');
      expect(Object.keys(attributes)).not.toContain('stack');
      expect(Object.keys(attributes)).not.toContain('timestamp');
    }
  } finally {
    server.close();
  }
});

test('a client that signs in with IAM speaks TLS before anything else', async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const settings = { brokers: [`127.0.0.1:${port}`], auth: 'iam', region: 'eu-west-1' } as const;
  const { kafka, abort } = createKafkaClient(settings, 'ecom-test', new RecordingLog());
  try {
    const connecting = expect(kafka.producer().connect()).rejects.toThrow('The Kafka client was stopped');
    const [socket] = (await once(server, 'connection')) as [Socket];
    const [hello] = (await once(socket, 'data')) as [Buffer];
    // A handshake of TLS 1.x: RFC 8446, section 5.1.
    expect([...hello.subarray(0, 2)]).toEqual([22, 3]);
    abort();
    await connecting;
  } finally {
    server.close();
  }
});
