import * as v from 'valibot';
import { findRelease, releases, sparkLines } from '../../../emr/releases.ts';
import { reservedSparkSettings } from '../../../emr/settings.ts';
import { EcomError } from '../../../pipeline/error.ts';
import { rules } from '../../../pipeline/rules.ts';
import { isTopicRole, topics } from '../../../pipeline/topic.ts';
import { ConfigError } from '../error.ts';
import { interfaceEndpoints } from '../network/endpoints.ts';
import { topicConfigProblem } from '../topics/topic-configs.ts';
import { presets } from './presets.ts';
import {
  type BlockName,
  blocks,
  type ConfigInput,
  ConfigInputSchema,
  type Either,
  type StageConfig,
} from './schema.ts';

const at = 'custom.ecomAnalytics';

/** Puts what is given over what stands; a key that is given as undefined (a YAML key without a value) changes nothing. */
function over<T extends object>(base: T, given: { [Key in keyof T]?: T[Key] | undefined } | undefined): T {
  const set = Object.entries(given ?? {}).filter(([, value]) => value !== undefined);
  return { ...base, ...Object.fromEntries(set) };
}

function either<Create extends object, Existing>(
  base: { readonly create: Create },
  given: { create?: { [Key in keyof Create]?: Create[Key] | undefined } | undefined } | undefined,
  existing: Existing | undefined,
): Either<Create, Existing> {
  return existing === undefined ? { create: over(base.create, given?.create) } : { existing };
}

/** `("one" | "all")`, as valibot writes it, for people. */
function readable(expected: string | null): string {
  return (expected ?? 'something else')
    .replace(/^\((.*)\)$/, '$1')
    .replaceAll(' | ', ' or ')
    .replaceAll('"', '')
    .toLowerCase();
}

/** `msk.create.brokers: must be …`, the way a user finds it in the file. */
function describeIssue(issue: v.BaseIssue<unknown>): string {
  const key = v.getDotPath(issue) ?? at;
  if (issue.expected === 'never') return `${key}: unknown key`;
  if (issue.received === 'undefined') return `${key}: is missing`;
  const wanted =
    issue.kind === 'schema' || !issue.requirement ? `must be ${readable(issue.expected)}` : issue.message;
  return `${key}: ${wanted}, is ${issue.received}`;
}

function parse(given: unknown): ConfigInput {
  // A list is an object to valibot, and an empty one would pass for a configuration without keys.
  const result = v.safeParse(ConfigInputSchema, Array.isArray(given) ? String(given) : (given ?? {}));
  if (result.success) return result.output;
  const issues = result.issues.map(describeIssue);
  throw new ConfigError('ECOM_CONFIG', {
    what: `The configuration has ${issues.length === 1 ? 'an error' : `${issues.length} errors`}: ${issues.join('; ')}`,
    where: `serverless.yml, ${at}`,
    fix: 'Correct or remove it. The keys, their defaults and what they mean are in plugins/ecom-analytics/config/REFERENCE.md.',
  });
}

function refuse(key: string, what: string, fix: string): never {
  throw new ConfigError('ECOM_CONFIG', { what, where: `serverless.yml, ${at}.${key}`, fix });
}

function checkBlocks(input: ConfigInput): void {
  for (const name of Object.keys(blocks) as BlockName[]) {
    if (input[name]?.create !== undefined && input[name]?.existing !== undefined)
      refuse(name, `${name} is both created and existing`, 'Keep one of `create` and `existing`.');
  }
}

function checkTogether(config: StageConfig): void {
  if (config.network.create && config.msk.existing)
    refuse(
      'network',
      'A new network cannot reach an existing MSK cluster',
      "Give the cluster's own network as `network.existing`.",
    );
  if (config.network.create && config.emr.existing)
    refuse(
      'network',
      'An existing EMR cluster cannot reach brokers in a new network',
      "Give the EMR cluster's own network as `network.existing`.",
    );
  // EMR's metrics collector calls a public address, and no endpoint in the network stands in for it.
  // https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-managed-scaling.html, "Considerations"
  if ((config.emr.create?.spotTaskNodes ?? 0) > 0 && config.network.create?.nat === false)
    refuse(
      'emr.create.spotTaskNodes',
      'Managed scaling, which brings the Spot nodes, needs a way out of the network',
      'Set `network.create.nat: true`; or 0 Spot nodes, and more core nodes.',
    );
  // The driver is kept to core nodes, since a Spot node may go at any time.
  if ((config.emr.create?.spotTaskNodes ?? 0) > 0 && config.emr.create?.coreNodes === 0)
    refuse(
      'emr.create.coreNodes',
      'Spot nodes need a core node beside them, where the driver is safe',
      'Set `emr.create.coreNodes` to 1 or more; or 0 Spot nodes.',
    );
  const { existing } = config.network;
  if (existing?.endpoints === 'create' && existing.cidr === null && interfaceEndpoints(config).length > 0)
    refuse(
      'network.existing.cidr',
      'The endpoints that are to be created must let the network in, and its addresses are not known',
      'Give the address block of the VPC as `cidr`; or `endpoints: present` where it has endpoints or a NAT.',
    );
  const zones =
    config.network.create?.availabilityZones ?? config.network.existing?.privateSubnetIds.length ?? 1;
  const brokers = config.msk.create?.brokers;
  if (brokers !== undefined && brokers % zones !== 0)
    refuse(
      'msk.create.brokers',
      `${brokers} brokers cannot be spread evenly over ${zones} availability zones`,
      `Take a multiple of ${zones}.`,
    );
  if (config.msk.create && zones < 2)
    refuse(
      'network.existing.privateSubnetIds',
      'MSK needs subnets in two zones or three',
      'Name one subnet a zone.',
    );
  if (config.monitoring.monthlyBudgetUsd !== null && config.monitoring.email === null)
    refuse(
      'monitoring.monthlyBudgetUsd',
      'A budget without anyone to tell',
      'Give `monitoring.email` as well.',
    );
  const pollers = config.alertConsumer.provisionedPollers;
  if (pollers && pollers.min > pollers.max)
    refuse(
      'alertConsumer.provisionedPollers',
      `The least number of pollers (${pollers.min}) is over the most (${pollers.max})`,
      'Raise `max` or lower `min`.',
    );
}

