import { type DuckDBResult, DuckDBTypeId } from '@duckdb/node-api';
import { type ExitCode, UsageError } from '../core/error.ts';
import { didYouMean } from '../core/nearest.ts';
import { savedQueries } from '../core/saved-queries.ts';
import { numberOf, parseArguments } from '../functions/command-arguments.ts';
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

function unknownOption(what: string): UsageError {
  return new UsageError('ECOM_OPTION_UNKNOWN', { what, fix });
}

function readOptions(args: readonly string[]) {
  const declared = {
    saved: { type: 'string' },
    out: { type: 'string', default: 'data' },
    rows: { type: 'string' },
    json: { type: 'boolean', default: false },
    csv: { type: 'boolean', default: false },
    debug: { type: 'boolean', default: false },
  } as const;
  const { values, positionals } = parseArguments(args, declared, fix);
  const [sql, ...more] = positionals;
  if (more.length > 0) throw unknownOption('The query must be one argument: put it in quotes');
  if (values.json && values.csv) throw unknownOption('--json and --csv cannot go together');
  const limit = numberOf('--rows', values.rows, { min: 1, max: 100_000, whole: true }, fix) ?? 100;
  return {
    sql: question(sql, values.saved),
    out: values.out,
    textOf: values.json ? jsonText : values.csv ? csvLines : tableText(limit),
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
  const { sql, out, textOf } = readOptions(args);
  const database = await RunDatabase.open(await findRunFolder(out));
  try {
    const answer = await database.ask(sql);
    await print(textOf(columnsOf(answer), database.rows(answer)));
  } finally {
    database.close();
  }
  return 0;
}
