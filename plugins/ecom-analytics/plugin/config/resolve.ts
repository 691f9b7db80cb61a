import * as v from 'valibot';
import { isMistyped, listed, nearest } from '../../core/nearest.ts';
import type { PipelineDefinition } from '../../core/pipeline.ts';
import { reservedSparkSettings } from '../../job/job-settings.ts';
import { releases, sparkLines, unsupported } from '../../job/releases.ts';
import { ConfigError } from '../error-kinds.ts';
import { interfaceEndpoints } from '../network/endpoints.ts';
import { topicConfigProblem } from '../topics/topic-configs.ts';
import { awsRegions, regionProblem } from './aws-region.ts';
import { presets } from './presets.ts';
import {
  type BlockName,
  blocks,
  type ConfigInput,
  configInputSchema,
  type Either,
  type StageConfig,
  StageParametersSchema,
  type TopicOverrides,
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

/** Where a key below `custom.ecomAnalytics` is written, such as `stages.yml:9`. */
export type Where = (keys: readonly string[]) => string;

/** Where no file can be looked at. */
export const inServiceFile: Where = (keys) => `serverless.yml, ${[at, ...keys].join('.')}`;

/** One thing that is wrong; it becomes an error when it is known where it is written. */
class Refusal extends Error {
  readonly keys: readonly string[];
  readonly what: string;
  readonly fix: string;

  constructor(keys: readonly string[], what: string, fix: string) {
    super(what);
    this.keys = keys;
    this.what = what;
    this.fix = fix;
  }
}

/** @param key with dots; as a list where one of the keys has dots of its own, as Kafka's and Spark's have */
function refuse(key: string | readonly string[], what: string, fix: string): never {
  throw new Refusal(typeof key === 'string' ? key.split('.') : key, what, fix);
}

/** A line for each, in the form that the problem matchers of .vscode/tasks.json read. */
function configError(refusals: readonly [Refusal, ...Refusal[]], where: Where): ConfigError {
  const lines = refusals.map(({ keys, what, fix }) => ({ what, where: where(keys), fix }));
  const before = lines.slice(0, -1).map((line) => `${line.what} (${line.where}). ${line.fix}`);
  const { what, where: place, fix } = { ...{ what: '', where: '', fix: '' }, ...lines.at(-1) };
  return new ConfigError('ECOM_CONFIG', {
    what: [...before, what].join('\n'),
    where: place,
    fix: `${fix}\nEvery key is explained in docs/configuration.md.`,
  });
}

/** Names the word that was meant, or else says what to do. */
function meantOr(word: string, words: readonly string[], otherwise: string): string {
  const meant = nearest(word, words);
  return meant === undefined ? otherwise : `Did you mean "${meant}"?`;
}

/** The words of `("one" | "all")`, as valibot writes it. */
const wordsOf = (expected: string | null): string[] =>
  (expected ?? '')
    .replace(/^\((.*)\)$/, '$1')
    .split(' | ')
    .map((word) => word.replaceAll('"', ''));

/** `msk.create.brokers: must be …`, the way a user finds it in the file. */
function refusalOf(issue: v.BaseIssue<unknown>): Refusal {
  const path = v.getDotPath(issue);
  const keys = (issue.path ?? []).map(({ key }) => String(key));
  const key = path ?? at;
  if (issue.expected === 'never') return new Refusal(keys, `${key}: unknown key`, issue.message);
  if (issue.received === 'undefined') return new Refusal(keys, `${key}: is missing`, 'Give it a value.');
  const words = wordsOf(issue.expected);
  const wanted = issue.type === 'picklist' ? `must be ${listed(words)}` : issue.message;
  const known = issue.type === 'picklist' ? words : [];
  const fix = meantOr(String(issue.input), known, 'Correct it, or remove it for the default.');
  return new Refusal(keys, `${key}: ${wanted}, is ${issue.received}`, fix);
}

function parse<T extends v.GenericSchema>(schema: T, given: unknown, where: Where): v.InferOutput<T> {
  // A list is an object to valibot, and an empty one would pass for a configuration without keys.
  const result = v.safeParse(schema, Array.isArray(given) ? String(given) : (given ?? {}));
  if (result.success) return result.output;
  const [first, ...others] = result.issues;
  throw configError([refusalOf(first), ...others.map(refusalOf)], where);
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
  if (existing?.cidr === null && interfaceEndpoints(config).length > 0)
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
        ['streaming', 'spark', name],
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
  if (release === undefined) {
    const names = Object.keys(releases);
    refuse(key, unsupported(name), meantOr(name, names, `Use one of ${names.join(', ')}.`));
  }
  if (streaming.alerts === 'realtime' && !sparkLines[release.line].realtime)
    refuse(
      'streaming.alerts',
      `Real-time alerts need Spark 4.1, and ${name} has Spark ${release.spark}`,
      'Take release emr-spark-8.1.0, or `alerts: micro-batch`.',
    );
}

function checkNames(config: StageConfig, { rules, topics }: PipelineDefinition): void {
  const known = rules.map((rule) => rule.id);
  const place = config.rules.off.findIndex((ruleId) => !known.includes(ruleId));
  const unknown = config.rules.off[place];
  if (unknown !== undefined) {
    const fix = meantOr(unknown, known, `The rules are ${known.join(', ')}.`);
    refuse(`rules.off.${place}`, `There is no rule "${unknown}"`, fix);
  }
  for (const role of Object.keys(topics)) {
    const { replicationFactor } = config.topics.of[role] ?? {};
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
  for (const [role, { configs = {} }] of Object.entries(config.topics.of))
    for (const [name, value] of Object.entries(configs)) {
      const problem = topicConfigProblem(name, value);
      if (problem) refuse(['topics', role, 'configs', name], problem.what, problem.fix);
    }
}

/**
 * Reads `custom.ecomAnalytics` of a stage: checks it, and fills in what it leaves to its preset.
 *
 * @param definition the shop's, whose rules and topics it may name
 * @param given what stands in serverless.yml, variables resolved; undefined for nothing at all, which is the dev preset
 * @param where tells, of a wrong key, in which file it is written; default: that it is in serverless.yml
 * @throws ConfigError `ECOM_CONFIG`, naming every wrong key
 */
export function resolveConfig(
  definition: PipelineDefinition,
  given: unknown,
  where: Where = inServiceFile,
): StageConfig {
  const input = parse(configInputSchema(Object.keys(definition.topics)), given, where);
  try {
    return checked(input, definition);
  } catch (error) {
    if (error instanceof Refusal) throw configError([error], where);
    throw error;
  }
}

/** In the file a topic's block stands beside the keys for all topics. */
function topicsOver(base: StageConfig['topics'], given: ConfigInput['topics'] = {}): StageConfig['topics'] {
  const { prefix, through, deletionPolicy, ...ofRoles } = given;
  const of = Object.entries(ofRoles as Record<string, TopicOverrides | undefined>).map(
    ([role, overrides]) => [role, over(base.of[role] ?? {}, overrides)] as const,
  );
  return {
    ...over(base, { prefix, through, deletionPolicy }),
    of: { ...base.of, ...Object.fromEntries(of) },
  };
}

/** Fills in the rest from the preset, and refuses what does not go together. */
function checked(input: ConfigInput, definition: PipelineDefinition): StageConfig {
  checkBlocks(input);
  const base = presets[input.preset ?? 'dev'];
  const config: StageConfig = {
    preset: base.preset,
    network: either(base.network, input.network, input.network?.existing),
    msk: either(base.msk, input.msk, input.msk?.existing),
    emr: either(base.emr, input.emr, input.emr?.existing),
    buckets: either(base.buckets, input.buckets, input.buckets?.existing),
    monitoring: over(base.monitoring, input.monitoring),
    topics: topicsOver(base.topics, input.topics),
    rules: over(base.rules, input.rules),
    streaming: over(base.streaming, input.streaming),
    alertConsumer: over(base.alertConsumer, input.alertConsumer),
    athena: input.athena ?? base.athena,
  };
  checkRelease(config);
  checkSpark(config);
  checkTogether(config);
  checkNames(config, definition);
  checkTopicConfigs(config);
  return config;
}

/**
 * Checks the parameters that a stage of stages.yml has beside its `ecomAnalytics`. Others are a shop's own; one that differs
 * by a slip from a known one would be overlooked, and with `ecomAnalytic` the stage's whole configuration.
 *
 * @param given the stage's parameters over the default ones; values that are still variables are left alone
 * @throws ConfigError `ECOM_CONFIG`
 */
export function checkParameters(given: Readonly<Record<string, unknown>>, where: Where): void {
  const values = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== null && !/\$\{/.test(String(value))),
  );
  const { region } = values;
  if (typeof region === 'string' && regionProblem(region) !== undefined) {
    const fix = meantOr(region, awsRegions, 'They are named like us-east-1.');
    throw configError([new Refusal(['region'], `region: there is no AWS region "${region}"`, fix)], where);
  }
  parse(StageParametersSchema, values, where);
  const known = [...Object.keys(StageParametersSchema.entries), 'ecomAnalytics'];
  for (const name of Object.keys(given)) {
    const meant = known.includes(name) ? undefined : known.find((one) => isMistyped(name, one));
    if (meant !== undefined)
      throw configError(
        [
          new Refusal(
            [name],
            `${name}: unknown parameter`,
            `Did you mean "${meant}"? Give a parameter of your own another name.`,
          ),
        ],
        where,
      );
  }
}
