import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import pipeline from '../../../../pipeline/definition.ts';
import { readWindows } from '../../parquet/read-windows.ts';

const root = path.resolve(import.meta.dirname, '../../../..');
// Each run starts a process or two.
vi.setConfig({ testTimeout: 60_000 });
const folder = mkdtempSync(path.join(tmpdir(), 'start tëst '));
const sample = path.join(root, 'plugins/ecom-analytics/import/sample/cdnow-sample.csv');
const sampleMap = 'timestamp=date,quantity=number_of_cds,total_amount=dollar_value';

const children = new Set<ChildProcess>();
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
}

/** What `npm start --silent -- …args` runs, in a process of its own. */
function start(args: readonly string[]) {
  const child = spawn(process.execPath, ['plugins/ecom-analytics/source.mjs', 'start', ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  const done = Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]).then(
    ([[code], stdout, stderr]) => ({ code, stdout, stderr }),
  );
  return { child, done };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await delay(20);
}

async function ordersInWindows(out: string): Promise<number> {
  let orders = 0;
  for await (const { rows } of readWindows(out)) for (const row of rows) orders += row.order_count;
  // Each order is in as many windows.
  return orders / (pipeline.windows.sizeMs / pipeline.windows.slideMs);
}

describe('npm start', () => {
  it('prints the summary alone on stdout, and moves an earlier run aside', async () => {
    const out = path.join(folder, 'data');
    const args = ['--duration', '1', '--rate', '6000', '--seed', '7', '--port', '0', '--json', '--out', out];
    const first = await start(args).done;
    expect(first).toMatchObject({ code: 0, stderr: expect.stringMatching(/^Dashboard: http:\S+\n$/) });
    const summary: unknown = JSON.parse(first.stdout);
    expect(summary).toEqual({
      orders: expect.any(Number),
      duplicates: 0,
      revenue: expect.any(Number),
      currency: pipeline.currency,
      customers: expect.any(Number),
      windows: expect.any(Number),
      alerts: expect.any(Object),
      dead_letters: 0,
      late: 0,
      planted: expect.any(Object),
      out,
      engine: 'embedded',
      seconds: expect.any(Number),
    });
    expect(first.stdout.trimEnd()).not.toContain('\n');
    expect(JSON.parse(readFileSync(path.join(out, 'summary.json'), 'utf8'))).toEqual(summary);
    expect(summary).toMatchObject({ orders: await ordersInWindows(out) });

    const record = readFileSync(path.join(out, 'run.json'), 'utf8');
    writeFileSync(path.join(out, 'acknowledged.jsonl'), '{}\n');
    expect(await start(args).done).toMatchObject({ code: 0 });
    const [previous = '', ...more] = readdirSync(path.join(out, 'previous'));
    expect(more).toEqual([]);
    expect(readFileSync(path.join(out, 'previous', previous, 'run.json'), 'utf8')).toBe(record);
    expect(await ordersInWindows(path.join(out, 'previous', previous))).toBeGreaterThan(0);
    // What was acknowledged is of that run, and not of the new one.
    expect(existsSync(path.join(out, 'previous', previous, 'acknowledged.jsonl'))).toBe(true);
    expect(existsSync(path.join(out, 'acknowledged.jsonl'))).toBe(false);
  });

  it('says what to do next, in commands that find the run', async () => {
    const out = path.join(folder, 'next $HOME');
    const { code, stdout } = await start(['--duration', '1', '--no-dashboard', '--out', out]).done;
    expect(code).toBe(0);
    expect(stdout).toContain(`npm run report -- '${out}'\n  npm run dashboard -- '${out}'\n`);
    expect(stdout).toContain(`npm run query -- --saved top-categories --out '${out}'\n`);
  });

  it('leaves an earlier run where it is when the port is taken', async () => {
    const out = path.join(folder, 'taken');
    expect(await start(['--duration', '1', '--no-dashboard', '--out', out]).done).toMatchObject({ code: 0 });
    const before = readdirSync(out).sort();
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    try {
      const { code, stdout, stderr } = await start(['--port', String(port), '--json', '--out', out]).done;
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/Port \d+ is taken[^\n]* \(ECOM_PORT_TAKEN\)\n$/);
      expect(readdirSync(out).sort()).toEqual(before);
    } finally {
      other.close();
    }
  });

  it('refuses an output folder that is a file, or that holds files of somebody else', async () => {
    const file = write('a-file', 'x');
    mkdirSync(path.join(folder, 'foreign'));
    write('foreign/alerts.jsonl', 'mine\n');
    const args = ['--duration', '1', '--no-dashboard', '--out'];
    for (const out of [file, path.join(file, 'below')]) {
      const { code, stderr } = await start([...args, out]).done;
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('ECOM_OUT_NOT_A_FOLDER') });
    }
    const { code, stderr } = await start([...args, path.join(folder, 'foreign')]).done;
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('ECOM_OUT_FOREIGN') });
    expect(readFileSync(path.join(folder, 'foreign/alerts.jsonl'), 'utf8')).toBe('mine\n');
  });

  it.runIf(existsSync('/proc/self'))('refuses an output folder that cannot be written', async () => {
    const { code, stderr } = await start(['--duration', '1', '--no-dashboard', '--out', '/proc/shop']).done;
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('ECOM_OUT_NOT_WRITABLE') });
  });

  it('tells on stderr what is the matter with a file', async () => {
    const rows = [
      'c,2024-01-01T00:02:00Z,1',
      ...Array.from({ length: 20 }, (_, at) => `c,2024-01-01T00:00:${59 - at}Z,1`),
    ];
    const newestFirst = write('newest.csv', ['customer_id,timestamp,total_amount', ...rows].join('\n'));
    const sorted = await start([
      '--replay',
      newestFirst,
      '--no-dashboard',
      '--json',
      '--out',
      path.join(folder, 'sorted'),
    ]).done;
    expect(sorted.stderr).toMatch(/Out of order: \d+ rows; orders are replayed in the order of their time/);
    expect(JSON.parse(sorted.stdout)).toMatchObject({ orders: 21, late: 0 });

    const unfit = write('unfit.csv', 'customer_id,timestamp,total_amount\n\u001b[2Jc,yesterday,1\n');
    const refused = await start([
      '--replay',
      unfit,
      '--no-dashboard',
      '--json',
      '--out',
      path.join(folder, 'refused'),
    ]).done;
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(/No row of the file makes an order.*first on line 2: timestamp/s);
    expect(refused.stderr).not.toContain('\u001b');
  });

  it('quotes the columns of a file without letting the terminal act on them', async () => {
    const file = write('header.csv', '\u001b[2JWho,When,Sum\na,b,c\n');
    const { code, stderr } = await start([
      '--replay',
      file,
      '--no-dashboard',
      '--out',
      path.join(folder, 'none'),
    ]).done;
    expect(code).toBe(2);
    expect(stderr).toContain('ECOM_REPLAY_MAPPING');
    expect(stderr).not.toContain('\u001b');
    expect(existsSync(path.join(folder, 'none'))).toBe(false);
  });

  it('writes what it has, sums up and answers 130 when it is interrupted', async () => {
    const out = path.join(folder, 'interrupted');
    const { child, done } = start(['--rate', '6000', '--no-dashboard', '--json', '--out', out]);
    await until(() => existsSync(path.join(out, 'dead-letters.jsonl')));
    await delay(1000);
    child.kill('SIGINT');
    const { code, stdout, stderr } = await done;
    expect({ code, stderr }).toEqual({ code: 130, stderr: expect.stringContaining('Stopping') });
    expect(JSON.parse(stdout)).toMatchObject({ orders: await ordersInWindows(out) });
  });

  it('leaves whole files alone behind when it is killed, and the next run starts over', async () => {
    const out = path.join(folder, 'killed');
    const args = ['--replay', sample, '--map', sampleMap, '--no-dashboard', '--json', '--out', out];
    const { child, done } = start([...args, '--speed', '5000000']);
    await until(() => existsSync(path.join(out, 'analytics', 'date=1997-02-01')));
    child.kill('SIGKILL');
    expect(await done).toMatchObject({ code: null });
    expect(await ordersInWindows(out)).toBeGreaterThan(0);
    expect(existsSync(path.join(out, 'summary.json'))).toBe(false);

    const again = await start(args).done;
    expect(again.code).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ orders: 6919, revenue: expect.any(Number) });
    expect(readdirSync(path.join(out, 'previous'))).toHaveLength(1);
    expect(readdirSync(out)).not.toContain('.unfinished');
  });
});
