import { type DuckDBResult, DuckDBTypeId } from '@duckdb/node-api';
import { type ExitCode, UsageError } from '../core/error.ts';
import { didYouMean } from '../core/nearest.ts';
import { savedQueries } from '../core/saved-queries.ts';
import { parseArguments } from '../functions/command-arguments.ts';
import { rowLimit } from '../report/row-limit.ts';
import { findRunFolder } from '../report/run-folder.ts';
import { type AnswerColumn, csvLines, jsonText, tableText } from './answer.ts';
import { RunDatabase } from './run-database.ts';

export const usage = `Asks what a run wrote, in SQL (DuckDB).

  npm run query -- "SELECT …" [options]
  npm run query -- --saved NAME [options]

  --saved NAME   ask one of the saved questions
  --out DIR      the folder that the run wrote (data)
  --rows N       how many rows of the table to show, 1 to 100000 (100); --json and --csv give all
  --json         print a JSON array of objects, nothing else on stdout
  --csv          print CSV with a header, nothing else on stdout; a ' stands before what looks like a formula
  --debug        show the stack of an error
  --help         show this

Views: windows, alerts, dead_letters; \`npm run query -- "DESCRIBE windows"\` lists the columns of one. Windows overlap:
a sum over all of them counts an order more than once. The saved questions show which to take.

Saved questions
${savedQueries.map(({ name, question }) => `  ${name.padEnd(16)} ${question}`).join('\n')}

Examples
  npm run query -- --saved top-categories
  npm run query -- "SELECT rule_id, count(*) AS alerts FROM alerts GROUP BY rule_id"
  npm run --silent query -- "SELECT * FROM windows WHERE location = 'US-East'" --csv > us-east.csv
`;

const savedNames = savedQueries.map(({ name }) => name);
const fix = 'Run `npm run query -- --help` for the options.';

interface QueryOptions {
  readonly sql: string;
  readonly out: string;
  readonly rows: number;
  readonly form: 'table' | 'json' | 'csv';
}

function unknownOption(what: string): UsageError {
  return new UsageError('ECOM_OPTION_UNKNOWN', { what, fix });
}

function readOptions(args: readonly string[]): QueryOptions {
  const declared = {
    saved: { type: 'string' },
    out: { type: 'string', default: 'data' },
    rows: { type: 'string', default: '100' },
    json: { type: 'boolean', default: false },
    csv: { type: 'boolean', default: false },
    debug: { type: 'boolean', default: false },
  } as const;
  const { values, positionals } = parseArguments(args, declared, fix);
  const [sql, ...more] = positionals;
  if (more.length > 0) throw unknownOption('The query must be one argument: put it in quotes');
  if (values.json && values.csv) throw unknownOption('--json and --csv cannot go together');
  return {
    sql: question(sql, values.saved),
    out: values.out,
    rows: rowLimit(values.rows, 1, fix),
    form: values.json ? 'json' : values.csv ? 'csv' : 'table',
  };
}

/** The SQL that was given, or that of the saved question. */
function question(sql: string | undefined, saved: string | undefined): string {
  if (saved === undefined) {
    if (sql !== undefined) return sql;
    throw new UsageError('ECOM_OPTION_MISSING', {
      what: 'There is no query to ask',
      fix: `Give one in quotes, or \`--saved NAME\`: ${savedNames.join(', ')}.`,
    });
  }
  if (sql !== undefined) throw unknownOption('A query and --saved cannot go together');
  const found = savedQueries.find(({ name }) => name === saved);
  if (found === undefined) {
    const what = `There is no saved question "${saved}"`;
    const todo = `${didYouMean(saved, savedNames)}The saved questions are ${savedNames.join(', ')}.`;
    throw new UsageError('ECOM_QUERY_UNKNOWN', { what, fix: todo });
  }
  return found.sql;
}

const numbers: ReadonlySet<DuckDBTypeId> = new Set([
  DuckDBTypeId.TINYINT,
  DuckDBTypeId.SMALLINT,
  DuckDBTypeId.INTEGER,
  DuckDBTypeId.BIGINT,
  DuckDBTypeId.HUGEINT,
  DuckDBTypeId.UTINYINT,
  DuckDBTypeId.USMALLINT,
  DuckDBTypeId.UINTEGER,
  DuckDBTypeId.UBIGINT,
  DuckDBTypeId.UHUGEINT,
  DuckDBTypeId.FLOAT,
  DuckDBTypeId.DOUBLE,
  DuckDBTypeId.DECIMAL,
]);

function columnsOf(answer: DuckDBResult): AnswerColumn[] {
  return answer
    .deduplicatedColumnNames()
    .map((name, index) => ({ name, isNumber: numbers.has(answer.columnTypeId(index)) }));
}

/** Writes as fast as the reader reads; stops where it has gone, as `head` does. */
async function print(parts: AsyncIterable<string>): Promise<void> {
  for await (const part of parts) {
    const failed = await new Promise((resolve) => process.stdout.write(part, resolve));
    if (failed instanceof Error) return;
  }
}

/** `npm run query`. Throws what {@link RunDatabase} does. */
export async function main(args: readonly string[]): Promise<ExitCode> {
  const options = readOptions(args);
  const database = await RunDatabase.open(await findRunFolder(options.out));
  try {
    const answer = await database.ask(options.sql);
    const columns = columnsOf(answer);
    const rows = database.rows(answer);
    if (options.form === 'json') await print(jsonText(columns, rows));
    else if (options.form === 'csv') await print(csvLines(columns, rows));
    else await print(tableText(columns, rows, options.rows));
  } finally {
    database.close();
  }
  return 0;
}
