import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { savedQueries } from '../../core/saved-queries.ts';
import type { WindowRow } from '../../core/window.ts';
import { main, usage } from '../../query/command.ts';
import { alert, noon, printed, row, type WrittenRun, writeRun } from '../report/written-run.ts';

const hour = 3_600_000;
const day = 24 * hour;
const root = path.resolve(import.meta.dirname, '../../../..');

const rows: WindowRow[] = [
  row(noon, 'Books', 'US', 3, 30),
  row(noon, 'Home', 'US', 1, 70.1),
  row(noon, 'Books', "L'Île 🦊", 4, 123.45),
  // Overlaps the rows above: their orders are in it as well.
  row(noon + 30_000, 'Books', 'US', 3, 30),
  row(noon + hour, 'Books', 'US', 1, 10),
  row(noon + day, 'Home', 'EU', 2, 99.99),
];

let run: WrittenRun;
let empty: WrittenRun;
beforeAll(async () => {
  const alerts = [
    alert('high-value', 'c1', '2026-11-23T12:00:01.250Z'),
    alert('order-burst', 'c2', '2026-11-23T12:00:02.000Z', { order_id: null }),
  ];
  run = await writeRun([rows.slice(0, 3), rows.slice(3)], { alerts: [...alerts, '{"alert_id":"cut sho'] });
  const letter = (bytes: Buffer, line: number): string =>
    JSON.stringify({
      reason: 'not-json',
      topic: 'orders.csv',
      partition: 0,
      offset: String(line),
      line,
      value_base64: bytes.toString('base64'),
    });
  const letters = [letter(Buffer.from("{'a'}"), 2), letter(Buffer.from([0xff]), 3)];
  writeFileSync(path.join(run.folder, 'dead-letters.jsonl'), `${letters.join('\n')}\n`);
  empty = await writeRun([]);
});
afterAll(() => {
  run.remove();
  empty.remove();
});

async function asked(sql: string, folder = run.folder): Promise<Record<string, unknown>[]> {
  const { stdout } = await printed(main, [sql, '--json', '--out', folder]);
  return JSON.parse(stdout);
}

