import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type DuckDBConnection, DuckDBInstance, type DuckDBResult, StatementType } from '@duckdb/node-api';
import { EcomError } from '../core/error.ts';
import { exactly, literal, literalList } from './sql.ts';

/** What DuckDB may hold in memory; beyond it, it writes to the temporary folder, which costs less than to keep all in a file. */
const memoryBytes = 256_000_000;

export type Row = Readonly<Record<string, unknown>>;

/** What DuckDB said, without its advice on options that are not ours. */
export function duckdbReason(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return (message.split(/\n\s*\n|\nPossible |\n {2}file = /)[0] ?? message).trim().replace(/[.!]$/, '');
}

/**
 * A database of one replay, in a temporary folder that goes with it. It reads the files it was given and no others, writes
 * nothing but its own folder, and reaches no network: users write SQL of their own to it.
 *
 * https://duckdb.org/docs/stable/operations_manual/securing_duckdb/overview
 */
export class ReplayDatabase {
  readonly folder: string;
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #dispose: () => void;
  #closed = false;

  private constructor(
    folder: string,
    instance: DuckDBInstance,
    connection: DuckDBConnection,
    dispose: () => void,
  ) {
    this.folder = folder;
    this.#instance = instance;
    this.#connection = connection;
    this.#dispose = dispose;
  }

  /** @param timeZone that local times are in */
  static async open(timeZone: string): Promise<ReplayDatabase> {
    const folder = await mkdtemp(path.join(tmpdir(), 'ecom-replay-'));
    // A process that ends early leaves nothing behind either.
    const dispose = (): void => rmSync(folder, { recursive: true, force: true });
    process.once('exit', dispose);
    const instance = await DuckDBInstance.create(':memory:', {
      // What it needs is built in; it must not ask the network for more.
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      temp_directory: path.join(folder, 'spilled'),
      memory_limit: `${memoryBytes}B`,
      threads: '1',
      // It works out what several branches share before it knows whether any of them is taken, and most are not.
      disabled_optimizers: 'common_subexpressions',
    });
    const db = new ReplayDatabase(folder, instance, await instance.connect(), dispose);
    await db.run(`SET TimeZone = ${literal(timeZone)}`).catch((cause: unknown) => {
      db.close();
      throw cause;
    });
    return db;
  }

  /** From here on only these files are read, by so many threads. */
  async lock(files: readonly string[], threads: number): Promise<void> {
    await this.run(`SET allowed_paths = ${literalList([...files, ...files.map((file) => exactly(file))])}`);
    await this.run(`SET threads = ${threads}`);
    await this.run('SET enable_external_access = false');
    await this.run('SET lock_configuration = true');
  }

  async run(sql: string): Promise<void> {
    await this.#connection.run(sql);
  }

  /** The rows of an answer that is small. Whole numbers may be bigints. */
  async rows(sql: string): Promise<Row[]> {
    const reader = await this.#connection.runAndReadAll(sql);
    return reader.getRowObjectsJS() as Row[];
  }

  /** The first row of an answer that has one. */
  async row(sql: string): Promise<Row> {
    return (await this.rows(sql))[0] ?? {};
  }

  /** The rows of an answer of any size, a batch at a time. */
  async stream(sql: string): Promise<DuckDBResult> {
    return this.#connection.stream(sql);
  }

  /** The share of the running statement that is done, 0 to 1. */
  progress(): number {
    return this.#closed ? 1 : Math.min(1, Math.max(0, this.#connection.progress.percentage / 100));
  }

  /** Ends the running statement: it rejects. */
  interrupt(): void {
    if (!this.#closed) this.#connection.interrupt();
  }

  /** Names and types of what a query answers. */
  async columns(sql: string): Promise<{ name: string; type: string }[]> {
    const rows = await this.rows(`DESCRIBE ${sql}`);
    return rows.map((row) => ({ name: String(row.column_name), type: String(row.column_type) }));
  }

  /** Whether a user's text is one question: a SELECT, and nothing after it. */
  async isOneQuestion(sql: string): Promise<boolean> {
    const statements = await this.#connection.extractStatements(sql);
    if (statements.count !== 1) return false;
    // A statement that does more is refused before anything of it runs.
    const statement = await statements.prepare(0);
    return statement.statementType === StatementType.SELECT;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#connection.closeSync();
    this.#instance.closeSync();
    this.#dispose();
    process.off('exit', this.#dispose);
  }
}

/** Where the disk is full or the memory does not do, which no option of ours changes. */
export function resourceError(cause: unknown, where: string): EcomError | null {
  const reason = duckdbReason(cause);
  if (!/out of memory|no space left|failed to (write|offload)/i.test(reason)) return null;
  return new EcomError(
    'ECOM_REPLAY_RESOURCES',
    {
      what: `There is not enough memory or disk to read the orders: ${reason}`,
      where,
      fix: `Free some memory, or some space in ${tmpdir()}; TMPDIR (TEMP on Windows) names a folder with more.`,
    },
    { cause },
  );
}
