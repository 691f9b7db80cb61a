import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import pipeline from '../../../../pipeline/definition.ts';
import { formatMoney } from '../../core/money.ts';
import { main as reportCommand } from '../../report/command.ts';
import { consoleTable } from '../../report/console-table.ts';
import { FirstRows, windowTable } from '../../report/first-rows.ts';
import { alert, noon, printed, row, summary, type WrittenRun, writeRun } from './written-run.ts';

const main = (args: readonly string[]) => reportCommand(args, pipeline);

let run: WrittenRun;
afterEach(() => run.remove());

const hour = 3_600_000;
const batches = [
  [row(noon + hour, 'Books', 'US', 1, 1000), row(noon + 30_000, 'Home', 'EU', 4, 123.45)],
  [row(noon, 'Books', 'US', 3, 30), row(noon, 'Books', 'EU', 4, 123.45)],
];

const money = (amount: number): string => formatMoney(amount, pipeline.currency);
const severityOf = (id: string) => pipeline.rules.find((rule) => rule.id === id)?.severity;

describe('the report', () => {
  it('prints where the page is, as a link, and then the windows in 80 columns', async () => {
    run = await writeRun(batches, { summary });
    const { code, stdout } = await printed(main, [run.folder]);
    expect(code).toBe(0);
    expect(stdout).toBe(`\
Report: ${pathToFileURL(path.join(run.folder, 'report.html')).href}

+-------------------+--------+--------+------+-------+-------+---------+
|window start       |category|location|orders|revenue|average|customers|
+-------------------+--------+--------+------+-------+-------+---------+
|2026-11-23 12:00:00|Books   |EU      |     4| 123.45|  30.86|        4|
|2026-11-23 12:00:00|Books   |US      |     3|  30.00|  10.00|        3|
|2026-11-23 12:00:30|Home    |EU      |     4| 123.45|  30.86|        4|
|2026-11-23 13:00:00|Books   |US      |     1|1000.00|1000.00|        1|
+-------------------+--------+--------+------+-------+-------+---------+
For all columns, use a terminal that is 150 columns wide, or --json.
`);
  });

  it("shows the windows in Spark's layout where the terminal is wide enough", () => {
    const first = new FirstRows(20);
    first.add(batches.flat());
    const table = windowTable(first.rows, 150);
    expect(table).toBe(`\
+-------------------+-------------------+--------+--------+-----------+-------------+---------------+----------------+---------------+---------------+
|window_start       |window_end         |category|location|order_count|total_revenue|avg_order_value|unique_customers|max_order_value|min_order_value|
+-------------------+-------------------+--------+--------+-----------+-------------+---------------+----------------+---------------+---------------+
|2026-11-23 12:00:00|2026-11-23 12:01:00|Books   |EU      |4          |123.45       |30.86          |4               |123.45         |0.5            |
|2026-11-23 12:00:00|2026-11-23 12:01:00|Books   |US      |3          |30.0         |10.0           |3               |30.0           |0.5            |
|2026-11-23 12:00:30|2026-11-23 12:01:30|Home    |EU      |4          |123.45       |30.86          |4               |123.45         |0.5            |
|2026-11-23 13:00:00|2026-11-23 13:01:00|Books   |US      |1          |1000.0       |1000.0         |1               |1000.0         |0.5            |
+-------------------+-------------------+--------+--------+-----------+-------------+---------------+----------------+---------------+---------------+
`);
    expect(windowTable(first.rows, 149)).not.toContain('window_start');
  });

  it('shows no more rows than it is asked for', async () => {
    const many = Array.from({ length: 3000 }, (_, index) =>
      row(noon + (2999 - index) * 60_000, 'Books', 'US', 1, 1),
    );
    run = await writeRun([many.slice(0, 1500), many.slice(1500)]);
    const two = await printed(main, [run.folder, '--rows', '2']);
    expect(two.stdout.match(/^\|2026.*$/gm)).toMatchObject([/12:00:00/, /12:01:00/]);
    expect(two.stdout).toContain('\nonly showing top 2 rows of 3000\n');
    const none = await printed(main, [run.folder, '--rows', '0']);
    expect(none.stdout).toBe(`Report: ${pathToFileURL(path.join(run.folder, 'report.html')).href}\n`);
  });

  it('is one JSON object where asked', async () => {
    const alerts = [
      alert('high-value', 'c1', '2026-11-23T12:00:01.000Z'),
      alert('high-value', 'c1', '2026-11-23T12:00:09.000Z', { reason: 'the newest\u2028' }),
      alert('region-hop', 'c2', '2026-11-23T12:00:02.000Z', { severity: 'critical', order_id: null }),
    ];
    run = await writeRun(batches, { summary, alerts });
    const { stdout, stderr } = await printed(main, ['--json', run.folder, '--rows', '1']);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({
      report: path.join(run.folder, 'report.html'),
      out: run.folder,
      from: '2026-11-23T12:00:00.000Z',
      to: '2026-11-23T13:01:00.000Z',
      orders: 8,
      revenue: 1153.45,
      summary,
      over_time: { bucket_seconds: 60, buckets: { length: 61, 0: { orders: 7, revenue: 153.45 } } },
      categories: [{ name: 'Books', orders: 8, revenue: 1153.45 }],
      locations: [
        { name: 'US', orders: 4, revenue: 1030 },
        { name: 'EU', orders: 4, revenue: 123.45 },
      ],
      busiest_windows: { 0: { window_start: '2026-11-23T12:00:00.000Z', orders: 7 } },
      alerts: [
        {
          rule_id: 'high-value',
          alerts: 2,
          customers: 1,
          newest: { at: '2026-11-23T12:00:09.000Z', reason: 'the newest\u2028' },
        },
        { rule_id: 'region-hop', alerts: 1, severity: severityOf('region-hop') ?? 'critical' },
        { rule_id: 'order-burst', alerts: 0, severity: severityOf('order-burst') ?? null, newest: null },
      ],
      window_rows: 4,
      windows: [
        { window_start: '2026-11-23T12:00:00.000Z', category: 'Books', location: 'EU', order_count: 4 },
      ],
    });
  });

  it('takes no word of a summary whose currency does not exist', async () => {
    run = await writeRun(batches, { summary: { ...summary, currency: 'eur' } });
    expect(JSON.parse((await printed(main, [run.folder, '--json'])).stdout)).toMatchObject({
      summary: null,
      currency: 'USD',
    });
  });

  it('is made of a run that was killed, too: without a summary, with an alert cut short', async () => {
    const whole = alert('high-value', 'c1', '2026-11-23T12:00:01.000Z');
    run = await writeRun(batches, { alerts: [whole, JSON.stringify(whole).slice(0, 40)] });
    const { stdout } = await printed(main, [run.folder, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ summary: null, orders: 8, alerts: [{ alerts: 1 }] });
    expect(readFileSync(path.join(run.folder, 'report.html'), 'utf8')).toContain('was killed');
  });

  it('says how many orders the windows lack', async () => {
    run = await writeRun(batches, { summary: { ...summary, late: 2 } });
    await printed(main, [run.folder]);
    const page = readFileSync(path.join(run.folder, 'report.html'), 'utf8');
    expect(page).toMatch(/windows hold 8 of the run's 10 orders.*2 came too late/);
  });

  it('shows names as they are, whatever they hold', async () => {
    const name = `<script>alert('x')</script>&"\u001b[31m🦊`;
    run = await writeRun([[row(noon, name, 'US\nEU', 1, 1)]], {
      summary,
      alerts: [alert('high-value', 'c1', '2026-11-23T12:00:01.000Z', { reason: name })],
    });
    const { stdout } = await printed(main, [run.folder]);
    const page = readFileSync(path.join(run.folder, 'report.html'), 'utf8');
    expect(page).toContain('&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;');
    expect(page).not.toContain('<script');
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toContain('&"\\u001b[');
    expect(stdout).toContain('|31m🦊             |');
  });

  it('has whole numbers on an axis of counts, and no rounded figure on one of money', async () => {
    run = await writeRun([[row(noon, 'Books', 'US', 1, 1), row(noon + hour, 'Books', 'EU', 1, 100)]]);
    const axes = async (): Promise<string[][]> => {
      await printed(main, [run.folder]);
      const page = readFileSync(path.join(run.folder, 'report.html'), 'utf8');
      const drawn = [...page.matchAll(/<div class="values"[^>]*>(.*?)<\/div>/g)];
      return drawn.map(([, spans]) =>
        [...(spans ?? '').matchAll(/>([^<]+)<\/span>/g)].map(([, text]) => text ?? ''),
      );
    };
    expect(await axes()).toEqual([
      ['$0', '$25', '$50', '$75', '$100'],
      ['0', '1'],
    ]);
    run.remove();
    run = await writeRun([[row(noon, 'Books', 'US', 10, 1), row(noon + hour, 'Books', 'EU', 3, 1)]]);
    expect(await axes()).toEqual([
      ['$0', '$0.25', '$0.5', '$0.75', '$1'],
      ['0', '5', '10'],
    ]);
  });

  it('replaces the page of an earlier report, and leaves nothing else behind', async () => {
    run = await writeRun(batches, { summary });
    await printed(main, [run.folder]);
    const before = readdirSync(run.folder).sort();
    await printed(main, [run.folder]);
    expect(readdirSync(run.folder).sort()).toEqual(before);
  });

  it.each([
    ['a folder of its own', []],
    ['the folder that is named', ['--out']],
  ])('runs orders of a file first, into %s', async (_, option) => {
    run = await writeRun([]);
    const file = path.join(run.folder, 'orders.csv');
    const orders = ['order,who,at,worth', '1,ana,2024-01-05 10:00,10', '1,ana,2024-01-05 10:00,2.50'];
    writeFileSync(file, [...orders, '2,ben,2024-01-05 10:02,7,50', '3,cid,2024-01-05 10:03,4'].join('\n'));
    const map = 'order_id=order,customer_id=who,timestamp=at,total_amount=worth';
    const out = option.flatMap((name) => [name, path.join(run.folder, 'own run')]);
    const args = ['--replay', file, '--map', map, '--rows', 'items', '--rows', '1', '--json', ...out];
    const { code, stdout, stderr } = await printed(main, args);
    const found: { report: string; out: string } = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(found).toMatchObject({ orders: 2, revenue: 16.5, windows: { length: 1 } });
    expect(found).toMatchObject({ summary: { orders: 2, dead_letters: 1 } });
    expect(found.out).toMatch(option.length > 0 ? /own run$/ : /ecom-report-/);
    expect(readFileSync(found.report, 'utf8')).toContain(money(16.5));
    expect(stderr).toContain('Refused: 1 row, first on line 4');
    if (option.length === 0) rmSync(found.out, { recursive: true });
  });

  it('of a file may be a dry run', async () => {
    run = await writeRun([]);
    const file = path.join(run.folder, 'orders.csv');
    writeFileSync(file, 'customer_id,timestamp,total_amount\nana,2024-01-05,10\n');
    const kept = path.join(run.folder, 'kept.json');
    const { code, stdout } = await printed(main, ['--replay', file, '--dry-run', '--save', kept]);
    expect(code).toBe(0);
    expect(stdout).toContain(`1 row makes 1 order of 1 customer, ${money(10)}.`);
    expect(JSON.parse(readFileSync(kept, 'utf8'))).toMatchObject({ map: { customer_id: 'customer_id' } });
    expect(readdirSync(run.folder)).not.toContain('report.html');
  });
});

describe('a report that cannot be made', () => {
  const failure = (args: readonly string[]): Promise<unknown> =>
    printed(main, args).catch((error: unknown) => error);

  it.each([
    ['no folder', ['nowhere/at all'], 'ECOM_RUN_NOT_FOUND', 2],
    ['a file', ['package.json'], 'ECOM_RUN_NOT_A_FOLDER', 2],
    ['an unknown option', ['--row', '2'], 'ECOM_OPTION_UNKNOWN', 2],
    ['two folders', ['a', 'b'], 'ECOM_OPTION_UNKNOWN', 2],
    ['a negative number of rows', ['--rows=-1'], 'ECOM_OPTION_RANGE', 2],
    ['too many rows', ['--rows', '100001'], 'ECOM_OPTION_RANGE', 2],
    ['half a row', ['--rows', '1.5'], 'ECOM_OPTION_RANGE', 2],
    ['a folder and a file', ['data', '--replay', 'a.csv'], 'ECOM_OPTION_CONFLICT', 2],
    ['a file that is missing', ['--replay', 'nowhere.csv'], 'ECOM_REPLAY_NOT_FOUND', 2],
    ['a mapping without a file', ['--map', 'order_id=x'], 'ECOM_OPTION_CONFLICT', 2],
    ['an output folder without a file', ['--out', 'x'], 'ECOM_OPTION_CONFLICT', 2],
  ])('of %s: says why', async (_, args, code, exitCode) => {
    run = await writeRun([]);
    expect(await failure(args)).toMatchObject({ code, exitCode });
  });

  it('because nothing was written yet: says so', async () => {
    run = await writeRun([], { summary });
    expect(await failure([run.folder])).toMatchObject({
      code: 'ECOM_REPORT_EMPTY',
      exitCode: 1,
      message: expect.stringContaining(run.folder),
    });
  });

  it('because a file is damaged: names it', async () => {
    run = await writeRun(batches);
    const file = path.join(run.folder, 'analytics/date=2026-11-23/hour=12/part-x.parquet');
    writeFileSync(file, 'PAR1 not really');
    expect(await failure([run.folder])).toMatchObject({
      code: 'ECOM_PARQUET_UNREADABLE',
      message: expect.stringContaining('part-x.parquet'),
    });
  });

  it('because the page cannot be written: names it, and leaves nothing behind', async () => {
    run = await writeRun(batches);
    mkdirSync(path.join(run.folder, 'report.html', 'taken'), { recursive: true });
    expect(await failure([run.folder])).toMatchObject({
      code: 'ECOM_REPORT_NOT_WRITABLE',
      message: expect.stringContaining('report.html'),
    });
    expect(readdirSync(run.folder).filter((name) => name.startsWith('.report'))).toEqual([]);
  });
});

describe('a table for the terminal', () => {
  /** Every line is of one width, and no wider than `most`. */
  function isStraight(table: string, most: number): void {
    const widths = new Set(
      table
        .trimEnd()
        .split('\n')
        .map((line) => line.length),
    );
    expect([...widths]).toHaveLength(1);
    expect(Math.max(...widths)).toBeLessThanOrEqual(most);
  }
  const number = { name: 'share_of_all_customers', align: 'right' as const };

  it('breaks text and heads over lines where it is too wide, and numbers never', () => {
    const words =
      'an order of one thousand two hundred and ninety nine dollars by a customer of long standing';
    const table = consoleTable(
      [{ name: 'example' }, ...Array(5).fill(number)],
      [[words, ...Array(5).fill('1,234,567')]],
      80,
    );
    isStraight(table, 80);
    const cells = table.split('\n').map((line) => line.slice(1).split('|'));
    expect(
      cells
        .slice(4)
        .flatMap(([text = '']) => text.trim().split(/\s+/))
        .join(' ')
        .trim(),
    ).toContain(words);
    expect(table.match(/1,234,567/g)).toHaveLength(5);
  });

  it('breaks a word that is longer than its column', () => {
    const table = consoleTable([{ name: 'key' }, { name: 'value' }], [['k', 'x'.repeat(200)]], 60);
    isStraight(table, 60);
    expect(table.match(/x/g)).toHaveLength(200);
  });

  it('lists the columns of each row where breaking is not enough', () => {
    const columns = Array.from({ length: 12 }, (_, index) => ({ name: `column_${index}` }));
    const table = consoleTable(columns, [columns.map(({ name }) => `value of ${name}`)], 80);
    isStraight(table, 80);
    expect(table).toContain('|column_11|value of column_11|\n');
  });

  it('keeps its edges straight with wide and combining characters', async () => {
    run = await writeRun([]);
    const table = consoleTable(
      [{ name: 'a' }, { name: 'number', align: 'right' }],
      [
        ['漢字🦊', '1'],
        ['e\u0301', '22'],
      ],
      80,
    );
    expect(table).toBe(`\
+------+------+
|a     |number|
+------+------+
|漢字🦊|     1|
|e\u0301     |    22|
+------+------+
`);
  });
});