describe('a query', () => {
  it('is answered as a table', async () => {
    const sql =
      'SELECT location, sum(order_count) AS orders, NULL AS nothing FROM windows GROUP BY 1 ORDER BY 2 DESC';
    const { code, stdout } = await printed(main, [sql, '--out', run.folder]);
    expect(code).toBe(0);
    expect(stdout).toBe(`\
+--------+------+-------+
|location|orders|nothing|
+--------+------+-------+
|US      |     8|   NULL|
|L'Île 🦊|     4|   NULL|
|EU      |     2|   NULL|
+--------+------+-------+
3 rows
`);
  });

  it('shows as many rows as it is asked for, and says that there are more', async () => {
    const { stdout } = await printed(main, ['FROM range(5000)', '--rows', '2', '--out', run.folder]);
    expect(stdout).toMatch(/\| +0\|\n\| +1\|\n\+-+\+\nonly showing top 2 rows of 5000\n$/);
  });

  it('is answered as JSON, exactly', async () => {
    expect(await asked('SELECT * FROM windows ORDER BY window_start, category, location LIMIT 1')).toEqual([
      {
        ...row(noon, 'Books', "L'Île 🦊", 4, 123.45),
        window_start: '2026-11-23T12:00:00Z',
        window_end: '2026-11-23T12:01:00Z',
        date: '2026-11-23',
        hour: 12,
      },
    ]);
    const sql = `SELECT 9007199254740993 AS big, 1.50::DECIMAL(9, 2) AS price, [1, NULL] AS list, {'a': 1} AS struct,
      TIMESTAMPTZ '2026-11-23 12:00:00.5+02' AS at, true AS yes, 'NaN'::DOUBLE AS nan`;
    expect(await asked(sql)).toEqual([
      {
        big: '9007199254740993',
        price: 1.5,
        list: [1, null],
        struct: { a: 1 },
        at: '2026-11-23T10:00:00.5Z',
        yes: true,
        nan: null,
      },
    ]);
    expect(await asked('SELECT 1 WHERE false')).toEqual([]);
  });

  it('is answered as CSV', async () => {
    const sql = `SELECT 'a,"b"' || chr(10) AS "x,y", NULL AS nothing, 1.5 AS n FROM range(2)`;
    const { stdout } = await printed(main, [sql, '--csv', '--out', run.folder]);
    expect(stdout).toMatch(/^"x,y",nothing,n\r\n/);
    expect(parse(stdout)).toEqual([
      ['x,y', 'nothing', 'n'],
      ['a,"b"\n', '', '1.5'],
      ['a,"b"\n', '', '1.5'],
    ]);
  });

  it('is CSV that no spreadsheet runs, with numbers that stay numbers', async () => {
    const sql = `SELECT t, n FROM (VALUES ('=1+1', -5), ('+1', -0.5), ('-5', 0), ('-5.25', 0), ('@x', 0), ('-x', 0),
      (chr(9) || 'x', 0), ('＝1', 0), ('a=b', 0), ('', 0), ('="a"', NULL)) AS v(t, n)`;
    const { stdout } = await printed(main, [sql, '--csv', '--out', run.folder]);
    expect(parse(stdout)).toEqual([
      ['t', 'n'],
      ["'=1+1", '-5.0'],
      ['+1', '-0.5'],
      ['-5', '0.0'],
      ['-5.25', '0.0'],
      ["'@x", '0.0'],
      ["'-x", '0.0'],
      ["'\tx", '0.0'],
      ["'＝1", '0.0'],
      ['a=b', '0.0'],
      ['', '0.0'],
      [`'="a"`, ''],
    ]);
  });

  it('sums money to the cent', async () => {
    const folder = await writeRun([
      [0.1, 0.2, 35_184_372_088_831.99].map((usd, place) => row(noon + place * hour, 'Books', 'US', 1, usd)),
    ]);
    const sql = 'SELECT sum(total_revenue) AS revenue FROM windows';
    expect((await printed(main, [sql, '--csv', '--out', folder.folder])).stdout).toBe(
      'revenue\r\n35184372088832.29\r\n',
    );
    expect(
      await asked('SELECT sum(total_revenue) AS revenue FROM windows WHERE total_revenue < 1', folder.folder),
    ).toEqual([{ revenue: 0.3 }]);
    for (const { sql: saved } of savedQueries) expect(await asked(saved, folder.folder)).not.toEqual([]);
    folder.remove();
  });

  it('sees alerts, and passes over one that was cut short', async () => {
    expect(await asked('SELECT rule_id, order_id, order_timestamp FROM alerts ORDER BY rule_id')).toEqual([
      { rule_id: 'high-value', order_id: 'order of c1', order_timestamp: '2026-11-23T12:00:01.25Z' },
      { rule_id: 'order-burst', order_id: null, order_timestamp: '2026-11-23T12:00:02Z' },
    ]);
  });

  it('sees dead letters, with their text where they are text', async () => {
    expect(await asked('SELECT reason, line, value FROM dead_letters ORDER BY line')).toEqual([
      { reason: 'not-json', line: 2, value: "{'a'}" },
      { reason: 'not-json', line: 3, value: null },
    ]);
  });

  it("sees the same types in Spark's files, whose times carry a zone", async () => {
    const folder = path.join(empty.folder, 'spark');
    const partition = path.join(folder, 'analytics/date=2026-11-23/hour=09');
    mkdirSync(partition, { recursive: true });
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    await connection.run(
      `COPY (SELECT TIMESTAMPTZ '2026-11-23 09:00:00+00' AS window_start, TIMESTAMPTZ '2026-11-23 09:01:00+00' AS window_end,
        'Books' AS category, 'US' AS location, 1::BIGINT AS order_count, 1.5::DOUBLE AS total_revenue,
        1.5::DOUBLE AS avg_order_value, 1::INTEGER AS unique_customers, 1.5::DOUBLE AS max_order_value,
        1.5::DOUBLE AS min_order_value) TO '${path.join(partition, 'part.parquet').replaceAll("'", "''")}' (FORMAT parquet)`,
    );
    connection.closeSync();
    expect(
      await asked('SELECT window_start, typeof(window_start) AS type, hour FROM windows', folder),
    ).toEqual([{ window_start: '2026-11-23T09:00:00Z', type: 'TIMESTAMP', hour: 9 }]);
    expect(await asked('SELECT count(*) AS n FROM alerts', folder)).toEqual([{ n: 0 }]);
    expect(await asked('SELECT value FROM dead_letters', folder)).toEqual([]);
  });

  it.each([
    'date=2020-01-01/category=A/alert_id=x',
    'a*',
    'a?[1]',
    "d'été 🦊/[!x]",
    'b]{c,d}~%20',
    'a\\[b]',
    'a\\b*',
  ])('takes the folder %s for a name, and for nothing else', async (name) => {
    const parent = await writeRun([]);
    const folder = path.join(parent.folder, name);
    cpSync(run.folder, folder, { recursive: true });
    // Names that a pattern would match too.
    for (const other of ['ab', 'a11', "d'été 🦊/x"])
      cpSync(run.folder, path.join(parent.folder, other), { recursive: true });

    for (const view of ['windows', 'alerts', 'dead_letters']) {
      const sql = `SELECT * FROM ${view} ORDER BY ALL`;
      expect(await asked(sql, folder)).toEqual(await asked(sql));
    }
    parent.remove();
  });

  it('passes over unfinished files', async () => {
    writeFileSync(path.join(run.folder, 'analytics/date=2026-11-23/hour=12/.part.parquet'), 'half');
    writeFileSync(path.join(run.folder, 'analytics/date=2026-11-23/hour=12/_part.parquet'), 'half');
    expect(await asked('SELECT count(*) AS n FROM windows')).toEqual([{ n: 6 }]);
  });

  it('says which questions are saved', () => {
    for (const { name, question } of savedQueries) expect(usage).toContain(`${name.padEnd(16)} ${question}`);
  });

  it('ends well when its reader goes away', async () => {
    const command = `node plugins/ecom-analytics/source.mjs query "FROM range(1000000)" --csv --out '${run.folder.replaceAll("'", "'\\''")}' | head -2; exit \${PIPESTATUS[0]}`;
    const { stdout, stderr } = await promisify(execFile)('bash', ['-c', command], { cwd: root });
    expect(stdout).toBe('range\r\n0\r\n');
    expect(stderr).toBe('');
  });
});

