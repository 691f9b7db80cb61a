import path from 'node:path';
import { formatMoney } from '../core/money.ts';
import { shellOption, shellPath } from '../functions/shell-word.ts';
import { describeFindings } from '../import/findings.ts';
import type { RunSummary } from './feed.ts';
import { defaultOut } from './options.ts';

const count = new Intl.NumberFormat('en-US');

type Cell = string | number;

/** Rows of text and numbers as columns, indented; numbers to the right. */
function columns(rows: readonly (readonly Cell[])[]): string[] {
  const shown = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? count.format(cell) : cell)));
  const widths = (shown[0] ?? []).map((_, place) => Math.max(...shown.map((row) => row[place]?.length ?? 0)));
  return shown.map((row, line) => {
    const cells = row.map((text, place) =>
      place > 0 || typeof rows[line]?.[place] === 'number'
        ? text.padStart(widths[place] ?? 0)
        : text.padEnd(widths[place] ?? 0),
    );
    return `  ${cells.join('   ')}`.trimEnd();
  });
}

/** A path as short as it can be where the user stands. */
function fromHere(folder: string, here: string): string {
  const relative = path.relative(here, folder);
  return relative === '' ? '.' : relative.startsWith('..') ? folder : relative;
}

/** What to make of alerts that found no planted case. */
const falseAlerts = [
  '',
  "  False alerts are honest orders over a rule's limit. What other limits would",
  '  raise on orders of your own:  npm run rules -- --replay FILE',
];

/**
 * The summary for a person, with what to do next.
 *
 * @param here the working folder of the commands that are suggested
 */
export function describeSummary(summary: RunSummary, here: string): string {
  const alerts = Object.values(summary.alerts).reduce((sum, ofRule) => sum + ofRule, 0);
  const out = fromHere(summary.out, here);
  const lines = [
    `Run of ${summary.seconds.toFixed(1)} s, ${summary.engine} engine`,
    '',
    ...columns([
      ['Orders', summary.orders],
      ['Revenue', formatMoney(summary.revenue, summary.currency)],
      ['Customers', summary.customers],
      ['Window rows', summary.windows],
      ['Alerts', alerts],
      ['Duplicates', summary.duplicates],
      ['Late', summary.late],
      ['Dead letters', summary.dead_letters],
    ]),
    '',
    ...columns([['Alerts by rule', ''], ...Object.entries(summary.alerts)]),
  ];
  if (summary.replay !== undefined) {
    const said = describeFindings(summary.replay);
    lines.push('', 'The file', ...said.map((sentence) => `  ${sentence}`));
  }
  const planted = Object.entries(summary.planted);
  if (planted.length > 0) {
    lines.push(
      '',
      ...columns([
        ['Planted fraud', 'cases', 'caught', 'false alerts'],
        ...planted.map(([pattern, score]) => [pattern, score.planted, score.caught, score.false_alerts]),
      ]),
    );
    if (planted.some(([, score]) => score.false_alerts > 0)) lines.push(...falseAlerts);
  }
  const elsewhere = out === defaultOut ? '' : ` ${shellOption('--out', out)}`;
  lines.push(
    '',
    `Written to ${out}`,
    `  npm run report -- ${shellPath(out)}`,
    `  npm run dashboard -- ${shellPath(out)}`,
    `  npm run query -- --saved top-categories${elsewhere}`,
  );
  if (summary.dead_letters > 0)
    lines.push(`  npm run query -- "SELECT reason, line, value FROM dead_letters"${elsewhere}`);
  return `${lines.join('\n')}\n`;
}