/** Settings that the job has of its own cannot be given past it. */
function checkSpark({ streaming }: StageConfig): void {
  for (const name of Object.keys(streaming.spark)) {
    const reason = reservedSparkSettings[name];
    if (reason !== undefined)
      refuse(
        'streaming.spark',
        `The Spark setting "${name}" is not a stage's to choose: ${reason}`,
        'Remove it.',
      );
  }
}

/** A release that is not supported, or lacks what is asked of it, is an error before anything is made. */
function checkRelease({ emr, streaming }: StageConfig): void {
  const key = emr.existing ? 'emr.existing.release' : 'emr.create.release';
  const name = (emr.existing ?? emr.create).release;
  const release = releases[name];
  if (release === undefined)
    refuse(key, unsupportedRelease(name), `Use one of ${Object.keys(releases).join(', ')}.`);
  if (streaming.alerts === 'realtime' && !sparkLines[release.line].realtime)
    refuse(
      'streaming.alerts',
      `Real-time alerts need Spark 4.1, and ${name} has Spark ${release.spark}`,
      'Take release emr-spark-8.1.0, or `alerts: micro-batch`.',
    );
}

function unsupportedRelease(name: string): string {
  try {
    findRelease(name);
  } catch (error) {
    if (error instanceof EcomError) return error.message.replace(/ \(emr\/releases.*$/, '');
    throw error;
  }
  return name;
}

function checkNames(config: StageConfig): void {
  const known = rules.map((rule) => rule.id);
  const unknown = config.rules.off.find((ruleId) => !known.includes(ruleId));
  if (unknown !== undefined)
    refuse('rules.off', `There is no rule "${unknown}"`, `The rules are ${known.join(', ')}.`);
  for (const role of Object.keys(topics).filter(isTopicRole)) {
    const { replicationFactor } = config.topics[role];
    const brokers = config.msk.create?.brokers ?? config.msk.existing?.brokers ?? null;
    if (replicationFactor !== undefined && brokers !== null && replicationFactor > brokers)
      refuse(
        `topics.${role}.replicationFactor`,
        `A replication factor of ${replicationFactor} needs as many brokers, and there are ${brokers}`,
        `Take ${brokers} or fewer.`,
      );
  }
}

/** What no broker would take is refused before there is one to ask. */
function checkTopicConfigs(config: StageConfig): void {
  for (const role of Object.keys(topics) as (keyof typeof topics)[])
    for (const [name, value] of Object.entries(config.topics[role].configs ?? {})) {
      const problem = topicConfigProblem(name, value);
      if (problem) refuse(`topics.${role}.configs`, problem.what, problem.fix);
    }
}

/**
 * Reads `custom.ecomAnalytics` of a stage: checks it, and fills in what it leaves to its preset.
 *
 * @param given what stands in serverless.yml, variables resolved; undefined for nothing at all, which is the dev preset
 * @throws ConfigError `ECOM_CONFIG`, naming every wrong key
 */
export function resolveConfig(given: unknown): StageConfig {
  const input = parse(given);
  checkBlocks(input);
  const base = presets[input.preset ?? 'dev'];
  const config: StageConfig = {
    preset: base.preset,
    network: either(base.network, input.network, input.network?.existing),
    msk: either(base.msk, input.msk, input.msk?.existing),
    emr: either(base.emr, input.emr, input.emr?.existing),
    buckets: either(base.buckets, input.buckets, input.buckets?.existing),
    monitoring: over(base.monitoring, input.monitoring),
    topics: over(base.topics, input.topics),
    rules: over(base.rules, input.rules),
    streaming: over(base.streaming, input.streaming),
    alertConsumer: over(base.alertConsumer, input.alertConsumer),
    athena: input.athena ?? base.athena,
  };
  checkRelease(config);
  checkSpark(config);
  checkTogether(config);
  checkNames(config);
  checkTopicConfigs(config);
  return config;
}