describe('a saved question', () => {
  const saved = async (name: string): Promise<Record<string, unknown>[]> => {
    const { stdout } = await printed(main, ['--saved', name, '--json', '--out', run.folder]);
    return JSON.parse(stdout);
  };

  it('counts each order once, by category', async () => {
    expect(await saved('top-categories')).toEqual([
      { category: 'Home', revenue: 170.09, share_percent: 51, orders: 3, average_order: 56.7 },
      { category: 'Books', revenue: 163.45, share_percent: 49, orders: 8, average_order: 20.43 },
    ]);
  });

  it.each(savedQueries)('shows money to the cent: $name', async ({ name }) => {
    const folder = await writeRun([
      [row(noon, 'Books', 'US', 2, 83.2), row(noon + day, 'Books', 'US', 1, 50)],
    ]);
    const { stdout } = await printed(main, ['--saved', name, '--csv', '--out', folder.folder]);
    folder.remove();
    const [columns = [], ...rows] = parse(stdout);
    const amounts = rows.flatMap((cells: readonly string[]) =>
      cells.filter(
        (cell, place) => cell !== '' && /revenue|average|largest|change/.test(columns[place] ?? ''),
      ),
    );
    expect(amounts).not.toEqual([]);
    for (const amount of amounts) expect(amount).toMatch(/^-?\d+\.\d\d$/);
  });

  it('counts each order once, by day', async () => {
    expect(await saved('sales-by-day')).toEqual([
      { sales_day: '2026-11-23', orders: 9, revenue: 233.55, change_to_previous_day_with_sales: null },
      { sales_day: '2026-11-24', orders: 2, revenue: 99.99, change_to_previous_day_with_sales: -133.56 },
    ]);
  });

  it('counts each order once, by hour of the day', async () => {
    expect(await saved('busiest-hours')).toEqual([
      { hour_of_day: 12, orders: 10, orders_a_day: 5, revenue: 323.54 },
      { hour_of_day: 13, orders: 1, orders_a_day: 1, revenue: 10 },
    ]);
  });

  it('finds the best category of each location', async () => {
    expect(await saved('what-sells-where')).toEqual([
      { location: "L'Île 🦊", category: 'Books', revenue: 123.45, orders: 4 },
      { location: 'EU', category: 'Home', revenue: 99.99, orders: 2 },
      { location: 'US', category: 'Home', revenue: 70.1, orders: 1 },
    ]);
  });

  it('finds the busiest of all windows', async () => {
    const [first, second] = await saved('peak-windows');
    expect(first).toEqual({
      window_start: '2026-11-23T12:00:00Z',
      orders: 8,
      revenue: 223.55,
      largest_order: 123.45,
    });
    expect(second).toMatchObject({ window_start: '2026-11-23T12:00:30Z', orders: 3 });
  });

  it('asks only about the columns that Athena has too', () => {
    expect(savedQueries).toHaveLength(5);
    for (const { sql } of savedQueries) expect(sql).not.toMatch(/alerts|dead_letters|::|\bdate\b(?!_)|;/);
  });
});

