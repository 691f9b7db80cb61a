import { setTimeout as delay } from 'node:timers/promises';
import {
  CloudFormationClient,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import {
  type EventSourceMappingConfiguration,
  InvokeCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
} from '@aws-sdk/client-lambda';
import kafkajs, { type Consumer, type Kafka, type KafkaMessage } from 'kafkajs';
import * as v from 'valibot';
import type { KafkaEvent, KafkaEventRecord } from '../functions/alert-consumer/read-alert.ts';
import type { LocalCluster } from './msk.ts';

/**
 * Lambda's Kafka triggers. ministack keeps event-source mappings but does not poll Kafka for them, so it is done here: for
 * each that is switched on, the topics are read under the mapping's consumer group and handed to its function.
 */

export interface TriggerOptions {
  /** What SDK clients of the local cloud are made with. */
  readonly client: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  readonly cluster: LocalCluster;
  readonly kafka: Kafka;
  readonly onProgress: (line: string) => void;
}

export interface Triggers {
  stop(): Promise<void>;
}

/** As which the broker knows those who poll for a trigger. */
export const triggerClientId = 'ecom-cloud-trigger';

const lookEveryMs = 1000;
/** Between two tries of a batch that failed: on demand, a trigger tries for ever. */
const retryEveryMs = 1000;

/** Of a mapping, what ministack does not keep: it is read from the template that the mapping was made by. */
const MappingSchema = v.object({
  Topics: v.array(v.string()),
  StartingPosition: v.picklist(['TRIM_HORIZON', 'LATEST']),
  BatchSize: v.optional(v.number(), 100),
  AmazonManagedKafkaEventSourceConfig: v.object({ ConsumerGroupId: v.string() }),
});
type Mapping = v.InferOutput<typeof MappingSchema>;

const TemplateSchema = v.object({
  Resources: v.record(v.string(), v.object({ Properties: v.optional(v.unknown()) })),
});

function recordOf(topic: string, partition: number, message: KafkaMessage): KafkaEventRecord {
  return {
    topic,
    partition,
    offset: Number(message.offset),
    timestamp: Number(message.timestamp),
    timestampType: 'CREATE_TIME',
    key: message.key === null ? null : message.key.toString('base64'),
    value: message.value === null ? null : message.value.toString('base64'),
    headers: Object.entries(message.headers ?? {}).flatMap(([name, values]) =>
      [values ?? []].flat().map((value) => ({ [name]: [...Buffer.from(value)] })),
    ),
  };
}

/** Why a trigger cannot read yet. */
function whyItWaits(error: unknown): string {
  if (error instanceof kafkajs.KafkaJSProtocolError && error.type === 'UNKNOWN_TOPIC_OR_PARTITION')
    return 'there is no such topic yet';
  return String(error);
}

/** Records in batches, as they are handed over. */
function* batchesOf<Item>(items: readonly Item[], size: number): Generator<readonly Item[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size);
}

