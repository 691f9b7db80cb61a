import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const root = path.join(import.meta.dirname, '../../../..');

/** Variables of the environment, which are named as codes are. */
const settings = [
  'ECOM_ALERTS_SNS_TOPIC',
  'ECOM_ALERTS_TABLE',
  'ECOM_ALERTS_TRIGGER_ID',
  'ECOM_ARTIFACTS_BUCKET',
  'ECOM_BUCKET',
  'ECOM_DATA_BUCKET',
  'ECOM_DEBUGPY_PORT',
  'ECOM_DEBUGPY_READY',
  'ECOM_EMR_CLUSTER_ID',
  'ECOM_MAX_RESTARTS',
  'ECOM_SERVICE',
  'ECOM_STAGE',
];

test('docs/ explains every code of an error', () => {
  const sources = ['create', 'emr', 'plugins'].flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|mjs|py)$/.test(name) && !/^ecom-analytics[\\/]test[\\/]/.test(name))
      .map((name) => path.join(folder, name)),
  );
  const codes = sources.flatMap((file) =>
    [...readFileSync(path.join(root, file), 'utf8').matchAll(/(['"])(ECOM_[A-Z_]+)\1/g)].map(
      ([, , code = '']) => code,
    ),
  );
  const explained = readdirSync(path.join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => readFileSync(path.join(root, 'docs', name), 'utf8'))
    .join('\n');
  const missing = [...new Set(codes)].filter(
    (code) => !settings.includes(code) && !explained.includes(`\`${code}\``),
  );
  expect(codes).toContain('ECOM_REPLAY_NO_ORDERS');
  expect(missing).toEqual([]);
});