describe('a query that cannot be answered', () => {
  const failure = (args: readonly string[]): Promise<unknown> =>
    printed(main, args).catch((error: unknown) => error);

  it.each([
    ['neither query nor name', [], 'ECOM_OPTION_MISSING', 2],
    ['both query and name', ['SELECT 1', '--saved', 'top-categories'], 'ECOM_OPTION_UNKNOWN', 2],
    ['a query without quotes', ['SELECT', '1'], 'ECOM_OPTION_UNKNOWN', 2],
    ['an unknown option', ['SELECT 1', '--table'], 'ECOM_OPTION_UNKNOWN', 2],
    ['two forms', ['SELECT 1', '--json', '--csv'], 'ECOM_OPTION_UNKNOWN', 2],
    ['no rows', ['SELECT 1', '--rows', '0'], 'ECOM_OPTION_RANGE', 2],
    ['an unknown name', ['--saved', 'top'], 'ECOM_QUERY_UNKNOWN', 2],
    ['no folder', ['SELECT 1', '--out', 'nowhere/at all'], 'ECOM_RUN_NOT_FOUND', 2],
    ['a file', ['SELECT 1', '--out', 'package.json'], 'ECOM_RUN_NOT_A_FOLDER', 2],
  ])('with %s says why', async (_, args, code, exitCode) => {
    expect(await failure(args)).toMatchObject({ code, exitCode });
  });

  it('names the saved questions where none is asked', async () => {
    const message = expect.stringContaining(savedQueries.map(({ name }) => name).join(', '));
    expect(await failure([])).toMatchObject({ message });
  });

  it('says that a folder holds nothing', async () => {
    expect(await failure(['SELECT 1', '--out', empty.folder])).toMatchObject({
      code: 'ECOM_QUERY_EMPTY',
      exitCode: 1,
      message: expect.stringContaining(empty.folder),
    });
  });

  it('says what is wrong with the SQL, where, and what there is to ask about', async () => {
    expect(await failure(['SELECT nope FROM windows', '--out', run.folder])).toMatchObject({
      code: 'ECOM_QUERY_FAILED',
      exitCode: 1,
      message: expect.stringMatching(
        /"nope" not found.*\n(.*\n)*LINE 1.*\n +\^\n(.*\n)* {2}windows \(window_start, .*\n {2}alerts \(alert_id/,
      ),
    });
    expect(await failure(['SELEC 1', '--out', run.folder])).toMatchObject({
      code: 'ECOM_QUERY_FAILED',
      message: expect.stringMatching(/^The query failed: Parser Error: syntax error at or near "SELEC"/),
    });
    expect(
      await failure(['SELECT CAST(category AS INTEGER) FROM windows', '--out', run.folder]),
    ).toMatchObject({
      code: 'ECOM_QUERY_FAILED',
      message: expect.stringMatching(/Could not convert string/),
    });
  });

  it.each(['', ' -- nothing', '/* nothing */', 'SELECT 1; SELECT 2'])(
    '%j is not one question',
    async (sql) => {
      expect(await failure([sql, '--out', run.folder])).toMatchObject({
        code: 'ECOM_QUERY_NOT_ONE',
        exitCode: 2,
      });
    },
  );

  it.each([
    "COPY (SELECT 1) TO 'FOLDER/x.csv'",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO 'FOLDER/x.csv'",
    "COPY (SELECT 1) TO 'x.csv'",
    'CREATE TABLE t AS SELECT 1',
    'DROP VIEW windows',
    'SET enable_external_access = true',
    'INSTALL httpfs',
    'LOAD httpfs',
    "ATTACH 'FOLDER/x.db'",
    "SELECT * FROM read_text('package.json')",
    "SELECT * FROM 'https://example.com/x.parquet'",
  ])('%s is refused', async (sql) => {
    const error = await failure([
      sql.replace('FOLDER', run.folder.replaceAll("'", "''")),
      '--out',
      run.folder,
    ]);
    expect(error).toMatchObject({
      exitCode: expect.any(Number),
      code: expect.stringMatching(/^ECOM_QUERY_(READ_ONLY|FAILED)$/),
    });
    expect(readdirSync(run.folder).filter((name) => name.startsWith('x.'))).toEqual([]);
    expect(readdirSync(root)).not.toContain('x.csv');
  });

  it('names a file that is damaged', async () => {
    const damaged = await writeRun([[rows[0] ?? row(noon, 'a', 'b', 1, 1)]]);
    const [file] = readdirSync(path.join(damaged.folder, 'analytics/date=2026-11-23/hour=12'));
    const place = path.join(damaged.folder, 'analytics/date=2026-11-23/hour=12', file ?? '');
    writeFileSync(place, readFileSync(place).subarray(0, 100));
    expect(await failure(['SELECT 1', '--out', damaged.folder])).toMatchObject({
      code: 'ECOM_QUERY_UNREADABLE',
      exitCode: 1,
      message: expect.stringContaining(file ?? 'none'),
    });
    damaged.remove();
  });
});
