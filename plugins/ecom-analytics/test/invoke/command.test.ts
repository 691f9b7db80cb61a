import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';

const root = path.resolve(import.meta.dirname, '../../../..');
const twoAlerts = 'functions/events/alert-consumer/two-alerts.json';

vi.setConfig({ testTimeout: 60_000 });

/** The answer of the alert consumer to one alert of severity high and one of medium, and whom it would tell. */
function invoke(environment: Readonly<Record<string, string>>) {
  const { ECOM_NOTIFY_FROM: _, ...inherited } = process.env;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['plugins/ecom-analytics/source.mjs', 'invoke', 'alertConsumer', twoAlerts],
    { cwd: root, env: { ...inherited, ...environment }, encoding: 'utf8' },
  );
  expect(status).toBe(0);
  return { stdout, told: stderr.split('\n').filter((line) => line.startsWith('Would notify')).length };
}

describe('npm run invoke', () => {
  test('notifies from the severity that the function on AWS notifies from', () => {
    const { stdout, told } = invoke({});
    expect(told).toBe(1);
    expect(stdout).toContain('"notified": 1');
    expect(invoke({ ECOM_NOTIFY_FROM: 'medium' }).told).toBe(2);
  });
});
