import type { errorCodes } from './error-codes.ts';

/** The three parts of every message a user reads. */
export interface ErrorParts {
  /** What is wrong, as a sentence without a full stop. */
  readonly what: string;
  /** File and key, ARN, option or record coordinates. */
  readonly where?: string;
  /** What to do about it. */
  readonly fix: string;
}

/**
 * A stable code that scripts may match on; messages may change, codes do not. `| never` has the compiler say `ErrorCode` where a
 * code is not one of them, and not a hundred codes.
 */
export type ErrorCode = (typeof errorCodes)[number] | never;

/** 0 done, 1 failed, 2 usage, 130 interrupted. */
export type ExitCode = 0 | 1 | 2 | 130;

/** A message with its code at the end, once: behind a sentence, or on a line of its own below a command, which is copied. */
export function withCode(message: string, code: string): string {
  const end = `(${code})`;
  if (message.endsWith(end)) return message;
  return `${message}${/[.?!]$/.test(message) ? ' ' : '\n'}${end}`;
}

/**
 * An error that a user can act on. Commands print its message and exit with `exitCode`; any other error is a bug and is
 * shown with its stack.
 */
export class EcomError extends Error {
  override readonly name: string = 'EcomError';
  readonly code: ErrorCode;
  readonly exitCode: ExitCode = 1;

  constructor(code: ErrorCode, parts: ErrorParts, options?: ErrorOptions) {
    super(withCode(`${parts.what}${parts.where ? ` (${parts.where})` : ''}. ${parts.fix}`, code), options);
    this.code = code;
  }
}

/** The command was called wrongly: unknown option, value out of range, missing argument. */
export class UsageError extends EcomError {
  override readonly name = 'UsageError';
  override readonly exitCode = 2;
}

/** Whether an error is one that a user can act on, also where another copy of the kit threw it. */
export function isEcomError(error: unknown): error is EcomError {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ECOM_');
}
