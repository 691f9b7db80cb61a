import { pipeline } from '../../pipeline/definition.ts';
import { resolveConfig } from './config/resolve.ts';
import { ConfigError } from './error.ts';
import type { Serverless } from './framework.ts';
import type { FunctionIds, StageInput } from './resources/stage.ts';
import { stageDefinition } from './topics/desired.ts';

/** The functions that the plugin brings along, by their name in the service. */
export const ownFunctions = {
  brokers: 'ecomBrokers',
  watch: 'ecomWatch',
  replay: 'ecomReplay',
} as const;

/** The functions of serverless.yml that it wires up. */
export const wiredFunctions = ['producer', 'testConsumer', 'alertConsumer'] as const;
export type WiredFunction = (typeof wiredFunctions)[number];

const pascal = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** The logical ids of one of the plugin's own functions. */
const ownIds = (name: string, lambda: string): FunctionIds => ({ lambda, role: `${pascal(name)}Role` });

function wiredIds(serverless: Serverless, name: WiredFunction): FunctionIds {
  const found = serverless.service.functions[name];
  if (found === undefined)
    throw new ConfigError('ECOM_FUNCTION_MISSING', {
      what: `There is no function "${name}"`,
      where: 'serverless.yml, functions',
      fix: `The pipeline has the functions ${wiredFunctions.join(', ')}; put it back.`,
    });
  if (typeof found.role !== 'string' || found.role.startsWith('arn:'))
    throw new ConfigError('ECOM_FUNCTION_ROLE', {
      what: `The function ${name} has no role of its own`,
      where: `serverless.yml, functions.${name}.role`,
      fix: 'Name the logical id of a role in `resources`, so that it can be given what it needs of Kafka and no more.',
    });
  return { lambda: serverless.getProvider('aws').naming.getLambdaLogicalId(name), role: found.role };
}

/**
 * What the stage's resources are made from, read from serverless.yml; AWS is not asked.
 *
 * @param clusterGeneration see {@link StageInput}
 * @throws ConfigError `ECOM_CONFIG`, `ECOM_FUNCTION_MISSING`, `ECOM_FUNCTION_ROLE`
 */
export function stageInput(serverless: Serverless, clusterGeneration: number): StageInput {
  const provider = serverless.getProvider('aws');
  const config = resolveConfig(serverless.service.custom?.ecomAnalytics);
  const own = (name: string): FunctionIds => ownIds(name, provider.naming.getLambdaLogicalId(name));
  return {
    service: serverless.service.service,
    stage: provider.getStage(),
    config,
    definition: stageDefinition(pipeline, config),
    clusterGeneration,
    functions: {
      producer: wiredIds(serverless, 'producer'),
      testConsumer: wiredIds(serverless, 'testConsumer'),
      alertConsumer: wiredIds(serverless, 'alertConsumer'),
      brokers: own(ownFunctions.brokers),
      watch: own(ownFunctions.watch),
      replay: own(ownFunctions.replay),
    },
  };
}
