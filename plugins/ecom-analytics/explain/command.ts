import type { ExitCode } from '../core/error.ts';
import { parseArguments } from '../functions/command-arguments.ts';
import { answerTo } from './explain.ts';

export const usage = `Says what an error code means, what usually causes it, and what to do.

  npm run explain -- [CODE] [options]

  CODE      a code, also in lower case or without ECOM_, or a message in quotes;
            without it, all codes are listed
  --json    print one JSON object
  --debug   show the stack of an error
  --help    show this

Example
  npm run explain -- ECOM_PORT_TAKEN
`;

/** `npm run explain`. Throws what {@link answerTo} does. */
export async function main(args: readonly string[]): Promise<ExitCode> {
  const declared = {
    json: { type: 'boolean', default: false },
    debug: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  const { values, positionals } = parseArguments(args, declared, 'Run `npm run explain -- --help`.');
  const text = positionals.length === 0 ? undefined : positionals.join(' ');
  process.stdout.write(values.help ? usage : `${answerTo(text, values.json)}\n`);
  return 0;
}
