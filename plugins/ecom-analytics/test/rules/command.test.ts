import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { main } from '../../rules/command.ts';
import { kit } from '../core/kit.ts';
import { ownFolder } from '../import/replayed.ts';
import { printed } from '../report/written-run.ts';

/** With the kit's rules. */
const rules = (args: readonly string[]): Promise<number> => main(args, kit);

const { folder, write, remove } = ownFolder();
afterAll(remove);

const sample = path.resolve(import.meta.dirname, '../../import/sample/cdnow-sample.csv');
const map = 'timestamp=date,quantity=number_of_cds,total_amount=dollar_value';

describe('npm run rules', () => {
  it('shows what each rule would have raised on the real orders of CDNOW', async () => {
    const { code, stdout, stderr } = await printed(rules, ['--replay', sample, '--map', map]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^6,919 orders of 2,357 customers, 1997-01-01 to 1998-06-30, \$244,091\.94\n/);
    expect(stdout).toMatch(/\nhigh-value: total_amount more than …\n\+-+\+/);
    expect(stdout).toMatch(
      /\| +\$173\.19\|p99 +\| +69\| +0\.13\| +1\.0%\| +47\| +2\.0%\|\$180\.74 by 19339, *\|\n[| ]*\|1997-03-20 *\|\n/,
    );
    expect(stdout).toMatch(/\|\$1,000\.00\|limit now\| +0\| +0\| +0\.0%\| +0\| +0\.0%\|–/);
    expect(stdout).toMatch(/\norder-burst: orders of one customer within 1 min more than …\n/);
    expect(stdout).toMatch(
      /\nregion-hop: distinct values of region of one customer within 5 min more than …\n/,
    );
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(stderr.replace(/^(Tried|Reading) .*\n/gm, '')).toBe(
      'Recognized: CDNOW.\nNo currency in the file: USD, from pipeline/definition.ts (--currency).\n6,919 rows make 6,919 orders of 2,357 customers, $244,091.94.\nThe file has dates without times: to the rules over customers, all orders of a day arrive at once.\n',
    );
  });

  it('shows what a file is taken for, and tries nothing, where that is asked', async () => {
    const { code, stdout } = await printed(rules, ['--replay', sample, '--dry-run']);
    expect(code).toBe(0);
    expect(stdout).toContain('Recognized: CDNOW.');
    expect(stdout).toContain('Nothing was run.');
    expect(stdout).not.toContain('high-value');
  });

  it('is one JSON object where asked', async () => {
    const { stdout } = await printed(rules, ['--replay', sample, '--map', map, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      file: sample,
      orders: 6919,
      customers: 2357,
      revenue: 244_091.94,
      from: '1997-01-01T00:00:00.000Z',
      to: '1998-06-30T00:00:00.000Z',
      refused_rows: 0,
      late: 0,
      rules: [
        { rule_id: 'high-value', kind: 'threshold', field: 'total_amount', limit: 1000 },
        { rule_id: 'suspicious-location', kind: 'one-of', field: 'region', alerts: 0 },
        {
          rule_id: 'order-burst',
          kind: 'distinct-orders',
          limit: 5,
          window_seconds: 60,
          limits: expect.arrayContaining([
            expect.objectContaining({
              more_than: 5,
              labels: ['limit now'],
              alerts: 2,
              orders: 14,
              customers: 2,
            }),
          ]),
        },
        { rule_id: 'region-hop', kind: 'distinct-values', field: 'region', limit: 2, window_seconds: 300 },
      ],
    });
  });

  it('remarks on what it left out', async () => {
    const rows = [
      'c1,2026-01-01T00:00:01Z,1,o1',
      'c1,2026-01-01T00:00:02Z,1,o1',
      'c2,12/01/2026,1,o2',
      'c2,yesterday,1,o3',
    ];
    const file = write('orders.csv', ['customer_id,timestamp,total_amount,order_id', ...rows].join('\n'));
    const { stdout, stderr } = await printed(rules, ['--replay', file]);
    expect(stdout).toMatch(/^1 order of 1 customer, /);
    expect(stderr).toMatch(
      /^Unknown layout: .*\nNo currency in the file: USD, from pipeline\/definition\.ts \(--currency\)\.\n4 rows make 1 order of 1 customer, \$1\.00; several rows an order.*\nRefused: 2 rows, first on line 4: timestamp is not a time.*\nWarning: 50% of the rows were refused\./m,
    );
  });
});

describe('rules that cannot be tried', () => {
  const header = 'customer_id,timestamp,total_amount';
  it.each([
    ['on nothing', [], 'ECOM_OPTION_MISSING', 2],
    ['with an unknown option', ['--replay', sample, '--limit', '3'], 'ECOM_OPTION_UNKNOWN', 2],
    ['with an argument too many', ['--replay', sample, sample], 'ECOM_OPTION_UNKNOWN', 2],
    ['on a missing file', ['--replay', path.join(folder, 'missing.csv')], 'ECOM_REPLAY_NOT_FOUND', 2],
    [
      'on a folder without orders',
      ['--replay', path.dirname(import.meta.dirname)],
      'ECOM_REPLAY_NOT_A_FILE',
      2,
    ],
    ['on an empty file', ['--replay', write('empty.csv', '')], 'ECOM_REPLAY_EMPTY', 2],
    [
      'without a mapping',
      ['--replay', write('own.csv', 'who,date,total\nc,2026-01-01,1\n')],
      'ECOM_REPLAY_MAPPING',
      2,
    ],
    [
      'with a wrong mapping',
      ['--replay', sample, '--map', `${map},region=country`],
      'ECOM_REPLAY_MAPPING',
      2,
    ],
    [
      'on rows that are no orders',
      ['--replay', write('bad.csv', `${header}\nc,yesterday,1\n`)],
      'ECOM_REPLAY_NO_ORDERS',
      1,
    ],
  ])('%s say why', async (_, args, code, exitCode) => {
    const error = await printed(rules, args).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, exitCode });
  });
});
