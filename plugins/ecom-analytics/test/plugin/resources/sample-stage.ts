import type { PipelineDefinition } from '../../../core/pipeline.ts';
import { stageDefinition } from '../../../core/pipeline.ts';
import { resolveConfig } from '../../../plugin/config/resolve.ts';
import type { FunctionIds, StageInput } from '../../../plugin/resources/stage-input.ts';
import { kit } from '../../core/kit.ts';

const functionIds = (name: string): FunctionIds => ({ lambda: `${name}LambdaFunction`, role: `${name}Role` });

/** A stage of the service `shop` with a configuration. */
export function sampleStage(given: unknown, stage = 'dev', pipeline: PipelineDefinition = kit): StageInput {
  const config = resolveConfig(pipeline, given);
  return {
    service: 'shop',
    stage,
    region: 'eu-west-1',
    config,
    definition: stageDefinition(pipeline, { rulesOff: config.rules.off, topicPrefix: config.topics.prefix }),
    clusterGeneration: 0,
    functions: {
      producer: functionIds('Producer'),
      testConsumer: functionIds('TestConsumer'),
      alertConsumer: functionIds('AlertConsumer'),
      brokers: functionIds('EcomBrokers'),
      watch: functionIds('EcomWatch'),
      replay: functionIds('EcomReplay'),
    },
  };
}

/** Whole stages as shops have them. */
export const stages = {
  dev: { preset: 'dev' },
  production: {
    preset: 'production',
    monitoring: {
      email: 'ops@example.com',
      monthlyBudgetUsd: 1500,
      slack: { workspaceId: 'T0123ABCD', channelId: 'C0123ABCD' },
    },
  },
  large: { preset: 'large' },
  'bring-your-own': {
    network: {
      existing: {
        vpcId: 'vpc-0a1b2c3d',
        privateSubnetIds: ['subnet-0a1b2c3d', 'subnet-1a1b2c3d'],
        securityGroupIds: ['sg-0a1b2c3d'],
        endpoints: 'present',
      },
    },
    msk: {
      existing: {
        clusterArn:
          'arn:aws:kafka:eu-west-1:123456789012:cluster/shop/0a1b2c3d-0000-1111-2222-333344445555-3',
      },
    },
    emr: {
      existing: { clusterId: 'j-2AXXXXXXGAPLF', release: 'emr-7.13.0', instanceRole: 'EMR_EC2_DefaultRole' },
    },
    buckets: { existing: { data: 'shop-lake', artifacts: 'shop-code' } },
    topics: { prefix: 'dev-' },
    monitoring: { dashboard: false, alarms: false },
    athena: false,
  },
} as const;
