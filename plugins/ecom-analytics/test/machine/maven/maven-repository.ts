import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { LockedJar } from '../../../machine/maven/jar-lock.ts';

/** A Maven repository on this machine, whose answers a test decides. */
export interface Repository extends AsyncDisposable {
  readonly url: string;
  /** `path` or `path range`, in the order asked for. */
  readonly requests: string[];
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export async function serveRepository(answer: Answer): Promise<Repository> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push([request.url, request.headers.range].filter(Boolean).join(' '));
    answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}/maven`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers with the content, or with what a `Range` header asks for. */
export function answerRange(content: Buffer): Answer {
  return (request, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': content.length - from });
    response.end(content.subarray(from));
  };
}

export function lockedJar(content: Buffer, name = 'shop'): LockedJar {
  return {
    purl: `pkg:maven/org.example/${name}@1.0`,
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
  };
}
