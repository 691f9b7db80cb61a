import { createServer, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { EventStream } from '../../dashboard/event-stream.ts';
import { RunHistory } from '../../dashboard/run-history.ts';
import { kit } from '../core/kit.ts';
import { listening } from './listening.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** A stream with a client that has connected and reads nothing. */
async function withIdleClient(): Promise<{
  stream: EventStream;
  response: ServerResponse;
  socket: Socket;
  clock: { ms: number };
}> {
  const clock = { ms: 0 };
  const history = new RunHistory({ definition: kit });
  const stream = new EventStream(
    () => ({ page: '', acknowledges: true, ...history.state() }),
    () => clock.ms,
  );
  const server = createServer();
  const port = await listening(server);
  const attached = new Promise<ServerResponse>((resolve) => {
    server.on('request', (_request, response) => {
      stream.attach(response, null);
      resolve(response);
    });
  });
  const socket = connect(port, '127.0.0.1');
  socket.pause();
  socket.write('GET /events HTTP/1.1\r\nHost: x\r\n\r\n');
  ends.push(() => {
    socket.destroy();
    stream.close();
    server.close();
  });
  return { stream, response: await attached, socket, clock };
}

/** Publishes until the client's buffer is full, which takes as long as the kernel goes on accepting. */
async function fill(stream: EventStream, response: ServerResponse, frame: object): Promise<void> {
  for (let sent = 0; sent < 2000 && !response.writableNeedDrain; sent++) {
    stream.publish(frame);
    await delay(0);
  }
}

describe('a client that does not read', () => {
  const frame = { filling: 'x'.repeat(100_000) };

  it('is not buffered for without bound', async () => {
    const { stream, response } = await withIdleClient();
    await fill(stream, response, frame);
    const full = response.writableLength;
    for (let sent = 0; sent < 100; sent++) stream.publish(frame);
    expect(response.writableNeedDrain).toBe(true);
    expect(response.writableLength).toBe(full);
  });

  it('is told what it missed, or everything, as soon as it reads again', async () => {
    const { stream, response, socket } = await withIdleClient();
    await fill(stream, response, frame);
    for (let sent = 0; sent < 100; sent++) stream.publish(frame);
    stream.publish({ last: 'of all' });
    let tail = '';
    const caughtUp = new Promise<string>((resolve) => {
      socket.setEncoding('utf8').on('data', (text: string) => {
        tail = (tail + text).slice(-2000);
        // Far more was missed than is kept, so everything is told anew.
        if (tail.includes('event: state') && tail.includes('"byLocation"')) resolve(tail);
      });
    });
    socket.resume();
    expect(await caughtUp).toContain('"windowMs":60000');
  });

  it('is dropped after half a minute', async () => {
    const { stream, response, clock } = await withIdleClient();
    await fill(stream, response, frame);
    clock.ms = 30_001;
    stream.publish(frame);
    expect(response.destroyed).toBe(true);
  });
});

describe('too many clients', () => {
  it('are refused', async () => {
    const { stream } = await withIdleClient();
    const server = createServer((_request, response) => {
      if (!stream.attach(response, null)) response.writeHead(503).end();
    });
    const url = `http://127.0.0.1:${await listening(server)}/`;
    ends.push(
      () => server.closeAllConnections(),
      () => server.close(),
    );
    const statuses: number[] = [];
    for (let opened = 0; opened < 40; opened++) statuses.push((await fetch(url)).status);
    expect(statuses[0]).toBe(200);
    expect(statuses.at(-1)).toBe(503);
  });
});
