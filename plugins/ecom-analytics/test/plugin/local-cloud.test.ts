import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pointAtCloud } from '../../plugin/local-cloud.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'ecom-cloud-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const code = (expected: string) => expect.objectContaining({ code: expected });

/** A server that knows nothing of AWS. */
async function someServer(): Promise<{ endpoint: string; close: () => Promise<void> }> {
  const server = createServer((_request, response) => response.writeHead(404).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { endpoint: `http://127.0.0.1:${port}`, close };
}

describe('the stage local', () => {
  test('talks to the cloud that says where it is, with keys that are no one’s, and only to one that answers', async () => {
    const { endpoint, close } = await someServer();
    mkdirSync(path.join(folder, '.cache'));
    writeFileSync(path.join(folder, '.cache/cloud.json'), JSON.stringify({ endpoint }));
    const environment: NodeJS.ProcessEnv = { AWS_PROFILE: 'production', AWS_ACCESS_KEY_ID: 'real' };
    await pointAtCloud('local', folder, environment, false);
    const ofTheCloud = {
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    };
    expect(environment).toEqual(ofTheCloud);
    // Killed, it leaves its address behind.
    await close();
    for (const given of [{}, { AWS_ENDPOINT_URL: endpoint }]) {
      const asked = pointAtCloud('local', folder, given, false);
      await expect(asked).rejects.toThrow(code('ECOM_CLOUD_MISSING'));
      await expect(asked).rejects.toThrow(`(stage local, nothing answers at ${endpoint})`);
    }
    const packaged = {};
    await pointAtCloud('local', folder, packaged, true);
    expect(packaged).toEqual(ofTheCloud);
  });

  test('is not there where the file that says so is cut short', async () => {
    mkdirSync(path.join(folder, '.cache'));
    writeFileSync(path.join(folder, '.cache/cloud.json'), '{"endpoint":');
    await expect(pointAtCloud('local', folder, {}, false)).rejects.toThrow(code('ECOM_CLOUD_MISSING'));
  });

  test('is never of AWS', async () => {
    await expect(pointAtCloud('local', folder, {}, false)).rejects.toThrow(code('ECOM_CLOUD_MISSING'));
    const environment = { AWS_ENDPOINT_URL: 'https://example.com' };
    await expect(pointAtCloud('local', folder, environment, false)).rejects.toThrow(code('ECOM_CLOUD_STAGE'));
  });

  test('can be packaged without a cloud', async () => {
    const environment = {};
    await pointAtCloud('local', folder, environment, true);
    expect(environment).toEqual({});
  });
});

describe('another stage', () => {
  test.each(['http://127.0.0.1:4566', 'http://localhost:1', 'http://[::1]:1'])(
    'never talks to %s',
    async (endpoint) => {
      await expect(pointAtCloud('dev', folder, { AWS_ENDPOINT_URL: endpoint }, false)).rejects.toThrow(
        code('ECOM_CLOUD_STAGE'),
      );
    },
  );

  test('is left as it is', async () => {
    const environment = { AWS_PROFILE: 'shop' };
    await pointAtCloud('dev', folder, environment, false);
    expect(environment).toEqual({ AWS_PROFILE: 'shop' });
  });
});
