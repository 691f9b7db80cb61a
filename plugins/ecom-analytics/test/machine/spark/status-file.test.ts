import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readJobStatus } from '../../../machine/spark/status-file.ts';

it('tells why a job failed that could not read its settings, and so knows no generation', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'ecom-status-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = path.join(folder, 'status.json');
  expect(await readJobStatus(file)).toBeNull();
  const error = { code: 'ECOM_SETTINGS_INVALID', message: 'The settings are not JSON' };
  const status = {
    version: 1,
    state: 'failed',
    application: null,
    generation: null,
    sparkVersion: '4.1.1',
    applicationId: null,
    sparkUi: null,
    checkpointId: null,
    startedAt: '2026-11-23T10:00:00.000Z',
    updatedAt: '2026-11-23T10:00:05.000Z',
    error,
    totals: { orders: 0, duplicates: 0, late: 0, badRecords: {}, ticks: 0, windowRows: 0 },
    queries: {},
  };
  writeFileSync(file, JSON.stringify(status));
  expect(await readJobStatus(file)).toMatchObject({ state: 'failed', error });
});
