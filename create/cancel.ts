import { EcomError } from '../plugins/ecom-analytics/core/error.ts';

/** The user pressed Ctrl-C, or the program was told to stop. */
export class CancelledError extends EcomError {
  override readonly name = 'CancelledError';
  override readonly exitCode = 130;

  constructor(what: string, fix: string) {
    super('ECOM_CANCELLED', { what, fix });
  }
}
