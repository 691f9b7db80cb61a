import type { DescribeTopicResponse } from '@aws-sdk/client-kafka';
import * as v from 'valibot';
import type { Clock } from '../../functions/clock.ts';
import { mapConcurrently } from '../../functions/concurrency.ts';
import { TopicError } from '../error-kinds.ts';
import type { DesiredTopic } from '../topics/desired.ts';
import { refusedConfigs } from '../topics/refused-configs.ts';
import type { ActualTopic, TopicStore } from '../topics/store.ts';
import { isSameConfig } from '../topics/topic-configs.ts';
import { waitFor } from '../wait.ts';
import { calling, isNamed } from './aws-failure.ts';
import type { AwsClients } from './clients.ts';

/** Calls of one plan that are under way at once. */
const callsAtOnce = 10;

/** The API answers from what it read up to a minute ago, so a change shows late. Ten minutes: a large topic, busy brokers. */
const settle = { timeoutMs: 600_000, everyMs: 5_000 };

const ConfigsSchema = v.record(v.string(), v.union([v.string(), v.number(), v.boolean()]));

/** Topic configs travel as JSON in Base64. Source: the provider hashicorp/aws, `aws_msk_topic`; the API says only Base64. */
export function encodeConfigs(configs: Readonly<Record<string, string>>): string {
  return Buffer.from(JSON.stringify(configs)).toString('base64');
}

/** What {@link encodeConfigs} made, or the API's own answer. */
export function decodeConfigs(encoded: string | undefined): Record<string, string> {
  if (encoded === undefined || encoded === '') return {};
  const decoded = v.parse(ConfigsSchema, JSON.parse(Buffer.from(encoded, 'base64').toString('utf8')));
  return Object.fromEntries(Object.entries(decoded).map(([key, value]) => [key, String(value)]));
}

/** `arn:…:cluster/name/uuid` → `arn:…:topic/name/uuid/topic`. */
export function topicArn(clusterArn: string, name: string): string {
  return `${clusterArn.replace(':cluster/', ':topic/')}/${name}`;
}

interface Described {
  readonly actual: ActualTopic;
  readonly settled: boolean;
}

/** Topics through the MSK topic API, which needs no way into the cluster's network. */
export class MskTopics implements TopicStore {
  readonly door = 'the MSK topic API';
  readonly #clients: AwsClients;
  readonly #clusterArn: string;
  readonly #clock: Clock;

  constructor(clients: AwsClients, clusterArn: string, clock: Clock) {
    this.#clients = clients;
    this.#clusterArn = clusterArn;
    this.#clock = clock;
  }

  async read(names: readonly string[]): Promise<ActualTopic[]> {
    // One by one: ListTopics leaves out what the caller may not see, which would read as "not there".
    const found = await mapConcurrently(names, callsAtOnce, (name) => this.#settledTopic(name));
    return found.filter((topic) => topic !== undefined);
  }

  /** A topic that is on its way to something else is waited for. */
  async #settledTopic(name: string): Promise<ActualTopic | undefined> {
    const first = await this.#describe(name);
    if (first === undefined || first.settled) return first?.actual;
    const last = await this.#until(name, (topic) => topic === undefined || topic.settled);
    return last?.actual;
  }

