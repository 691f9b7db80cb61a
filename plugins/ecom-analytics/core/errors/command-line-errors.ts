import type { ErrorEntries } from './error-entry.ts';

export const commandLine = {
  ECOM_CODE_UNKNOWN: {
    means: '`explain` was given a text that contains no code of ecom-analytics.',
    causes: ['a typing error in the code', 'the code of another program, such as an AWS or Kafka error code'],
    fix: 'Copy the code from the end of the message, or paste the whole message. `ecom explain` without a code lists them all.',
  },
  ECOM_COMMAND_UNKNOWN: {
    means: '`ecom` or `sls ecom` has no command of that name.',
    causes: ['a typing error', 'a command for a stage on AWS, which is `npx sls ecom …`'],
    fix: 'Run `npx ecom --help` for the commands that run on your machine, or `npx sls ecom --help` for those of a stage.',
  },
  ECOM_OPTION: {
    means: 'An option of an `sls ecom` command is missing or has a value that the command does not take.',
    causes: ['a number or an hour in another form than the message shows', 'an option without its value'],
    fix: 'Use the example in the message. `npx sls ecom COMMAND --help` lists the options of a command.',
  },
  ECOM_OPTION_CONFLICT: {
    means:
      'Two options were given that cannot be used together, or one without the option that it belongs to.',
    causes: [
      'an option for simulated orders, such as `--rate`, together with `--replay`',
      'an option for replayed orders, such as `--speed`, without `--replay`',
    ],
    fix: 'Leave out one of the options that the message names, or add the missing one.',
    see: 'own-orders.md',
  },
  ECOM_OPTION_MISSING: {
    means: 'The command needs an option or an argument that was not given.',
    causes: [
      '`npm run` without `--` before the options: npm then keeps them for itself',
      '`npm run query` with neither a query nor `--saved NAME`',
    ],
    fix: 'Add what the message names, after `--`: `npm run rules -- --replay orders.csv`, `npm run query -- --saved top-categories`.',
  },
  ECOM_OPTION_RANGE: {
    means: 'The value of an option is outside of what the option takes.',
    causes: ['a number that is too small or too large', 'a word that is not one of the choices'],
    fix: 'Give one of the values that the message lists. `--help` describes every option.',
  },
  ECOM_OPTION_UNKNOWN: {
    means: 'The command does not have this option or argument, or npm kept an option for itself.',
    causes: [
      'a typing error',
      '`npm run` without `--` before the options',
      'a path with spaces that is not in quotes, and so reads as two arguments',
    ],
    fix: 'Compare with `--help`. With npm, put `--` before the options: `npm start -- --duration 10`.',
  },
  ECOM_PORT_REFUSED: {
    means: 'The operating system does not allow your user to listen on the port.',
    causes: ['a port below 1024, which needs special rights on Linux', 'a port that Windows has reserved'],
    fix: 'Name a port above 1024 with `--port`, or leave `--port` out.',
  },
  ECOM_PORT_TAKEN: {
    means: 'Another program already listens on the port that was asked for.',
    causes: ['another run of `npm start` that has not ended'],
    fix: 'Stop the other program, name another port with `--port`, or leave `--port` out to get a free one.',
  },
  ECOM_USAGE: {
    means: 'The command was called with arguments that it does not take.',
    causes: ['a typing error in an option', 'an argument that is missing or is one too many'],
    fix: 'Run the command with `--help`, and compare.',
  },
} satisfies ErrorEntries;
