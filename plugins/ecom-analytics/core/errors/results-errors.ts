import type { ErrorEntries } from './error-entry.ts';

export const results = {
  ECOM_PARQUET_UNREADABLE: {
    means: 'A file among the windows of a run is not a Parquet file of window rows, or is damaged.',
    causes: ['a file from elsewhere in the folder', 'a copy that broke off'],
    fix: 'Move the file out of the folder, or copy it again. A run writes each of its files whole.',
  },
  ECOM_QUERY_EMPTY: {
    means: 'The folder holds nothing that can be queried: no windows, no alerts and no dead letters.',
    causes: ['nothing was run yet', 'a run into another folder'],
    fix: 'Run `npm start` first, or name the folder of a run with `--out`.',
    see: 'running-locally.md#look-at-a-run',
  },
  ECOM_QUERY_NOT_ONE: {
    means: '`npm run query` was given no SQL statement, or more than one.',
    causes: [
      'two statements separated by a semicolon',
      'an empty text, perhaps because of the shell’s quotes',
    ],
    fix: 'Give one statement, in double quotes.',
    see: 'running-locally.md#look-at-a-run',
  },
  ECOM_QUERY_READ_ONLY: {
    means:
      'The SQL statement would do something else than read. `npm run query` only reads the files of a run.',
    causes: ['`CREATE`, `COPY`, `SET` or `EXPLAIN`'],
    fix: 'Give a `SELECT`. To keep the answer, write it to a file with `--csv` or `--json`.',
    see: 'running-locally.md#look-at-a-run',
  },
  ECOM_QUERY_UNKNOWN: {
    means: 'There is no saved query of the name that was given to `--saved`.',
    causes: ['a typing error'],
    fix: 'Use one of the names that the message lists.',
    see: 'running-locally.md#look-at-a-run',
  },
  ECOM_QUERY_UNREADABLE: {
    means: 'The files of the run cannot be read as windows, alerts and dead letters.',
    causes: ['a damaged file, or one from elsewhere, in the folder', 'missing permissions'],
    fix: 'Move the file that the message names out of the folder, or correct its permissions.',
  },
  ECOM_REPORT_EMPTY: {
    means: 'The folder has no window that a report could be made of.',
    causes: [
      'a run that was too short for a window to close',
      'a run that was killed before it wrote its windows',
    ],
    fix: 'Let a run come to its end, or stop it with Ctrl-C, which writes every open window.',
    see: 'running-locally.md#look-at-a-run',
  },
  ECOM_REPORT_NOT_WRITABLE: {
    means: 'The page of the report cannot be written into the folder of the run.',
    causes: ['missing permissions, or a read-only disk', 'a full disk', 'another program holds the file'],
    fix: 'Fix what the message quotes, or copy the results to a folder that can be written.',
  },
  ECOM_RUN_NOT_A_FOLDER: {
    means: 'The path names a file, and not the folder of a run.',
    causes: ['a file of the run in place of its folder', 'for a file of orders, a missing `--replay`'],
    fix: 'Name the folder, or pass the orders with `--replay`.',
    see: 'running-locally.md#look-at-a-run',
  },
  ECOM_RUN_NOT_FOUND: {
    means: 'There is no folder of results at this path.',
    causes: ['nothing was run yet', 'a run into another folder, with `--out`', 'a typing error'],
    fix: 'Run `npm start` first, or name the folder that its `--out` named.',
    see: 'running-locally.md#look-at-a-run',
  },
} satisfies ErrorEntries;
