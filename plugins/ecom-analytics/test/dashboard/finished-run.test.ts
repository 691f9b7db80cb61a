import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import pipeline from '../../../../pipeline/definition.ts';
import { unknownCurrency } from '../../core/money.ts';
import type { PipelineDefinition } from '../../core/pipeline.ts';
import { main } from '../../dashboard/command.ts';
import { openFinishedRun, showFinishedRun } from '../../dashboard/finished-run.ts';
import { startDashboard } from '../../dashboard/server.ts';
import { alert, noon, printed, row, summary, type WrittenRun, writeRun } from '../report/written-run.ts';
import { EventReader } from './event-reader.ts';

let run: WrittenRun;
afterEach(() => run.remove());

/** The first message to a page that is opened on a folder. */
async function opened(folder: string, shop: PipelineDefinition | Error = pipeline) {
  const found = await openFinishedRun(folder, shop);
  const dashboard = await startDashboard({
    definition: found.definition,
    source: found.title,
    kind: 'finished',
    hasDefinition: found.hasDefinition,
    port: 0,
  });
  try {
    await showFinishedRun(found, dashboard, () => undefined);
    const reader = await EventReader.open(dashboard.url);
    const { data } = await reader.expectNext();
    await reader.close();
    return data;
  } finally {
    await dashboard.close();
  }
}

const rows = [row(noon, 'Books', 'US', 3, 30), row(noon + 60_000, 'Home', 'EU', 5, 1204.5)];

function record(folder: string, options: object): void {
  const json = { id: 'x', started: '2026-11-23T12:00:00.000Z', engine: 'embedded', options, pid: 1 };
  writeFileSync(path.join(folder, 'run.json'), JSON.stringify(json));
}

describe('the dashboard of a finished run', () => {
  it('shows what the run wrote, as the run itself would have', async () => {
    run = await writeRun([rows], {
      summary: { ...summary, currency: 'EUR' },
      alerts: [alert('high-value', 'c1', '2026-11-23T12:00:01.000Z')],
    });
    record(run.folder, {});
    const letter = {
      reason: 'not-json',
      topic: 'o.csv',
      partition: 0,
      offset: '9',
      value_base64: 'e30=',
      line: 9,
    };
    const file = path.join(run.folder, 'dead-letters.jsonl');
    writeFileSync(file, `${JSON.stringify(letter)}\n`);
    appendFileSync(file, '{"reason":"cut sho');
    const data = await opened(run.folder);
    expect(data.run).toMatchObject({ kind: 'finished', currency: 'EUR', source: path.basename(run.folder) });
    expect(data.snapshot).toMatchObject({
      finished: true,
      orders: summary.orders,
      revenue: summary.revenue,
      runMs: 3000,
      nowMs: noon + 3000,
      planted: summary.planted,
      alerts: summary.alerts,
      watermarkMs: noon + 120_000,
    });
    expect(data.revenue?.starts).toEqual([noon, noon + 60_000]);
    expect(JSON.stringify(data.alerts)).toContain('c1 tripped high-value');
    expect(data.operations?.refused).toMatchObject([
      { reason: 'not-json', records: 1, sample: { topic: 'o.csv', offset: '9', isLine: true, text: '{}' } },
    ]);
  });

  it('shows windows copied from a stage, and does not make up what they do not say', async () => {
    run = await writeRun([rows]);
    record(run.folder, { copyOf: 's3://bucket/analytics' });
    const { snapshot, run: info } = await opened(run.folder);
    expect(info?.source).toBe(`${path.basename(run.folder)}, windows of s3://bucket/analytics`);
    expect(snapshot).toMatchObject({
      orders: 8,
      revenue: 1234.5,
      runMs: 0,
      customers: null,
      duplicates: null,
      late: null,
    });
  });

  it('counts the alerts of the rules that rang, whatever rules the definition has by now', async () => {
    run = await writeRun([rows], { alerts: [alert('gone-since', 'c1', '2026-11-23T12:00:01.000Z')] });
    expect((await opened(run.folder)).snapshot?.alerts).toEqual({ 'gone-since': 1 });
  });

  it('takes the length of the windows from the windows, whatever the definition has by now', async () => {
    const hour = 3_600_000;
    run = await writeRun([[{ ...row(noon, 'Books', 'US', 3, 30), window_end: noon + hour }]]);
    const { run: info, revenue } = await opened(run.folder);
    expect(info?.windowMs).toBe(hour);
    expect(revenue?.starts).toEqual([noon]);
  });

  it("opens without the shop's definition, and says what it lacks", async () => {
    run = await writeRun([rows], {
      summary: { ...summary, currency: 'EUR' },
      alerts: [alert('high-value', 'c1', '2026-11-23T12:00:01.000Z')],
    });
    const broken = new Error('Unexpected end of file');
    const { run: info, snapshot, alerts } = await opened(run.folder, broken);
    expect(info).toMatchObject({ hasDefinition: false, rules: [], currency: 'EUR', windowMs: 60_000 });
    expect(info?.source).toContain('without pipeline/definition.ts');
    expect(snapshot).toMatchObject({ orders: summary.orders, alerts: summary.alerts });
    expect(alerts).toHaveLength(1);
    run.remove();
    run = await writeRun([rows]);
    expect((await opened(run.folder, broken)).run?.currency).toBe(unknownCurrency);
  });

  it('cannot be made of a folder that holds no run: says what to do', async () => {
    run = await writeRun([]);
    mkdirSync(path.join(run.folder, 'analytics'));
    const failure = printed((args) => main(args, pipeline), [run.folder]);
    await expect(failure).rejects.toMatchObject({ code: 'ECOM_RUN_NOT_FOUND', exitCode: 2 });
    await expect(failure).rejects.toThrow(run.folder);
    await expect(failure).rejects.toThrow('npm start');
  });

  it.each([
    ['no folder', ['nowhere/at all'], 'ECOM_RUN_NOT_FOUND'],
    ['a file', ['package.json'], 'ECOM_RUN_NOT_A_FOLDER'],
    ['two folders', ['a', 'b'], 'ECOM_OPTION_UNKNOWN'],
    ['a port that is none', ['--port', '65536'], 'ECOM_OPTION_RANGE'],
  ])('refuses %s', async (_, args, code) => {
    run = await writeRun([]);
    const failure = printed((all) => main(all, pipeline), args);
    await expect(failure).rejects.toMatchObject({ code, exitCode: 2 });
  });
});
