import { closest } from 'fastest-levenshtein';

/** What Kafka takes for a topic config. Bounds are inclusive, and bigints because a long can exceed what a number holds. */
type Definition =
  | { readonly type: 'boolean' }
  | {
      readonly type: 'int' | 'long';
      readonly min?: bigint;
      readonly max?: bigint;
      /** Beside the range. */
      readonly or?: bigint;
    }
  | { readonly type: 'double'; readonly min: number; readonly max: number }
  | { readonly type: 'string'; readonly oneOf: readonly string[] }
  | { readonly type: 'list'; readonly of: readonly string[] | RegExp; readonly like: string };

const boolean: Definition = { type: 'boolean' };
const int = (min: bigint, max?: bigint): Definition => ({
  type: 'int',
  min,
  ...(max !== undefined && { max }),
});
const long = (min?: bigint): Definition => ({ type: 'long', ...(min !== undefined && { min }) });
const throttled: Definition = {
  type: 'list',
  of: /^(\*|\d+:\d+)$/,
  like: '* or pairs of partition:broker',
};

/**
 * Kafka's own definitions, of every topic config that 3.9 or 4.1 has and that is not internal.
 * Source: `org.apache.kafka.storage.internals.log.LogConfig.configKeys()` of kafka-storage 3.9.1 and 4.1.1, read by
 * reflection; a test holds the names, and the verdict on values, against a broker. 4.0 dropped `message.downconversion.enable`,
 * `message.format.version` and `message.timestamp.difference.max.ms`, and 4.1 takes no `segment.bytes` below 1 MiB where
 * 3.9 took 14: what only some brokers take is left to them.
 */
const definitions: Readonly<Record<string, Definition>> = {
  'cleanup.policy': { type: 'list', of: ['compact', 'delete'], like: 'compact, delete or both' },
  'compression.gzip.level': { type: 'int', min: 1n, max: 9n, or: -1n },
  'compression.lz4.level': int(1n, 17n),
  'compression.type': {
    type: 'string',
    oneOf: ['uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'],
  },
  'compression.zstd.level': int(-131_072n, 22n),
  'delete.retention.ms': long(0n),
  'file.delete.delay.ms': long(0n),
  'flush.messages': long(1n),
  'flush.ms': long(0n),
  'follower.replication.throttled.replicas': throttled,
  'index.interval.bytes': int(0n),
  'leader.replication.throttled.replicas': throttled,
  'local.retention.bytes': long(-2n),
  'local.retention.ms': long(-2n),
  'max.compaction.lag.ms': long(1n),
  'max.message.bytes': int(0n),
  'message.downconversion.enable': boolean,
  'message.format.version': { type: 'string', oneOf: [] },
  'message.timestamp.after.max.ms': long(0n),
  'message.timestamp.before.max.ms': long(0n),
  'message.timestamp.difference.max.ms': long(0n),
  'message.timestamp.type': { type: 'string', oneOf: ['CreateTime', 'LogAppendTime'] },
  'min.cleanable.dirty.ratio': { type: 'double', min: 0, max: 1 },
  'min.compaction.lag.ms': long(0n),
  'min.insync.replicas': int(1n),
  preallocate: boolean,
  'remote.log.copy.disable': boolean,
  'remote.log.delete.on.disable': boolean,
  'remote.storage.enable': boolean,
  'retention.bytes': long(),
  'retention.ms': long(-1n),
  'segment.bytes': int(14n),
  'segment.index.bytes': int(4n),
  'segment.jitter.ms': long(0n),
  'segment.ms': long(1n),
  'unclean.leader.election.enable': boolean,
};

/** The names of all topic configs. */
export const topicConfigNames: readonly string[] = Object.keys(definitions);

const largest = { int: 2n ** 31n - 1n, long: 2n ** 63n - 1n } as const;

/** What Java's `Integer.parseInt`, `Long.parseLong` and `Double.parseDouble` take; hexadecimal fractions and NaN left out. */
const whole = /^[+-]?\d+$/;
const decimal = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[fFdD]?$/;

/** Kafka trims every value. Source: `ConfigDef.parseType`. */
const items = (value: string): string[] => (value.trim() === '' ? [] : value.trim().split(/\s*,\s*/));

function wholeNumber(value: string): bigint | undefined {
  const text = value.trim();
  return whole.test(text) ? BigInt(text.replace('+', '')) : undefined;
}

function fraction(value: string): number | undefined {
  const text = value.trim();
  return decimal.test(text) ? Number.parseFloat(text) : undefined;
}

function isAllowed(definition: Definition, value: string): boolean {
  switch (definition.type) {
    case 'boolean':
      return /^(true|false)$/i.test(value.trim());
    case 'int':
    case 'long': {
      const number = wholeNumber(value);
      if (number === undefined) return false;
      const { min = -largest[definition.type] - 1n, max = largest[definition.type], or } = definition;
      return number === or || (number >= min && number <= max);
    }
    case 'double': {
      const number = fraction(value);
      return number !== undefined && number >= definition.min && number <= definition.max;
    }
    case 'string':
      return definition.oneOf.length === 0 || definition.oneOf.includes(value.trim());
    case 'list': {
      const { of } = definition;
      const all = items(value);
      if (!(of instanceof RegExp)) return all.every((item) => of.includes(item));
      // The asterisk stands alone.
      return all.every((item) => of.test(item)) && (all.length <= 1 || !all.includes('*'));
    }
  }
}

function wanted(definition: Definition): string {
  switch (definition.type) {
    case 'boolean':
      return 'true or false';
    case 'int':
    case 'long': {
      const { min = -largest[definition.type] - 1n, max = largest[definition.type], or } = definition;
      return `a whole number from ${min} to ${max}${or === undefined ? '' : `, or ${or}`}`;
    }
    case 'double':
      return `a number from ${definition.min} to ${definition.max}`;
    case 'string':
      return `one of ${definition.oneOf.join(', ')}`;
    case 'list':
      return definition.like;
  }
}

/** What is wrong with a topic config, and what would be right; undefined where Kafka takes it. */
export function topicConfigProblem(
  name: string,
  value: string,
): { readonly what: string; readonly fix: string } | undefined {
  const definition = definitions[name];
  if (definition === undefined) {
    return {
      what: `Kafka has no topic config "${name}"`,
      fix: `Did you mean \`${closest(name, topicConfigNames)}\`? All are in Kafka's documentation under "Topic Configs".`,
    };
  }
  if (isAllowed(definition, value)) return undefined;
  return { what: `Kafka does not take "${value}" for \`${name}\``, fix: `It must be ${wanted(definition)}.` };
}

/** A value as text that is the same for the same setting, which is also how Kafka answers: trimmed, typed, lists sorted. */
export function canonicalConfig(name: string, value: string): string {
  const definition = definitions[name];
  switch (definition?.type) {
    case undefined:
      return value;
    case 'boolean':
      return value.trim().toLowerCase();
    case 'int':
    case 'long':
      return String(wholeNumber(value) ?? value);
    case 'double':
      return String(fraction(value) ?? value);
    case 'string':
      return value.trim();
    case 'list':
      return [...new Set(items(value))].sort().join(',');
  }
}

/** Whether two values of a topic config are one setting. */
export function isSameConfig(name: string, a: string | null | undefined, b: string): boolean {
  return typeof a === 'string' && canonicalConfig(name, a) === canonicalConfig(name, b);
}
