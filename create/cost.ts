import { presets } from '../plugins/ecom-analytics/plugin/config/presets.ts';
import type { PresetName, StageConfig } from '../plugins/ecom-analytics/plugin/config/schema.ts';
import { estimateCost } from '../plugins/ecom-analytics/plugin/cost/estimate.ts';
import type { Answers } from './answers.ts';

/** What a stage costs, shown where it is chosen: the plugin's own estimate, at the list prices of us-east-1. */

function configOf(before: Partial<Answers>, preset: PresetName): StageConfig {
  const { clusters, network, mskClusterArn, emrClusterId, emrInstanceRole, emrRelease } = before;
  if (clusters !== 'existing') return presets[preset];
  return {
    ...presets[preset],
    network: {
      existing: {
        vpcId: network?.vpcId ?? '',
        privateSubnetIds: [...(network?.privateSubnetIds ?? [])],
        securityGroupIds: [],
        routeTableIds: [],
        cidr: null,
        endpoints: 'present',
      },
    },
    msk: { existing: { clusterArn: mskClusterArn ?? '', brokers: null } },
    emr: {
      existing: {
        clusterId: emrClusterId ?? '',
        release: emrRelease ?? presets[preset].emr.create.release,
        instanceRole: emrInstanceRole ?? '',
      },
    },
  };
}

/** Said once where costs are: another region may have been chosen. */
export const priceRegion = 'us-east-1 prices';

/** Such as `about $530 a month`; of existing clusters, what a stage costs beside them. */
export function monthlyCost(before: Partial<Answers>, preset: PresetName): string {
  const { monthlyUsd } = estimateCost(configOf(before, preset));
  return `about $${Math.round(monthlyUsd).toLocaleString('en-US')} a month`;
}