  async #describe(name: string): Promise<Described | undefined> {
    const kafka = await this.#clients.kafka();
    const { DescribeTopicCommand } = await import('@aws-sdk/client-kafka');
    const call = {
      action: 'kafka:DescribeTopic',
      resource: topicArn(this.#clusterArn, name),
      needs: [
        'kafka:DescribeTopic',
        'kafka-cluster:Connect',
        'kafka-cluster:DescribeTopic',
        'kafka-cluster:DescribeTopicDynamicConfiguration',
      ],
    };
    return calling(call, async () => {
      let answer: DescribeTopicResponse;
      try {
        answer = await kafka.send(
          new DescribeTopicCommand({ ClusterArn: this.#clusterArn, TopicName: name }),
        );
      } catch (error) {
        if (isNamed(error, 'NotFoundException', 'UnknownTopicOrPartitionException')) return undefined;
        throw error;
      }
      return {
        settled: answer.Status === undefined || answer.Status === 'ACTIVE',
        actual: {
          name,
          partitions: answer.PartitionCount ?? 0,
          replicationFactor: answer.ReplicationFactor ?? 0,
          configs: decodeConfigs(answer.Configs),
        },
      };
    });
  }

  async create(topic: DesiredTopic): Promise<boolean> {
    const kafka = await this.#clients.kafka();
    const { CreateTopicCommand } = await import('@aws-sdk/client-kafka');
    const made = await calling(this.#change('CreateTopic', topic.name, ['CreateTopic']), async () => {
      try {
        await kafka.send(
          new CreateTopicCommand({
            ClusterArn: this.#clusterArn,
            TopicName: topic.name,
            PartitionCount: topic.partitions,
            ReplicationFactor: topic.replicationFactor,
            Configs: encodeConfigs(topic.configs),
          }),
        );
        return true;
      } catch (error) {
        // The plan read a state of up to a minute ago.
        if (isNamed(error, 'TopicExistsException', 'ConflictException')) return false;
        throw this.#refused(topic.name, topic.configs, error);
      }
    });
    await this.#until(topic.name, (described) => described?.settled === true);
    return made;
  }

  /** A config that the cluster does not take, as an error that names it; other errors as they are. */
  #refused(name: string, configs: Readonly<Record<string, string>>, error: unknown): unknown {
    if (!(error instanceof Error) || !isNamed(error, 'BadRequestException')) return error;
    const isAbout = Object.keys(configs).some((key) => error.message.includes(key));
    if (!isAbout && !/config/i.test(error.message)) return error;
    return refusedConfigs(name, this.door, configs, error);
  }

  async addPartitions(name: string, partitions: number): Promise<void> {
    await this.#update(name, { PartitionCount: partitions });
    await this.#until(name, (topic) => topic?.settled === true && topic.actual.partitions >= partitions);
  }

  async setConfigs(name: string, configs: Readonly<Record<string, string>>): Promise<void> {
    await this.#update(name, { Configs: encodeConfigs(configs) }, configs);
    await this.#until(
      name,
      (topic) =>
        topic?.settled === true &&
        Object.entries(configs).every(([key, value]) => isSameConfig(key, topic.actual.configs[key], value)),
    );
  }

  /** Partitions and configs go in calls of their own: the API refuses both in one. */
  async #update(
    name: string,
    change: { PartitionCount: number } | { Configs: string },
    configs: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const kafka = await this.#clients.kafka();
    const { UpdateTopicCommand } = await import('@aws-sdk/client-kafka');
    const actions = ['AlterTopic', 'AlterTopicDynamicConfiguration'];
    await calling(this.#change('UpdateTopic', name, actions), async () => {
      try {
        await kafka.send(
          new UpdateTopicCommand({ ClusterArn: this.#clusterArn, TopicName: name, ...change }),
        );
      } catch (error) {
        throw this.#refused(name, configs, error);
      }
    });
  }

  async delete(name: string): Promise<void> {
    const kafka = await this.#clients.kafka();
    const { DeleteTopicCommand } = await import('@aws-sdk/client-kafka');
    await calling(this.#change('DeleteTopic', name, ['DeleteTopic']), async () => {
      try {
        await kafka.send(new DeleteTopicCommand({ ClusterArn: this.#clusterArn, TopicName: name }));
      } catch (error) {
        if (!isNamed(error, 'NotFoundException', 'UnknownTopicOrPartitionException')) throw error;
      }
    });
    await this.#until(name, (topic) => topic === undefined);
  }

  #change(action: string, name: string, kafkaActions: readonly string[]) {
    return {
      action: `kafka:${action}`,
      resource: topicArn(this.#clusterArn, name),
      needs: [
        `kafka:${action}`,
        'kafka-cluster:Connect',
        ...kafkaActions.map((one) => `kafka-cluster:${one}`),
      ],
    };
  }

  /** Waits until `done` holds in two looks after one another: one alone may come from before the change. */
  async #until(
    name: string,
    done: (topic: Described | undefined) => boolean,
  ): Promise<Described | undefined> {
    let held = 0;
    const last = await waitFor(
      { ...settle, clock: this.#clock },
      async () => {
        const topic = await this.#describe(name);
        held = done(topic) ? held + 1 : 0;
        return held >= 2 ? { topic } : undefined;
      },
      () =>
        new TopicError('ECOM_TOPIC_SLOW', {
          what: `The change to ${name} does not show after ${settle.timeoutMs / 60_000} minutes`,
          where: topicArn(this.#clusterArn, name),
          fix: 'Look at the cluster in the MSK console, then run this again: it resumes where it stopped.',
        }),
    );
    return last.topic;
  }

  async close(): Promise<void> {
    // Nothing is held open: each call is one request.
  }
}
