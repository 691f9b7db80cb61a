import { estimateCost } from '../cost/estimate.ts';
import { costReport } from '../cost/report.ts';
import type { Command } from '../plugin.ts';

/** `sls ecom cost`: asks nobody, and needs no credentials. */
export const costCommand: Command = async ({ input }, options, print) => {
  const estimate = estimateCost(input.config);
  print(options.json ? JSON.stringify(estimate) : costReport(estimate, input.stage));
  return 0;
};
