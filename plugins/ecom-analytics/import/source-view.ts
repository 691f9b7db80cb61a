import path from 'node:path';
import { UsageError } from '../core/error.ts';
import { type Bundle, bundles } from './data-sets.ts';
import { asOne, type InputOptions, openTables } from './input.ts';
import { duckdbReason, type ReplayDatabase } from './replay-database.ts';
import { fewOf, identifier } from './sql.ts';
import { fileColumn, type Input, problemColumn, rawColumn, type Table } from './table.ts';

/** The name that a file has in a query. */
function stem({ file }: Table): string {
  return path.parse(path.basename(file).replace(/\.(gz|zst)$/i, '')).name;
}

/** Files that a data set's orders are not made of. */
function unusedNotes(bundle: Bundle, tables: readonly Table[]): string[] {
  const known = [...bundle.files, ...bundle.further];
  const unused = tables.filter((table) => !known.includes(stem(table)));
  if (unused.length === 0) return [];
  const what = unused.length === 1 ? '1 file that is' : `${unused.length} files that are`;
  const list = unused.map(({ file }) => path.basename(file)).join(', ');
  return [`Not used: ${what} not part of the orders of ${bundle.name}: ${list}.`];
}

/**
 * Several threads wait for each other busily: one loads a file in no more time, and in half of the processor's. But one holds
 * a buffer of each of several files, and more of a row group of Parquet.
 */
function threadsFor(tables: readonly Table[]): number {
  return tables.length === 1 && tables[0]?.format !== 'parquet' ? 1 : 2;
}

async function queried(db: ReplayDatabase, tables: readonly Table[], sql: string): Promise<Input> {
  for (const table of tables) {
    const columns = table.columns.map(({ name }) => identifier(name)).join(', ');
    for (const name of new Set([path.basename(table.file), stem(table)]))
      await db.run(
        `CREATE OR REPLACE VIEW ${identifier(name)} AS SELECT ${columns} FROM (${table.select('refused')})`,
      );
  }
  await db.lock(
    tables.map(({ read }) => read),
    threadsFor(tables),
  );
  try {
    if (!(await db.isOneQuestion(sql))) throw new Error('it is not one SELECT');
    const query = `SELECT *, 'query' AS ${fileColumn}, CAST(NULL AS VARCHAR) AS ${problemColumn}, CAST(NULL AS VARCHAR) AS ${rawColumn} FROM (${sql}\n)`;
    const columns = await db.columns(sql);
    const notes = tables.flatMap((table) => table.notes);
    return { format: 'sql', tables, columns, twice: new Set(), notes, select: () => query };
  } catch (cause) {
    const what = `--sql cannot be used: ${duckdbReason(cause).split('\n')[0]}`;
    const fix = `It is one SELECT over the files, whose names are tables: ${fewOf(tables.map(stem))}. It reads nothing else and writes nothing.`;
    throw new UsageError('ECOM_REPLAY_EXPRESSION', { what, where: '--sql', fix }, { cause });
  }
}

/**
 * Makes the view `source` of all rows: of the files as one, or of a query over them. From here on no other files are read.
 *
 * @param sql the user's query
 * @returns with the data set that the files belong to
 * @throws UsageError what {@link openTables} and {@link asOne} throw, and `ECOM_REPLAY_EXPRESSION`
 */
export async function openSource(
  db: ReplayDatabase,
  given: readonly string[],
  options: InputOptions,
  sql: string | undefined,
  rewritten: boolean,
): Promise<{ input: Input; bundle: Bundle | null }> {
  const tables = await openTables(given, options, db, rewritten);
  const has = (name: string): boolean => tables.some((table) => stem(table) === name);
  const bundle = sql === undefined ? (bundles.find(({ files }) => files.every(has)) ?? null) : null;
  const query = sql?.replace(/[;\s]+$/, '') ?? bundle?.sql(has);
  let input: Input;
  if (query === undefined) {
    input = asOne(tables);
    await db.lock(
      tables.map(({ read }) => read),
      threadsFor(tables),
    );
  } else input = await queried(db, tables, query);
  await db.run(`CREATE VIEW source AS ${input.select('skipped')}`);
  const unused = bundle === null ? [] : unusedNotes(bundle, tables);
  return { input: { ...input, notes: [...input.notes, ...unused] }, bundle };
}
