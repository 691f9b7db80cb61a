import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listWindowFiles } from '../../../parquet/read-windows.ts';
import { getWindowsCommand } from '../../../plugin/commands/windows-command.ts';
import { StageCloud } from './stage-cloud.ts';

let cloud: StageCloud;
let folder: string;
let out: string;
beforeEach(async () => {
  cloud = await StageCloud.start();
  folder = mkdtempSync(path.join(os.tmpdir(), 'ecom windows-'));
  out = path.join(folder, 'copy ü');
});
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  await cloud.stop();
});

const hour = (name: string, file: string): string => {
  const [date, of] = name.split('T');
  return `analytics/date=${date}/hour=${of}/${file}`;
};
/** The stage has written a file; its content is its own name. */
function written(...keys: readonly string[]): void {
  for (const key of keys) cloud.spark.objects.set(key, key);
}
/** What `npm run query` would read. */
const copied = async (at = out): Promise<string[]> =>
  (await listWindowFiles(at)).map((file) => path.relative(at, file).replaceAll(path.sep, '/')).sort();
const previous = (): string => path.join(out, 'previous', readdirSync(path.join(out, 'previous'))[0] ?? '');
/** The process that made it is over: these tests are all one. */
const over = (): void => utimesSync(path.join(out, 'run.json'), 0, 0);
const all = { since: '2026-01-01T00' };

