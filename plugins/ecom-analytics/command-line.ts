import { EcomError, isEcomError } from './core/error.ts';

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

/** What the system answers of a file that only the user can change. A file that is missing may be one of ours: a bug. */
const refusals = ['EACCES', 'EPERM', 'EROFS', 'EISDIR', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'];

/** An error of the file system that no command expected, as one that a user can act on; any other as it is. */
function asDenied(error: unknown): unknown {
  if (!(error instanceof Error && 'code' in error && refusals.includes(String(error.code)))) return error;
  // Reading a folder as a file names no path.
  const where = 'path' in error ? String(error.path) : 'command line';
  return new EcomError(
    'ECOM_FILE_DENIED',
    {
      what: `A file or folder cannot be used: ${error.message}`,
      where,
      fix: 'Check what is there, and its permissions.',
    },
    { cause: error },
  );
}

/** @returns the exit code */
function showError(failure: unknown, withStack: boolean): number {
  const error = asDenied(failure);
  const known = isEcomError(error);
  if (!known || withStack) console.error(error);
  // A message may quote a file, whose text a terminal must not act on.
  else console.error(error.message.replace(/[^\P{Cc}\n]/gu, '\ufffd'));
  return known ? error.exitCode : 1;
}
