import { UsageError } from '../../core/error.ts';
import { deployerActions } from '../policy/actions.ts';
import { deployerPolicies } from '../policy/policy.ts';
import { stageTemplate } from '../resources/stage-template.ts';
import type { Command } from './declarations.ts';

/** `sls ecom policy`: asks nobody, and needs no credentials. What it prints is JSON by its nature. */
export const policyCommand: Command = async ({ input }, options, print) => {
  const account = options.account ?? '*';
  if (typeof account !== 'string' || !/^(\*|\d{12})$/.test(account))
    throw new UsageError('ECOM_OPTION', {
      what: `--account must be the 12 digits of an account, is ${String(account)}`,
      where: 'sls ecom policy',
      fix: 'Example: --account 123456789012.',
    });
  const types = Object.values(stageTemplate(input).Resources).map(({ Type }) => Type);
  print(JSON.stringify(deployerPolicies(deployerActions(types), input, account), null, 2));
  return 0;
};