describe('copying the windows of a stage', () => {
  test('takes the files that a reader sees, as they are, and says how to look at them', async () => {
    const one = hour('2026-11-23T10', 'part-1-000001.parquet');
    const two = hour('2026-11-23T11', 'part-1-000002.parquet');
    written(one, two, hour('2026-11-23T11', '.probe-1'), hour('2026-11-23T11', '_hidden.parquet'));
    written('analytics/loose.parquet', 'status/pipeline.json', '.unfinished/part.parquet');
    written(hour('2026-11-23T11', '../../../../out.parquet'), hour('2026-11-23T11', '..\\out.parquet'));
    const { code, printed } = await cloud.run(getWindowsCommand, { out, ...all });
    expect(code).toBe(0);
    expect(await copied()).toEqual([one, two]);
    expect(readFileSync(path.join(out, one), 'utf8')).toBe(one);
    expect(printed).toContain(
      `2 window files, 1 KB, of the hours 2026-11-23T10 to 2026-11-23T11 (UTC) are in ${out}.`,
    );
    expect(printed).toContain(`npm run query -- --saved top-categories --out '${out}'`);
    const { options } = JSON.parse(readFileSync(path.join(out, 'run.json'), 'utf8'));
    expect(options).toEqual({ stage: 'dev', copyOf: 's3://data/analytics', ...all });
    expect(readdirSync(out)).not.toContain('.unfinished');
  });

  test('tells of many files how many there are, and takes them all', async () => {
    const keys = Array.from({ length: 205 }, (_, number) => hour('2026-11-23T10', `part-${number}.parquet`));
    written(...keys);
    const told: string[] = [];
    const session = { ...cloud.session, progress: (text: string) => told.push(text) };
    await getWindowsCommand(session, { out, ...all }, () => {});
    expect(await copied()).toEqual(keys.toSorted());
    expect(told).toEqual(['100 of 205 window files copied', '200 of 205 window files copied']);
  });

  test('takes the hours asked for', async () => {
    const hours = ['2026-11-22T23', '2026-11-23T00', '2026-11-23T01', '2026-11-23T02'];
    written(...hours.map((name) => hour(name, 'part.parquet')));
    const range = { since: '2026-11-23T00', before: '2026-11-23T02' };
    const { printed } = await cloud.run(getWindowsCommand, { out, ...range, json: true });
    expect(JSON.parse(printed)).toMatchObject({
      files: 2,
      hours: { first: '2026-11-23T00', last: '2026-11-23T01' },
    });
    expect(await copied()).toEqual(hours.slice(1, 3).map((name) => hour(name, 'part.parquet')));
  });

  test('takes the last day by default', async () => {
    const now = Date.parse('2026-11-23T10:30:00Z');
    const clock = { now: () => now, elapsed: () => now, sleep: async () => {} };
    written(...['2026-11-22T09', '2026-11-22T10', '2026-11-23T10'].map((name) => hour(name, 'part.parquet')));
    await getWindowsCommand({ ...cloud.session, clock }, { out }, () => {});
    expect(await copied()).toEqual(
      ['2026-11-22T10', '2026-11-23T10'].map((name) => hour(name, 'part.parquet')),
    );
  });

  test('moves an earlier copy aside', async () => {
    written(hour('2026-11-23T10', 'part-1.parquet'), hour('2026-11-23T10', 'part-2.parquet'));
    await cloud.run(getWindowsCommand, { out, ...all });
    over();
    cloud.spark.objects.clear();
    written(hour('2026-11-23T11', 'part-3.parquet'));
    await cloud.run(getWindowsCommand, { out, ...all });
    expect(await copied()).toEqual([hour('2026-11-23T11', 'part-3.parquet')]);
    // The windows of a stage that is gone may be nowhere else.
    expect(await copied(previous())).toEqual([
      hour('2026-11-23T10', 'part-1.parquet'),
      hour('2026-11-23T10', 'part-2.parquet'),
    ]);
  });

  test('takes no row twice and none away while the files of an hour are joined', async () => {
    written(hour('2026-11-23T10', 'part-1.parquet'), hour('2026-11-23T10', 'part-2.parquet'));
    let listed = 0;
    cloud.spark.onListed = () => {
      if (listed++ > 0) return;
      cloud.spark.objects.delete(hour('2026-11-23T10', 'part-1.parquet'));
      cloud.spark.objects.delete(hour('2026-11-23T10', 'part-2.parquet'));
      written(hour('2026-11-23T10', 'compact-1.parquet'));
    };
    await cloud.run(getWindowsCommand, { out, ...all });
    expect(await copied()).toEqual([hour('2026-11-23T10', 'compact-1.parquet')]);
  });

  test('sees it when files have gone while they were listed', async () => {
    written(hour('2026-11-23T10', 'part-2.parquet'), hour('2026-11-23T11', 'part-3.parquet'));
    let listed = 0;
    cloud.spark.onListed = () => {
      // The listing was past the journal's place when the compaction began, and part-1 had gone before it came there.
      if (listed++ === 0) written(hour('2026-11-23T10', '_compaction-1.json'));
    };
    const { printed } = await cloud.run(getWindowsCommand, { out, ...all, json: true });
    expect(JSON.parse(printed).joining).toEqual(['2026-11-23T10']);
  });

  test('says of which hours rows cannot be seen while they are joined', async () => {
    written(hour('2026-11-23T10', 'part-2.parquet'), hour('2026-11-23T10', '_compaction-1.json'));
    written(hour('2026-11-23T11', 'compact-1.parquet'), hour('2026-11-23T11', '_compaction-1.json'));
    const { printed } = await cloud.run(getWindowsCommand, { out, ...all });
    expect(printed).toContain('Rows of 2026-11-23T10 cannot be seen');
    expect(printed).not.toContain('Rows of 2026-11-23T11');
    cloud.spark.objects.delete(hour('2026-11-23T10', 'part-2.parquet'));
    const { printed: none } = await cloud.run(getWindowsCommand, { out, before: '2026-11-23T11' });
    expect(none).toContain('Rows of 2026-11-23T10 cannot be seen');
    const names = readFileSync('emr/ecom_streaming/window_names.py', 'utf8');
    expect(names).toContain('return f"_compaction-{checkpoint_id}.json"');
    expect(names).toContain('return f"compact-{checkpoint_id}.parquet"');
  });

  test('gives up where files go as often as they are read, and keeps the earlier copy', async () => {
    const key = hour('2026-11-23T10', 'part.parquet');
    written(key);
    await cloud.run(getWindowsCommand, { out, ...all });
    over();
    let listed = 0;
    written(hour('2026-11-23T11', 'part-0.parquet'));
    cloud.spark.onListed = () => {
      cloud.spark.objects.delete(hour('2026-11-23T11', `part-${listed++}.parquet`));
      written(hour('2026-11-23T11', `part-${listed}.parquet`));
    };
    const clock = { now: Date.now, elapsed: performance.now.bind(performance), sleep: async () => {} };
    const moving = getWindowsCommand({ ...cloud.session, clock }, { out, ...all }, () => {});
    await expect(moving).rejects.toMatchObject({ code: 'ECOM_WINDOWS_MOVING' });
    expect(await copied()).toEqual([]);
    expect(await copied(previous())).toEqual([key]);
    expect(readdirSync(out)).not.toContain('.unfinished');
  });

  test('leaves the earlier copy where there is nothing of these hours', async () => {
    written(hour('2026-11-23T10', 'part.parquet'));
    await cloud.run(getWindowsCommand, { out, ...all });
    const { code, printed } = await cloud.run(getWindowsCommand, { out, since: '2026-11-24T00' });
    expect(code).toBe(0);
    expect(printed).toContain('There is no window file of an hour since 2026-11-24T00; nothing was copied.');
    expect(await copied()).toEqual([hour('2026-11-23T10', 'part.parquet')]);
  });

  test('touches nothing that is no copy and no run', async () => {
    written(hour('2026-11-23T10', 'part.parquet'));
    mkdirSync(path.join(out, 'analytics'), { recursive: true });
    writeFileSync(path.join(out, 'analytics/mine.ts'), 'mine');
    await expect(cloud.run(getWindowsCommand, { out, ...all })).rejects.toMatchObject({
      code: 'ECOM_OUT_FOREIGN',
    });
    expect(readFileSync(path.join(out, 'analytics/mine.ts'), 'utf8')).toBe('mine');
    writeFileSync(path.join(folder, 'file'), '');
    await expect(
      cloud.run(getWindowsCommand, { out: path.join(folder, 'file'), ...all }),
    ).rejects.toMatchObject({ code: 'ECOM_OUT_NOT_A_FOLDER' });
  });

  test('moves the results of a run aside', async () => {
    written(hour('2026-11-23T10', 'part.parquet'));
    mkdirSync(path.join(out, 'analytics'), { recursive: true });
    writeFileSync(path.join(out, 'analytics/run.parquet'), 'the run');
    writeFileSync(path.join(out, 'run.json'), '{}');
    writeFileSync(path.join(out, 'summary.json'), '{}');
    await cloud.run(getWindowsCommand, { out, ...all });
    expect(readFileSync(path.join(previous(), 'analytics/run.parquet'), 'utf8')).toBe('the run');
  });

  test.each([
    [{ since: 'yesterday' }, '--since must be an hour'],
    [{ since: '2026-11-23T10', before: '2026-11-23T10' }, 'No hour lies between'],
    [{ out: '' }, '--out does not name a folder'],
  ])('refuses %j before anything is asked', async (options, words) => {
    cloud.account.outputs = undefined;
    const refused = cloud.run(getWindowsCommand, { out, ...options });
    await expect(refused).rejects.toMatchObject({ code: 'ECOM_OPTION' });
    await expect(refused).rejects.toThrow(words);
    expect(existsSync(out)).toBe(false);
  });
});
