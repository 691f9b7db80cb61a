import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { clusterRegion, iamBrokers } from '../../../functions/producer/cluster-brokers.ts';

const arn = 'arn:aws:kafka:eu-west-1:123456789012:cluster/shop/0a1b2c3d-0000-4000-8000-000000000000-1';

let server: Server;
let answer: { status: number; body: Record<string, unknown> };
const requests: string[] = [];

beforeEach(async () => {
  requests.length = 0;
  server = createServer((request, response) => {
    requests.push(`${request.method} ${decodeURIComponent(request.url ?? '')}`);
    const errorType = answer.status === 200 ? {} : { 'x-amzn-errortype': 'NotFoundException' };
    response.writeHead(answer.status, { 'content-type': 'application/json', ...errorType });
    response.end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${port}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
});

afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test('MSK is asked for the brokers that sign in with IAM', async () => {
  answer = { status: 200, body: { bootstrapBrokerStringSaslIam: 'b-1.shop:9098,b-2.shop:9098' } };
  expect(await iamBrokers(arn, clusterRegion(arn))).toEqual(['b-1.shop:9098', 'b-2.shop:9098']);
  expect(requests).toEqual([`GET /v1/clusters/${arn}/bootstrap-brokers`]);
});

test('the public addresses serve where there are no others', async () => {
  answer = { status: 200, body: { bootstrapBrokerStringPublicSaslIam: 'b-1-public.shop:9198' } };
  expect(await iamBrokers(arn, 'eu-west-1')).toEqual(['b-1-public.shop:9198']);
});

test('a cluster without IAM is one that orders cannot be sent to', async () => {
  answer = { status: 200, body: { bootstrapBrokerString: 'b-1.shop:9092' } };
  await expect(iamBrokers(arn, 'eu-west-1')).rejects.toMatchObject({
    code: 'ECOM_CLUSTER_UNKNOWN',
    message: expect.stringContaining('no brokers that sign in with IAM'),
  });
});

test('what MSK says of an unknown cluster is passed on', async () => {
  answer = { status: 404, body: { message: 'The requested resource does not exist' } };
  await expect(iamBrokers(arn, 'eu-west-1')).rejects.toMatchObject({
    code: 'ECOM_CLUSTER_UNKNOWN',
    message: expect.stringContaining('The requested resource does not exist'),
  });
});

test('the region is the one in the ARN, in every partition of AWS', () => {
  expect(clusterRegion(arn)).toBe('eu-west-1');
  expect(clusterRegion('arn:aws-cn:kafka:cn-north-1:123456789012:cluster/a/b')).toBe('cn-north-1');
});
