import { UsageError } from '../../core/error.ts';
import type { CliOptions } from '../framework.ts';

/** @throws UsageError `ECOM_OPTION` */
export function offsetsOf(value: CliOptions[string], option: string): 'earliest' | 'latest' {
  if (value === 'earliest' || value === 'latest') return value;
  throw new UsageError('ECOM_OPTION', {
    what: `--${option} must be "latest" or "earliest"`,
    where: 'sls ecom stream',
    fix: '"latest" resumes with new orders and leaves out what is in between; "earliest" reads all that Kafka still holds, and the window folder should be emptied first.',
  });
}
