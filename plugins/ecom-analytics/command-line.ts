import { isEcomError } from './core/error.ts';

/** What every command of the kit does around its work: it prints errors, and answers with an exit code. */

/** Runs a command's `main` and sets the exit code of the process. Errors of ours are printed by their message, which ends with its code. */
export async function runCommand(
  main: (args: readonly string[]) => Promise<number>,
  args: readonly string[],
): Promise<void> {
  // Node 20 is what the kit asks for: the AWS SDK's warning of its end is not for those who run a command.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  // `head` closes the pipe once it has its lines, which is not an error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  try {
    process.exitCode = await main(args);
  } catch (error) {
    process.exitCode = showError(error, args.includes('--debug'));
  }
}

/** @returns the exit code */
function showError(error: unknown, withStack: boolean): number {
  const known = isEcomError(error);
  if (!known || withStack) console.error(error);
  // A message may quote a file, whose text a terminal must not act on.
  else console.error(error.message.replace(/[^\P{Cc}\n]/gu, '\ufffd'));
  return known ? error.exitCode : 1;
}
