import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { portError } from '../functions/command-arguments.ts';
import type { AwsService, WireAnswer } from './aws-service.ts';

/** The one address of the local cloud: our services by the name that requests are signed with, the rest passed on. */
export interface Front {
  /** `http://127.0.0.1:…`, for `AWS_ENDPOINT_URL`. */
  readonly url: string;
  close(): Promise<void>;
}

/** The service that a request is signed for. Source: AWS Signature Version 4, the credential scope. */
export function signedService(authorization: string | undefined): string | undefined {
  return /Credential=[^/]+\/\d{8}\/[^/]+\/([^/]+)\/aws4_request/.exec(authorization ?? '')?.[1];
}

/** A request as it came in, for anyone who wants to know what is called. */
export interface ReceivedRequest {
  /** By the name that it is signed with. */
  readonly service: string | undefined;
  readonly accessKeyId: string | undefined;
  /** What `AWS_SDK_UA_APP_ID` was where it was made. */
  readonly application: string | undefined;
  readonly method: string;
  readonly url: string;
  /** `X-Amz-Target`: the operation, in the protocols that name it so. */
  readonly target: string | undefined;
  /** Where an object is copied from. */
  readonly copySource: string | undefined;
  /** Empty for what is put into S3. */
  readonly body: string;
}

const text = (header: string | string[] | undefined): string | undefined => header?.toString();

/** Tells `listener` of a request once all of it is there; what answers it can still read it. */
function listenTo(request: IncomingMessage, listener: (request: ReceivedRequest) => void): void {
  const { headers, method = 'GET', url = '/' } = request;
  const service = signedService(headers.authorization);
  const chunks: Buffer[] = [];
  if (!(service === 's3' && method === 'PUT')) request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.once('end', () =>
    listener({
      service,
      accessKeyId: /Credential=([^/]+)\//.exec(headers.authorization ?? '')?.[1],
      application: /(?:^| )app\/(\S+)/.exec(headers['user-agent'] ?? '')?.[1],
      method,
      url,
      target: text(headers['x-amz-target']),
      copySource: text(headers['x-amz-copy-source']),
      body: Buffer.concat(chunks).toString('utf8'),
    }),
  );
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

async function serve(service: AwsService, request: IncomingMessage): Promise<WireAnswer> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  return service.answer({
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    body: await bodyOf(request),
  });
}

function passOn(request: IncomingMessage, response: ServerResponse, upstream: URL): void {
  const onward = httpRequest(
    {
      host: upstream.hostname,
      port: upstream.port,
      method: request.method,
      path: request.url,
      // The host is part of what was signed, and names the bucket in some S3 requests.
      headers: request.headers,
    },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    },
  );
  onward.on('error', (error) => {
    if (response.headersSent) response.destroy(error);
    else
      response
        .writeHead(502, { 'content-type': 'text/plain' })
        .end(`The local cloud is not running: ${error.message}\n`);
  });
  request.pipe(onward);
}

export interface FrontOptions {
  /** Told of every request. */
  readonly onRequest?: (request: ReceivedRequest) => void;
  /** How much later than it could S3 answers, in milliseconds: here it is as near as no S3 is. Default 0. */
  readonly s3LatencyMs?: number;
}

/**
 * Starts the front on 127.0.0.1.
 *
 * @param port 0 picks a free one
 * @param upstream where everything goes that is for none of `services`
 * @throws EcomError `ECOM_PORT_TAKEN`, `ECOM_PORT_REFUSED`
 */
export async function startFront(
  port: number,
  services: readonly AwsService[],
  upstream: URL,
  { onRequest, s3LatencyMs = 0 }: FrontOptions = {},
): Promise<Front> {
  const byName = new Map(services.map((service) => [service.signingName, service]));
  const server = createServer((request, response) => {
    if (onRequest !== undefined) listenTo(request, onRequest);
    const name = signedService(request.headers.authorization) ?? '';
    const service = byName.get(name);
    if (service === undefined && name === 's3' && s3LatencyMs > 0) {
      request.pause(); // what it brings waits until it is passed on
      setTimeout(() => passOn(request, response, upstream), s3LatencyMs);
      return;
    }
    if (service === undefined) {
      passOn(request, response, upstream);
      return;
    }
    serve(service, request).then(
      ({ status, headers, body }) => response.writeHead(status, headers).end(body),
      (error: unknown) => {
        // A bug of the local cloud: the SDK must not retry it, and it must be seen.
        console.error(error);
        response
          .writeHead(400, { 'x-amzn-errortype': 'LocalCloudBug' })
          .end(JSON.stringify({ __type: 'LocalCloudBug', message: String(error) }));
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server
      .once('error', (error) => reject(portError(error, port, 'get any free one')))
      .listen(port, '127.0.0.1', resolve);
  });
  const { port: picked } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${picked}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
