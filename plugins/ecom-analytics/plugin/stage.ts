import { didYouMean } from '../core/nearest.ts';
import { type PipelineDefinition, stageDefinition } from '../core/pipeline.ts';
import { regionDoubt, regionProblem } from './config/aws-region.ts';
import { checkParameters, inServiceFile, resolveConfig, type Where } from './config/resolve.ts';
import type { StageConfig } from './config/schema.ts';
import { ConfigError } from './error-kinds.ts';
import type { CliOptions, Serverless } from './framework.ts';
import type { FunctionIds, StageInput } from './resources/stage-input.ts';

/** The stage whose cloud runs on this machine; its broker speaks plain Kafka. */
export const localStage = 'local';

/** The one region of that cloud. Its own parts are there, and S3 turns away requests from another. */
const localRegion = 'us-east-1';

/** The functions that the plugin adds, by their name in the service. */
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
      fix: `The pipeline has the functions ${wiredFunctions.join(', ')}; restore it.`,
    });
  if (typeof found.role !== 'string' || found.role.startsWith('arn:'))
    throw new ConfigError('ECOM_FUNCTION_ROLE', {
      what: `The function ${name} has no role of its own`,
      where: `serverless.yml, functions.${name}.role`,
      fix: 'Name the logical id of a role in `resources`, so that it can be given what it needs of Kafka and no more.',
    });
  return { lambda: serverless.getProvider('aws').naming.getLambdaLogicalId(name), role: found.role };
}

/** @throws ConfigError `ECOM_REGION` */
function checkLocalRegion(region: string): void {
  if (region === localRegion) return;
  throw new ConfigError('ECOM_REGION', {
    what: `The local cloud is in ${localRegion}, and the stage in ${region}`,
    where: `stage ${localStage}`,
    fix: `Set \`region: ${localRegion}\` for the stage ${localStage} in stages.yml, and leave out --region.`,
  });
}

/**
 * A stage that is written down nowhere is a slip of the pen, not one of defaults.
 *
 * @throws ConfigError `ECOM_STAGE_UNKNOWN`
 */
function checkStage(serverless: Serverless, stage: string): void {
  const stages = Object.keys(serverless.configurationInput?.params ?? {}).filter(
    (name) => name !== 'default',
  );
  if ((serverless.service.custom?.ecomAnalytics ?? null) !== null || stages.length === 0) return;
  if (stages.includes(stage)) return;
  throw new ConfigError('ECOM_STAGE_UNKNOWN', {
    what: `There is no stage "${stage}"`,
    where: 'stages.yml',
    fix: `${didYouMean(stage, stages)}The stages there are ${stages.join(', ')}: name one with --stage, or write it down there.`,
  });
}

/** Those given as `--param NAME=VALUE`, by name. */
export function commandLineParameters({ param }: CliOptions): Readonly<Record<string, string>> {
  const given = Array.isArray(param) ? param.map(String) : [];
  return Object.fromEntries(
    given.map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)]),
  );
}

/**
 * Checks the stage's parameters of stages.yml. osls would say of a wrong one what it was put into, and not where it is
 * written.
 *
 * @throws ConfigError `ECOM_CONFIG`
 */
export function checkStageParameters(serverless: Serverless, options: CliOptions, where: Where): void {
  checkParameters(parametersOf(serverless, options), where);
}

/** The stage's own over those of every stage, and over both those of the command line. */
function parametersOf(serverless: Serverless, options: CliOptions): Readonly<Record<string, unknown>> {
  const params = serverless.configurationInput?.params ?? {};
  const stage = serverless.getProvider('aws').getStage();
  return { ...params.default, ...params[stage], ...commandLineParameters(options) };
}

/**
 * Checks the region that a command is about, wherever it was read: osls takes any that is given as an option. One that may
 * be new is made known to osls, whose own list would refuse it in serverless.yml.
 *
 * @returns what to warn of
 * @throws ConfigError `ECOM_REGION`
 */
export function checkRegionName(serverless: Serverless, options: CliOptions): string | undefined {
  const named = serverless.getProvider('aws').getRegion();
  // osls resolves parameters only once its plugins are there.
  const region = named.includes('${param:region') ? parametersOf(serverless, options).region : named;
  // Of the configuration osls says more of a variable that it cannot resolve.
  if (typeof region !== 'string' || region.includes('${')) return undefined;
  const problem = regionProblem(region);
  if (problem !== undefined)
    throw new ConfigError('ECOM_REGION', {
      what: `The region cannot be "${region}": ${problem}`,
      where: options.region === undefined ? 'serverless.yml, provider.region' : 'command line, --region',
      fix: 'Correct it.',
    });
  const known = serverless.configSchemaHandler.schema?.properties.provider.properties.region?.enum ?? [];
  if (known.includes(region)) return undefined;
  known.push(region);
  return regionDoubt(region);
}

