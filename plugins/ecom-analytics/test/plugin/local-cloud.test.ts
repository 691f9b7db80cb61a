import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

describe('the stage local', () => {
  test('talks to the cloud that says where it is, with keys that are no one’s', () => {
    mkdirSync(path.join(folder, '.cache'));
    writeFileSync(path.join(folder, '.cache/cloud.json'), '{"endpoint":"http://127.0.0.1:4566"}');
    const environment: NodeJS.ProcessEnv = { AWS_PROFILE: 'production', AWS_ACCESS_KEY_ID: 'real' };
    pointAtCloud('local', folder, environment, false);
    expect(environment).toEqual({
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    });
  });

  test('is never of AWS', () => {
    expect(() => pointAtCloud('local', folder, {}, false)).toThrow(code('ECOM_CLOUD_MISSING'));
    const environment = { AWS_ENDPOINT_URL: 'https://example.com' };
    expect(() => pointAtCloud('local', folder, environment, false)).toThrow(code('ECOM_CLOUD_STAGE'));
  });

  test('can be packaged without a cloud', () => {
    const environment = {};
    pointAtCloud('local', folder, environment, true);
    expect(environment).toEqual({});
  });
});

describe('another stage', () => {
  test.each(['http://127.0.0.1:4566', 'http://localhost:1', 'http://[::1]:1'])(
    'never talks to %s',
    (endpoint) => {
      expect(() => pointAtCloud('dev', folder, { AWS_ENDPOINT_URL: endpoint }, false)).toThrow(
        code('ECOM_CLOUD_STAGE'),
      );
    },
  );

  test('is left as it is', () => {
    const environment = { AWS_PROFILE: 'shop' };
    pointAtCloud('dev', folder, environment, false);
    expect(environment).toEqual({ AWS_PROFILE: 'shop' });
  });
});
