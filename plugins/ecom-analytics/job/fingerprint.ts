import { createHash } from 'node:crypto';
import type { PipelineSpec } from '../core/spec.ts';
import type { SparkLineName } from './releases.ts';

/**
 * Raised with every change of the job's queries after which Spark could not go on from an older checkpoint, or would go on
 * and compute something else. Spark itself compares neither window nor watermark (tried on 4.0.2 and 4.1.1).
 */
const queryVersion = 1;

/** Everything that a checkpoint cannot survive a change of. */
export interface Fingerprint {
  /** SHA-256 of the facts, in lower-case hexadecimal. */
  readonly id: string;
  /** What it covers, one readable value a name, so that a difference can be told. */
  readonly facts: Readonly<Record<string, string>>;
}

export interface FingerprintSource {
  readonly spec: PipelineSpec;
  readonly sparkLine: SparkLineName;
  readonly output: string;
  readonly cluster: string;
  /** Of a stage's choices, those that the checkpoint depends on. */
  readonly choices: {
    readonly application: 'pipeline' | 'alerts';
    readonly shufflePartitions: number;
    readonly stateStore: 'hdfs' | 'rocksdb';
  };
}

const ms = (milliseconds: number): string => `${milliseconds} ms`;

/** Thresholds, reasons, severities, rate limits, triggers and the topics written to may change under a checkpoint. */
function facts({ spec, sparkLine, output, cluster, choices }: FingerprintSource): Record<string, string> {
  const common = {
    'job version': String(queryVersion),
    application: choices.application,
    'Spark line': sparkLine,
    'Kafka cluster': cluster,
    'orders topic': spec.topics.orders.name,
  };
  if (choices.application === 'alerts') return common;
  const { windowing } = spec;
  const statefulRules = spec.rules.flatMap((rule) => {
    if (rule.kind === 'threshold' || rule.kind === 'one-of') return [];
    const counted = rule.kind === 'distinct-values' ? `distinct ${rule.field}` : 'distinct orders';
    return `${rule.id}: ${counted} by ${rule.key}, ${ms(rule.windows.sizeMs)} every ${ms(rule.windows.slideMs)}`;
  });
  return {
    ...common,
    output,
    'window folder': windowing.folder,
    'window size': ms(windowing.sizeMs),
    'window slide': ms(windowing.slideMs),
    watermark: ms(windowing.watermarkMs),
    deduplication: windowing.deduplicate ? `by ${spec.order.key}` : 'off',
    'window keys': windowing.groupBy.map(({ field, column }) => `${field} as ${column}`).join(', '),
    'window columns': windowing.columns.map(({ name, type }) => `${name} ${type}`).join(', '),
    'stateful rules': statefulRules.join('; '),
    // Raised where Spark could not read what is kept as what was: once counts and sets of values, then windows by start and end.
    ...(statefulRules.length === 0
      ? {}
      : { 'state of the stateful rules': 'the orders of each open window, by its end' }),
    'shuffle partitions': String(choices.shufflePartitions),
    'state store': choices.stateStore,
  };
}

/** The fingerprint that the job keeps in its checkpoint and compares before Spark touches it. */
export function checkpointFingerprint(source: FingerprintSource): Fingerprint {
  const covered = facts(source);
  const canonical = JSON.stringify(Object.entries(covered).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { id: createHash('sha256').update(canonical).digest('hex'), facts: covered };
}

/** One fact that differs; null where a side does not have it. */
export interface FactChange {
  readonly name: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** What changed between a checkpoint's fingerprint and a new one, in the order of their facts; empty when they agree. */
export function fingerprintChanges(before: Fingerprint, after: Fingerprint): FactChange[] {
  const names = new Set([...Object.keys(before.facts), ...Object.keys(after.facts)]);
  return [...names]
    .map((name) => ({ name, before: before.facts[name] ?? null, after: after.facts[name] ?? null }))
    .filter((change) => change.before !== change.after);
}
