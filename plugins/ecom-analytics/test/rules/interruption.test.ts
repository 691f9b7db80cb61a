import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { ownFolder } from '../import/replayed.ts';

const { folder, write, remove } = ownFolder();
afterAll(remove);
const root = path.resolve(import.meta.dirname, '../../../..');

it('npm run rules answers 130 to Ctrl-C, and leaves no temporary files behind', {
  timeout: 60_000,
}, async () => {
  const rows = Array.from(
    { length: 600_000 },
    (_, at) => `c${at % 100},${new Date(1_700_000_000_000 - at * 31_000).toISOString()},1`,
  );
  const file = write('newest.csv', ['customer_id,timestamp,total_amount', ...rows].join('\n'));
  const child = spawn(process.execPath, ['plugins/ecom-analytics/source.mjs', 'rules', '--replay', file], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: folder, TEMP: folder },
  });
  try {
    const done = Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]);
    const sorting = (): string[] => readdirSync(folder).filter((name) => name.startsWith('ecom-replay-'));
    while (sorting().length === 0) await delay(10);
    child.kill('SIGINT');
    const [[code], stdout, stderr] = await done;
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(stderr).toMatch(/Stopping/);
    expect(sorting()).toEqual([]);
  } finally {
    child.kill('SIGKILL');
  }
});
