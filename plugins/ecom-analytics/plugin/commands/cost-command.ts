import { costReport } from '../cost/cost-report.ts';
import { type CostEstimate, estimateCost } from '../cost/estimate.ts';
import type { Command } from './declarations.ts';

/** Of the local cloud, whose clusters are processes of this machine. */
const free: CostEstimate = { region: 'this machine', items: [], monthlyUsd: 0, notPriced: [] };

/** `sls ecom cost`: asks nobody, and needs no credentials. */
export const costCommand: Command = async ({ input, isLocal }, options, print) => {
  const estimate = isLocal ? free : estimateCost(input.config);
  if (options.json === true) print(JSON.stringify(estimate));
  else if (isLocal)
    print(
      `Stage ${input.stage} costs nothing: it runs on this machine, and nothing of it on AWS.\n` +
        'What a stage on AWS costs: sls ecom cost --stage dev',
    );
  else print(costReport(estimate, input.stage));
  return 0;
};
