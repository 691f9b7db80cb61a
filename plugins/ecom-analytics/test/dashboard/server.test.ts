import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import pipeline from '../../../../pipeline/definition.ts';
import {
  addressText,
  type Dashboard,
  type DashboardOptions,
  startDashboard,
} from '../../dashboard/server.ts';
import { listening } from './listening.ts';

const started: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of started.splice(0)) await one.close();
});

async function start(options: Partial<DashboardOptions> = { port: 0 }): Promise<Dashboard> {
  const dashboard = await startDashboard({ definition: pipeline, ...options });
  started.push(dashboard);
  return dashboard;
}

/** A server of somebody else's on a port of 127.0.0.1. */
async function occupy(port: number): Promise<number> {
  const server = createServer();
  started.push(server);
  return listening(server, port);
}

/** A GET that may state any Host, which fetch does not let one do. */
function ask(url: string, headers: Record<string, string>, path = '/'): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(new URL(url), { headers, path }, (response) => {
      response.destroy();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

describe("the dashboard's server", () => {
  it('serves the page and all that it needs', async () => {
    const { url } = await start();
    const html = await (await fetch(url)).text();
    const needs = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map((match) => match[1] ?? '');
    expect(needs).toEqual(expect.arrayContaining(['/main.js', '/theme.js', '/style.css', '/icon.svg']));
    for (const path of needs) expect((await fetch(new URL(path, url))).status, path).toBe(200);
  });

  it('forbids the page to load anything from elsewhere, or to make markup of text', async () => {
    const { url } = await start();
    const policy = (await fetch(url)).headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toMatch(/https?:|unsafe|\*/);
  });

  it.each(['/server.ts', '/page/main.ts', '/../server.ts', '/%2e%2e/server.ts', '//', '/main.js/'])(
    'has nothing at %s',
    async (path) => {
      const { url } = await start();
      expect(await ask(url, {}, path)).toBe(404);
    },
  );

  it.each(['evil.example', '127.0.0.1', 'localhost.evil.example:80'])(
    'refuses a request that calls it %j, as a rebound name would',
    async (host) => {
      const { url } = await start();
      expect(await ask(url, { host }, '/events')).toBe(403);
    },
  );

  it('answers to localhost too', async () => {
    const { url } = await start();
    expect(await ask(url, { host: `LOCALHOST:${new URL(url).port}` })).toBe(200);
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD'])('refuses %s', async (method) => {
    const { url } = await start();
    const response = await fetch(url, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET');
  });

  it('listens on the loopback address alone', async () => {
    const { url } = await start();
    const elsewhere = Object.values(networkInterfaces())
      .flat()
      .find((address) => address?.family === 'IPv4' && !address.internal)?.address;
    const refused = new Promise((resolve) => {
      connect(Number(new URL(url).port), elsewhere ?? '127.0.0.2')
        .on('connect', () => resolve(false))
        .on('error', () => resolve(true));
    });
    expect(await refused).toBe(true);
  });

  it('takes the port that it is asked to take', async () => {
    const port = await occupy(0);
    await started.pop()?.close();
    expect((await start({ port })).url).toBe(`http://127.0.0.1:${port}/`);
  });

  it('says which port is taken, and what to do', async () => {
    const port = await occupy(0);
    const failure = startDashboard({ definition: pipeline, port });
    await expect(failure).rejects.toMatchObject({ code: 'ECOM_PORT_TAKEN', exitCode: 1 });
    await expect(failure).rejects.toThrow(`Port ${port} is taken by another program (--port ${port})`);
    await expect(failure).rejects.toThrow('or leave --port out');
  });

  it('finds a free port where its own is taken and none was asked for', async () => {
    // Whoever has port 4600, this or another program, the second one to come has to move.
    const first = await start({});
    const second = await start({});
    expect(new URL(second.url).port).not.toBe(new URL(first.url).port);
    expect((await fetch(second.url)).status).toBe(200);
    expect(addressText(second.url, null)).toBe(
      `Port 4600 is taken; the dashboard has another.\nDashboard: ${second.url}`,
    );
    expect(addressText('http://127.0.0.1:4600/', null)).toBe('Dashboard: http://127.0.0.1:4600/');
    expect(addressText('http://127.0.0.1:80/', 80)).toBe('Dashboard: http://127.0.0.1:80/');
  });
});
