import { stat } from 'node:fs/promises';
import path from 'node:path';
import { type DuckDBConnection, DuckDBInstance, type DuckDBResult, StatementType } from '@duckdb/node-api';
import { EcomError, UsageError } from '../core/error.ts';
import { runFiles } from '../files/output-folder.ts';
import { exactly, literal } from '../import/sql.ts';
import { listWindowFiles } from '../parquet/read-windows.ts';
import { alertsView, deadLettersView, viewColumns, windowsView } from './views.ts';

async function ifThere(file: string): Promise<string | null> {
  return stat(file).then(
    (stats) => (stats.isFile() ? file : null),
    () => null,
  );
}

function views(): string {
  return Object.entries(viewColumns)
    .map(([view, columns]) => `  ${view} (${columns.join(', ')})`)
    .join('\n');
}

function refused(error: unknown): EcomError {
  const message = error instanceof Error ? error.message : String(error);
  const [what = '', ...more] = message.replace('Failed to extract statements: ', '').trim().split('\n');
  if (what.startsWith('Permission Error')) return notAQuestion(error);
  const place = more.filter((line) => line.trim() !== '').join('\n');
  const parts = {
    what: `The query failed: ${what.replace(/[.!]$/, '')}`,
    fix: `${place === '' ? '' : `\n${place}`}\nYou can query:\n${views()}`,
  };
  return new EcomError('ECOM_QUERY_FAILED', parts, { cause: error });
}

function notAQuestion(cause?: unknown): UsageError {
  const parts = {
    what: "The query does more than read the run's files",
    fix: 'To keep an answer, write it to a file: `npm run --silent query -- "SELECT …" --csv > answer.csv`.',
  };
  return new UsageError('ECOM_QUERY_READ_ONLY', parts, { cause });
}

function notOne(what: string): UsageError {
  return new UsageError('ECOM_QUERY_NOT_ONE', { what, fix: 'Ask one question at a time.' });
}

const comments = /--[^\n]*|\/\*[\s\S]*?\*\//g;

/** The files of a run, to be asked about in SQL. Nothing can be written, and nothing else read. */
export class RunDatabase {
  readonly #connection: DuckDBConnection;

  private constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  /**
   * @param folder absolute
   * @throws EcomError `ECOM_QUERY_EMPTY` where the folder holds nothing of a run
   */
  static async open(folder: string): Promise<RunDatabase> {
    const files = await listWindowFiles(folder);
    const alerts = await ifThere(path.join(folder, runFiles.alerts));
    const deadLetters = await ifThere(path.join(folder, runFiles.deadLetters));
    if (files.length === 0 && alerts === null && deadLetters === null) {
      throw new EcomError('ECOM_QUERY_EMPTY', {
        what: 'The folder holds neither window files nor alerts',
        where: folder,
        fix: 'Run `npm start` first, or name the folder of a run with --out.',
      });
    }
    const instance = await DuckDBInstance.create(':memory:', {
      // What it needs is built in; it must not ask the network for more.
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      // Nothing is left behind in the folder that the command was called from.
      temp_directory: '',
    });
    const connection = await instance.connect();
    for (const statement of [
      "SET TimeZone = 'UTC'",
      windowsView(folder, files),
      alertsView(alerts),
      deadLettersView(deadLetters),
      // Paths are held against these as they are written, so as the views have them too.
      `SET allowed_directories = [${literal(folder)}, ${literal(exactly(folder))}]`,
      'SET enable_external_access = false',
      'SET lock_configuration = true',
    ]) {
      await connection.run(statement).catch((cause: unknown) => {
        throw new EcomError(
          'ECOM_QUERY_UNREADABLE',
          {
            what: `The files of the run cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
            where: folder,
            fix: 'Move the file that is damaged, or is not a window file, out of the folder.',
          },
          { cause },
        );
      });
    }
    return new RunDatabase(connection);
  }

  /**
   * Asks one question; its rows come as a stream.
   *
   * @throws UsageError `ECOM_QUERY_NOT_ONE`, `ECOM_QUERY_READ_ONLY`
   * @throws EcomError `ECOM_QUERY_FAILED`
   */
  async ask(sql: string): Promise<DuckDBResult> {
    if (sql.replace(comments, '').trim() === '') throw notOne('The query is empty');
    const statements = await this.#connection.extractStatements(sql).catch((error: unknown) => {
      throw refused(error);
    });
    if (statements.count !== 1) throw notOne('The query has several statements');
    try {
      const statement = await statements.prepare(0);
      // Not EXPLAIN either: EXPLAIN ANALYZE runs what it explains, and that may write.
      if (statement.statementType !== StatementType.SELECT) throw notAQuestion();
      return await statement.stream();
    } catch (error) {
      throw error instanceof EcomError ? error : refused(error);
    }
  }

  /** The rows of an answer, batch by batch. Throws as {@link ask} does. */
  async *rows(
    answer: DuckDBResult,
  ): AsyncGenerator<ReturnType<DuckDBResult['yieldRows']> extends AsyncIterable<infer Rows> ? Rows : never> {
    try {
      yield* answer.yieldRows();
    } catch (error) {
      throw refused(error);
    }
  }

  close(): void {
    this.#connection.closeSync();
  }
}
