import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { ConfigError } from '../error-kinds.ts';
import { createOnly } from './create-only.ts';
import { holdings } from './holdings.ts';

/** A resource that a deploy would add, remove, change in place, or replace by another. */
export interface StackChange {
  readonly kind: 'add' | 'change' | 'replace' | 'remove';
  readonly id: string;
  readonly type: string;
  /** The properties that differ; of a replacement those that make it one. */
  readonly properties: readonly string[];
  /** What goes with it; undefined where it holds nothing of the stage's. */
  readonly loses?: string;
}

const ResourceSchema = v.looseObject({
  Type: v.string(),
  Properties: v.optional(v.record(v.string(), v.unknown()), {}),
  DeletionPolicy: v.optional(v.unknown()),
});
const TemplateSchema = v.looseObject({ Resources: v.record(v.string(), v.unknown()) });
type Resource = v.InferOutput<typeof ResourceSchema>;

/** The resources of a template. What is none, such as a `Fn::ForEach` of a shop's own, is left to the change set. */
export function resourcesOf(template: unknown): Readonly<Record<string, Resource>> {
  // As CloudFormation has it: undefined is nothing in JSON.
  const parsed = v.safeParse(TemplateSchema, template && JSON.parse(JSON.stringify(template)));
  if (!parsed.success) return {};
  return Object.fromEntries(
    Object.entries(parsed.output.Resources).flatMap(([id, given]) => {
      const resource = v.safeParse(ResourceSchema, given);
      return resource.success ? [[id, resource.output]] : [];
    }),
  );
}

/** What of a cluster's `Instances` CloudFormation can change in place. Source: its guide, `AWS::EMR::Cluster JobFlowInstancesConfig`. */
const ResizableSchema = v.looseObject({
  TerminationProtected: v.optional(v.unknown()),
  CoreInstanceGroup: v.optional(v.looseObject({ InstanceCount: v.optional(v.unknown()) })),
});

/** A cluster's instances without what can be changed in place. */
function machines(instances: unknown): unknown {
  const parsed = v.safeParse(ResizableSchema, instances);
  if (!parsed.success) return instances;
  const { TerminationProtected: _protected, CoreInstanceGroup: core, ...rest } = parsed.output;
  if (core === undefined) return rest;
  const { InstanceCount: _count, ...group } = core;
  return { ...rest, CoreInstanceGroup: group };
}

/** The value at a path that goes down with dots. */
export function valueAt(properties: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
      properties,
    );
}

/** Which properties would make CloudFormation replace a resource. */
function replacing(before: Resource, after: Resource): string[] {
  if (before.Type !== after.Type) return ['Type'];
  const changed = (createOnly[before.Type] ?? []).filter(
    (path) => !isDeepStrictEqual(valueAt(before.Properties, path), valueAt(after.Properties, path)),
  );
  const [was, is] = [before, after].map(({ Properties }) => machines(Properties.Instances));
  return before.Type !== 'AWS::EMR::Cluster' || isDeepStrictEqual(was, is)
    ? changed
    : [...changed, 'Instances'].sort();
}

/** Where osls keeps the ZIPs of a deploy has its time in it; what is in them is compared by its hash. */
function withoutPackage({ Type, Properties }: Resource): Readonly<Record<string, unknown>> {
  if (Type !== 'AWS::Lambda::Function') return Properties;
  const { Code: _code, ...rest } = Properties;
  return rest;
}

function changedProperties(before: Resource, after: Resource): string[] {
  const [was, is] = [withoutPackage(before), withoutPackage(after)];
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .filter((name) => !isDeepStrictEqual(was[name], is[name]))
    .sort();
}

/** An instance of an Aurora cluster holds nothing itself. */
const isMember = ({ Type, Properties }: Resource): boolean =>
  Type === 'AWS::RDS::DBInstance' && Properties.DBClusterIdentifier !== undefined;

/**
 * What goes with a resource. A removed one stays where its deployed template says so: without a `DeletionPolicy` it is deleted.
 * Its replacement is empty whatever becomes of the old one.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
 */
function lost(kind: StackChange['kind'], resource: Resource): Pick<StackChange, 'loses'> {
  const loses = holdings[resource.Type];
  const stays = kind === 'remove' && /Retain|Snapshot/.test(String(resource.DeletionPolicy));
  return loses === undefined || stays || isMember(resource) ? {} : { loses };
}

/** What a deploy would do to the resources of a stack, from its deployed template and the new one. */
export function stackChanges(before: unknown, after: unknown): StackChange[] {
  const [old, next] = [resourcesOf(before), resourcesOf(after)];
  return [...new Set([...Object.keys(old), ...Object.keys(next)])].flatMap((id): StackChange[] => {
    const [was, is] = [old[id], next[id]];
    if (was === undefined) return is ? [{ kind: 'add', id, type: is.Type, properties: [] }] : [];
    const about = { id, type: was.Type };
    if (is === undefined) return [{ kind: 'remove', ...about, properties: [], ...lost('remove', was) }];
    const replaced = replacing(was, is);
    if (replaced.length > 0)
      return [{ kind: 'replace', ...about, properties: replaced, ...lost('replace', was) }];
    const properties = changedProperties(was, is);
    return properties.length > 0 ? [{ kind: 'change', ...about, properties }] : [];
  });
}