/** Starts looking for mappings of the cluster, and polling for those that are switched on. */
export function startTriggers(options: TriggerOptions): Triggers {
  const { cluster, kafka, onProgress } = options;
  const lambda = new LambdaClient(options.client);
  const cloudFormation = new CloudFormationClient(options.client);
  const polling = new Map<string, Consumer>();
  /** What was said last of a mapping that waits. */
  const waiting = new Map<string, string>();
  const over = new AbortController();

  /** Answers what the template says of a mapping; undefined where no stack made it. */
  const mappingOf = async (uuid: string): Promise<Mapping | undefined> => {
    // ministack finds resources by their stack alone.
    const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({}));
    for (const { StackName } of Stacks) {
      const { StackResources = [] } = await cloudFormation.send(
        new DescribeStackResourcesCommand({ StackName }),
      );
      const made = StackResources.find(({ PhysicalResourceId }) => PhysicalResourceId === uuid);
      if (made?.LogicalResourceId === undefined) continue;
      const { TemplateBody = '{}' } = await cloudFormation.send(new GetTemplateCommand({ StackName }));
      const template = v.parse(TemplateSchema, JSON.parse(TemplateBody));
      return v.parse(MappingSchema, template.Resources[made.LogicalResourceId]?.Properties);
    }
    return undefined;
  };

  /** Hands records over until the function takes them. */
  const invoke = async (functionArn: string, records: readonly KafkaEventRecord[]): Promise<void> => {
    const [first] = records;
    if (first === undefined) return;
    const event: KafkaEvent = {
      eventSource: 'aws:kafka',
      eventSourceArn: cluster.arn,
      bootstrapServers: cluster.bootstrapServers,
      records: { [`${first.topic}-${first.partition}`]: records },
    };
    while (!over.signal.aborted) {
      const answer = await lambda
        .send(new InvokeCommand({ FunctionName: functionArn, Payload: JSON.stringify(event) }))
        .catch((error: unknown) => ({ FunctionError: String(error) }));
      if (answer.FunctionError === undefined) return;
      onProgress(`The trigger of ${functionArn} tries its batch again: ${answer.FunctionError}`);
      await delay(retryEveryMs, undefined, { signal: over.signal }).catch(() => undefined);
    }
    throw new Error('The local cloud stops');
  };

  const start = async (uuid: string, functionArn: string): Promise<void> => {
    const mapping = await mappingOf(uuid);
    if (mapping === undefined) return;
    const { Topics, StartingPosition, BatchSize } = mapping;
    const consumer = kafka.consumer({
      groupId: mapping.AmazonManagedKafkaEventSourceConfig.ConsumerGroupId,
      // A batch that is tried for ever must not lose its partition over it.
      sessionTimeout: 60_000,
      retry: { restartOnFailure: async () => !over.signal.aborted },
    });
    polling.set(uuid, consumer);
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: Topics, fromBeginning: StartingPosition === 'TRIM_HORIZON' });
    } catch (error) {
      // The topic is not there yet: a trigger of Lambda's says so and looks again, too.
      polling.delete(uuid);
      await consumer.disconnect();
      const why = whyItWaits(error);
      if (waiting.get(uuid) !== why) onProgress(`The trigger of ${Topics.join(', ')} waits: ${why}`);
      waiting.set(uuid, why);
      return;
    }
    waiting.delete(uuid);
    await consumer.run({
      eachBatchAutoResolve: false,
      eachBatch: async ({ batch, resolveOffset, heartbeat, commitOffsetsIfNecessary }) => {
        for (const messages of batchesOf(batch.messages, BatchSize)) {
          await invoke(
            functionArn,
            messages.map((message) => recordOf(batch.topic, batch.partition, message)),
          );
          const last = messages.at(-1);
          if (last !== undefined) resolveOffset(last.offset);
          await commitOffsetsIfNecessary();
          await heartbeat();
        }
      },
    });
    onProgress(`Reading ${Topics.join(', ')} for ${functionArn}`);
  };

  const look = async (): Promise<void> => {
    const { EventSourceMappings = [] } = await lambda.send(new ListEventSourceMappingsCommand({}));
    const wanted = new Map<string, EventSourceMappingConfiguration>();
    for (const mapping of EventSourceMappings)
      if (mapping.UUID && mapping.EventSourceArn === cluster.arn && mapping.State === 'Enabled')
        wanted.set(mapping.UUID, mapping);
    for (const uuid of waiting.keys()) if (!wanted.has(uuid)) waiting.delete(uuid);
    for (const [uuid, consumer] of [...polling]) {
      if (wanted.has(uuid)) continue;
      polling.delete(uuid);
      await consumer.disconnect();
    }
    for (const [uuid, { FunctionArn }] of wanted)
      if (!polling.has(uuid) && FunctionArn !== undefined) await start(uuid, FunctionArn);
  };

  const looking = (async () => {
    while (!over.signal.aborted) {
      // What fails now is looked at again: a stack may be half made.
      await look().catch((error: unknown) => {
        if (!over.signal.aborted) onProgress(`The triggers could not be looked at: ${String(error)}`);
      });
      await delay(lookEveryMs, undefined, { signal: over.signal }).catch(() => undefined);
    }
  })();

  return {
    async stop() {
      over.abort();
      await looking;
      await Promise.all([...polling.values()].map((consumer) => consumer.disconnect()));
      lambda.destroy();
      cloudFormation.destroy();
    },
  };
}
