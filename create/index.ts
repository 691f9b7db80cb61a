import { EcomError } from '../plugins/ecom-analytics/core/error.ts';
import { CancelledError } from './cancel.ts';
import { main } from './command.ts';

/** The program: runs the command, prints its errors, and exits with its code. */

const args = process.argv.slice(2);

try {
  process.exitCode = await main(args);
} catch (error) {
  const isBrief = error instanceof EcomError && !args.includes('--debug');
  console.error(isBrief || error instanceof CancelledError ? error.message : error);
  process.exitCode = error instanceof EcomError ? error.exitCode : 1;
}