/** The changes, with the replacements and removals that only CloudFormation knows of. */
export function withLost(
  changes: readonly StackChange[],
  lostThere: readonly Omit<StackChange, 'loses'>[],
): StackChange[] {
  const all = new Map(changes.map((change) => [change.id, change]));
  for (const change of lostThere) {
    const known = all.get(change.id)?.kind;
    if (known === 'replace' || known === 'remove') continue;
    const loses = holdings[change.type];
    all.set(change.id, { ...change, ...(loses === undefined ? {} : { loses }) });
  }
  return [...all.values()];
}

/** The keys of the configuration behind a property that cannot be changed. */
const keys: Readonly<Record<string, string>> = {
  'AWS::MSK::Cluster BrokerNodeGroupInfo.ClientSubnets':
    '`network.create.availabilityZones` or `network.existing.privateSubnetIds`',
  'AWS::MSK::Cluster BrokerNodeGroupInfo.SecurityGroups': '`network`',
  'AWS::MSK::Cluster EncryptionInfo.EncryptionAtRest': '`msk.create.kmsKeyArn`',
  'AWS::MSK::Cluster ClusterName': 'the name of service or stage',
  'AWS::S3::Bucket BucketName': '`buckets.create.prefix`, or the name of service or stage',
  'AWS::EC2::VPC CidrBlock': '`network.create.cidr`',
  'AWS::EC2::Subnet CidrBlock': '`network.create.cidr`',
};

/** The blocks of the configuration that take a resource away when they become `existing`. */
const blocks: Readonly<Record<string, string>> = {
  'AWS::MSK::Cluster': '`msk`',
  'AWS::S3::Bucket': '`buckets`',
  'AWS::EC2::VPC': '`network`',
  'AWS::EC2::Subnet': '`network`',
};

/** The plugin's own resources follow from its configuration, all others from the template's `resources`. */
const isOwn = (id: string): boolean => id.startsWith('Ecom');

function causes({ kind, id, type, properties }: StackChange): readonly string[] {
  if (!isOwn(id)) return [`\`${id}\` of \`resources\``];
  if (kind === 'remove') return [blocks[type] ?? type];
  return properties.map((property) => keys[`${type} ${property}`] ?? property);
}

const verbs = { add: 'add', change: 'change', replace: 'replace', remove: 'remove' } as const;

/** `replace EcomMskCluster (AWS::MSK::Cluster: BrokerNodeGroupInfo.ClientSubnets), which loses …` */
export function changeText({ kind, id, type, properties, loses }: StackChange): string {
  const what = properties.length === 0 ? type : `${type}: ${properties.join(', ')}`;
  return `${verbs[kind]} ${id} (${what})${loses === undefined ? '' : `, which loses ${loses}`}`;
}

/** Changes that a stage would not survive with its data. */
export const losses = (changes: readonly StackChange[]): StackChange[] =>
  changes.filter(({ loses }) => loses !== undefined);

/**
 * Refuses a deploy that would take away what holds a stage's data. CloudFormation would try: it makes the new one first, or
 * fails half-way because the name is taken.
 *
 * @throws ConfigError `ECOM_REPLACEMENT`
 */
export function refuseLosses(changes: readonly StackChange[], stack: string): void {
  const lost = losses(changes);
  if (lost.length === 0) return;
  const ofKafka = lost.some(({ type }) => type === 'AWS::MSK::Cluster');
  const grow = ofKafka
    ? 'For more room in this stage, keep its zones (`network.create.availabilityZones`) and add brokers in them (`msk.create.brokers`, a multiple of the zones), larger ones or storage. '
    : '';
  const beside = lost.some(({ id }) => isOwn(id))
    ? 'For the rest, deploy a new stage beside this one, let producers send to it, and remove this one when nobody needs its data. '
    : '';
  const apart = lost.every(({ id }) => isOwn(id))
    ? ''
    : 'To let go of a resource of your own and keep what is in it, deploy it once with `DeletionPolicy: Retain`, then remove it from `resources` or give its successor another logical id.';
  throw new ConfigError('ECOM_REPLACEMENT', {
    what: `The deploy would ${lost.map(changeText).join('; ')}`,
    where: `stack ${stack}; ${[...new Set(lost.flatMap(causes))].join(', ')} in stages.yml or serverless.yml`,
    fix: `Nothing was changed. Set it back to what it was. ${grow}${beside}${apart}`.trim(),
  });
}
