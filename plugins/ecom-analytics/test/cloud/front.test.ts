import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Front, startFront } from '../../cloud/front.ts';

/** Answers with what it was sent. */
let upstream: Server;
let front: Front;

beforeAll(async () => {
  upstream = createServer((asked, answer) => asked.pipe(answer));
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const { port } = upstream.address() as AddressInfo;
  front = await startFront(0, [], new URL(`http://127.0.0.1:${port}`), { s3LatencyMs: 200 });
});
afterAll(async () => {
  await front?.close();
  upstream?.close();
});

/** Puts a body, signed for a service as the SDKs do. */
function put(service: string, body: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const authorization = `AWS4-HMAC-SHA256 Credential=local/20261127/us-east-1/${service}/aws4_request`;
    const asked = request(front.url, { method: 'PUT', headers: { authorization } }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk) => chunks.push(chunk)).on('end', () => resolve(Buffer.concat(chunks)));
    });
    asked.on('error', reject).end(body);
  });
}

test('S3 answers later than other services, and whole', async () => {
  const body = Buffer.alloc(1 << 20, 'order');
  const answered: string[] = [];
  const slow = put('s3', body).then((answer) => {
    answered.push('s3');
    return answer;
  });
  await put('sqs', body).then(() => answered.push('sqs'));
  expect((await slow).equals(body)).toBe(true);
  expect(answered).toEqual(['sqs', 's3']);
});

test('a port that another program has is named, with a code', async () => {
  const taken = Number(new URL(front.url).port);
  await expect(startFront(taken, [], new URL(front.url))).rejects.toMatchObject({
    code: 'ECOM_PORT_TAKEN',
    message: expect.stringContaining(`(--port ${taken})`),
  });
});