/** Alerts go to one topic, and the address is subscribed to the one that the stage makes. */
function checkAlertEmail(serverless: Serverless, { monitoring }: StageConfig, where: Where): void {
  const params = serverless.configurationInput?.params ?? {};
  const { alertEmail } = { ...params.default, ...params[serverless.getProvider('aws').getStage()] };
  if (monitoring.topicArn === null || (alertEmail ?? '') === '') return;
  throw new ConfigError('ECOM_CONFIG', {
    what: `monitoring.topicArn: the address in alertEmail would get no alerts, since they go to ${monitoring.topicArn}`,
    where: where(['monitoring', 'topicArn']),
    fix: 'Subscribe the address to that topic, and remove alertEmail from the stage.',
  });
}

/** A cluster of another region would be looked for here, and the functions could not reach it from there. */
function checkRegion({ msk, monitoring }: StageConfig, region: string, where: Where): void {
  const [, , , topicRegion] = monitoring.topicArn?.split(':') ?? [];
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html: of the alarm's own region.
  if (topicRegion !== undefined && topicRegion !== region)
    throw new ConfigError('ECOM_REGION', {
      what: `The SNS topic is in ${topicRegion}, and the stage in ${region}`,
      where: where(['monitoring', 'topicArn']),
      fix: `Name a topic in ${region}: alarms only reach topics of their own region.`,
    });
  const [, , , clusterRegion] = msk.existing?.clusterArn.split(':') ?? [];
  if (clusterRegion === undefined || clusterRegion === region) return;
  throw new ConfigError('ECOM_REGION', {
    what: `The MSK cluster is in ${clusterRegion}, and the stage in ${region}`,
    where: where(['msk', 'existing', 'clusterArn']),
    fix: `Deploy to the cluster's region (provider.region, or --region ${clusterRegion}), or name a cluster in ${region}.`,
  });
}

/** The only regions with a resource type for budgets. Source: the resource schemas by region, as cfn-lint 1.58.0 carries them. */
const budgetRegions: readonly string[] = [
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-south-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'ca-central-1',
  'cn-north-1',
  'cn-northwest-1',
  'eu-central-1',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'sa-east-1',
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
];

/** What a region does not have is refused before CloudFormation finds out. */
function checkRegionOffers({ msk, network, monitoring }: StageConfig, region: string, where: Where): void {
  const subnets = network.create?.availabilityZones ?? network.existing?.privateSubnetIds.length;
  // "If you use the US West (N. California) Region, specify exactly two subnets." MSK API reference, BrokerNodeGroupInfo
  if (region === 'us-west-1' && msk.create && subnets !== 2)
    throw new ConfigError('ECOM_REGION', {
      what: `MSK takes exactly two subnets in ${region}, and the stage has ${subnets}`,
      where: where(
        network.existing
          ? ['network', 'existing', 'privateSubnetIds']
          : ['network', 'create', 'availabilityZones'],
      ),
      fix: `Use two, with \`msk.create.brokers\` a multiple of 2; or deploy to another region.`,
    });
  if (monitoring.monthlyBudgetUsd !== null && !budgetRegions.includes(region))
    throw new ConfigError('ECOM_REGION', {
      what: `CloudFormation makes no budgets in ${region}`,
      where: where(['monitoring', 'monthlyBudgetUsd']),
      fix: 'Remove it, and make the budget in the billing console of the account that pays, with the tag `ecom-analytics` as its filter.',
    });
}

/**
 * What the stage's resources are made from, read from serverless.yml; AWS is not asked.
 *
 * @param pipeline the shop's definition
 * @param clusterGeneration see {@link StageInput}
 * @param where tells in which file a wrong key is written
 * @throws ConfigError `ECOM_STAGE_UNKNOWN`, `ECOM_CONFIG`, `ECOM_REGION`, `ECOM_FUNCTION_MISSING`, `ECOM_FUNCTION_ROLE`
 */
export function stageInput(
  serverless: Serverless,
  pipeline: PipelineDefinition,
  clusterGeneration: number,
  where: Where = inServiceFile,
): StageInput {
  const provider = serverless.getProvider('aws');
  checkStage(serverless, provider.getStage());
  const config = resolveConfig(pipeline, serverless.service.custom?.ecomAnalytics, where);
  checkAlertEmail(serverless, config, where);
  if (provider.getStage() === localStage) checkLocalRegion(provider.getRegion());
  else {
    checkRegion(config, provider.getRegion(), where);
    checkRegionOffers(config, provider.getRegion(), where);
  }
  const own = (name: string): FunctionIds => ownIds(name, provider.naming.getLambdaLogicalId(name));
  return {
    service: serverless.service.service,
    stage: provider.getStage(),
    region: provider.getRegion(),
    config,
    definition: stageDefinition(pipeline, { rulesOff: config.rules.off, topicPrefix: config.topics.prefix }),
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
