import { EcomError } from '../plugins/ecom-analytics/core/error.ts';
import { CancelledError } from './cancel.ts';
import { main } from './command.ts';

/** The program: runs the command, prints its errors, and exits with its code. */

const args = process.argv.slice(2);

try {
  process.exitCode = await main(args);
} catch (error) {
  if (error instanceof CancelledError) console.error(error.message);
  else if (error instanceof EcomError && !args.includes('--debug'))
    console.error(`${error.message}\n[${error.code}]`);
  else console.error(error);
  process.exitCode = error instanceof EcomError ? error.exitCode : 1;
}
