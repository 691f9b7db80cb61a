import type { ErrorEntries } from './error-entry.ts';

export const replay = {
  ECOM_REPLAY_COLUMNS: {
    means: 'The files to replay do not have the same columns, so they cannot be read as one.',
    causes: [
      'different exports in one folder',
      'tables that belong together, such as orders and their items',
    ],
    fix: 'Replay files of one layout. For tables that belong together, say with `--sql "SELECT …"` how to join them.',
    see: 'own-orders.md#what-is-recognized',
  },
  ECOM_REPLAY_CURRENCY: {
    means:
      'The amounts are in several currencies, in none that was asked for, or in one that the pipeline cannot count.',
    causes: [
      'a shop that sells in several currencies',
      '`--currency` names one that the file does not have',
      'a currency with three decimals',
    ],
    fix: 'Pick one with `--currency`; rows in others are left out and counted. For a currency with three decimals, map amounts that were converted.',
    see: 'own-orders.md#what-is-read',
  },
  ECOM_REPLAY_EMPTY: {
    means: 'The file to replay is empty, or has a header and no rows.',
    causes: ['an export that broke off', 'an export of a time without orders'],
    fix: 'Export it again, or give another file.',
    see: 'own-orders.md#what-is-read',
  },
  ECOM_REPLAY_EXPRESSION: {
    means: 'An SQL expression in `--map`, `--where` or `--sql` is not valid, or fails for a row.',
    causes: [
      'a typing error in the name of a column',
      'a name with spaces that is not in double quotes',
      'a text that is converted to a number or a time and is neither',
    ],
    fix: 'Compare with the columns that the message lists. `try_cast(… AS …)` gives no value where one does not fit, and `amount(…)` reads amounts.',
    see: 'own-orders.md#what-is-read',
  },
  ECOM_REPLAY_FORMAT: {
    means: 'The file is not CSV, JSON, JSON lines or Parquet, or its content is not what its name says.',
    causes: [
      'a spreadsheet',
      'a zip archive',
      'an HTML page, such as a login page that was saved in place of the export',
    ],
    fix: 'Save a spreadsheet as CSV (UTF-8), or unpack the archive, and give that file.',
    see: 'own-orders.md#what-is-read',
  },
  ECOM_REPLAY_MAPPING: {
    means: 'It is not clear which columns of the file hold the fields of an order.',
    causes: [
      'a file of a layout that is not recognized',
      'a column in `--map` that the file does not have',
      'two columns of one name',
    ],
    fix: 'Correct the `--map` that the message suggests, and run again with `--dry-run`. At least a customer, a time and an amount are needed.',
    see: 'own-orders.md#what-is-read',
  },
  ECOM_REPLAY_MAP_FILE: {
    means:
      'The file of `--map-file` or `--save` cannot be read or written, or does not hold options of a replay.',
    causes: [
      'a typing error in the path',
      'a file that was edited and is not JSON any more',
      'a folder that cannot be written',
    ],
    fix: 'Write one with `--dry-run --save FILE`, and correct that.',
    see: 'own-orders.md',
  },
  ECOM_REPLAY_NOT_A_FILE: {
    means: 'What should be replayed is a device or a pipe, or a folder without a CSV, JSON or Parquet file.',
    causes: [
      'a folder of archives or spreadsheets',
      'output that was piped: a replay reads its file more than once',
    ],
    fix: 'Give files, or a folder that holds them. Write piped output to a file first.',
    see: 'own-orders.md#what-is-read',
  },
  ECOM_REPLAY_NOT_FOUND: {
    means: 'There is no file at the path, or none that fits the pattern.',
    causes: [
      'a typing error',
      'a path that is relative to another folder than the project’s',
      'brackets in a name that the shell or npm reads as a pattern',
    ],
    fix: "Check the path. Write a name with brackets as `--replay='orders[1].csv'`.",
    see: 'own-orders.md#what-is-read',
  },
  ECOM_REPLAY_NO_AMOUNTS: {
    means: 'The file is of a known layout that has no amounts, so there is nothing to add up.',
    causes: ['a public data set without prices, such as Instacart’s'],
    fix: 'Give another export, or name the columns to use with `--map`.',
    see: 'own-orders.md#what-is-recognized',
  },
  ECOM_REPLAY_NO_ORDERS: {
    means: 'The file has rows, and none of them makes an order. The message counts the reasons.',
    causes: [
      'a mapping of the wrong columns',
      'times or amounts in a form that is not recognized',
      'a `--where` that no row meets',
    ],
    fix: 'Look at the reasons, correct the mapping, and try it with `--dry-run`.',
    see: 'own-orders.md#what-is-read',
  },
  ECOM_REPLAY_QUOTES: {
    means: 'A quote of the CSV file is not closed, so that everything below would belong to one field.',
    causes: [
      'a quote inside of a text that is not doubled',
      'a file that was cut off or put together by hand',
    ],
    fix: 'Close the quote in the line that the message names, or double one that is part of the text (`""`).',
    see: 'own-orders.md#what-is-read',
  },
  ECOM_REPLAY_READ: {
    means: 'The file is damaged, or reading it failed half-way.',
    causes: ['a download or copy that broke off', 'a compressed file that is incomplete'],
    fix: 'Export or download it again.',
    see: 'own-orders.md#what-is-read',
  },
  ECOM_REPLAY_RESOURCES: {
    means: 'Memory or disk is not enough to read the orders.',
    causes: ['a full temporary folder: large files are sorted there', 'other programs that use the memory'],
    fix: 'Free some space or memory, or let `TMPDIR` (`TEMP` on Windows) name a folder with more space.',
  },
  ECOM_REPLAY_TIME: {
    means: 'The times of the file can be read in two ways, for example 03/04 as March 4 or April 3.',
    causes: ['an export without a day over 12', 'files of several countries in one column'],
    fix: 'Say how to read them with `--time-format`; the message has the two options.',
    see: 'own-orders.md#what-is-read',
  },
  ECOM_REPLAY_UNREADABLE: {
    means: 'The file exists, and cannot be opened.',
    causes: ['missing permissions', 'another program holds it, as Excel does on Windows'],
    fix: 'Check its permissions, and close programs that have it open.',
  },
} satisfies ErrorEntries;
