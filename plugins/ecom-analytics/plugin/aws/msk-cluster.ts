import type { Cluster } from '@aws-sdk/client-kafka';
import { TopicError } from '../error-kinds.ts';
import { type ClusterFacts, turnOnIam } from '../topics/cluster.ts';
import { calling, isNamed } from './aws-failure.ts';
import type { AwsClients } from './clients.ts';

/** A claim on a topic is a tag on the cluster, so that stages that share one see each other's. */
export const ownerTagPrefix = 'ecom-analytics:topic:';

/** The most characters of a tag's key. */
const maxTagKey = 128;

function kindOf(cluster: Cluster): ClusterFacts['kind'] {
  if (cluster.ClusterType === 'SERVERLESS') return 'serverless';
  const type = cluster.Provisioned?.BrokerNodeGroupInfo?.InstanceType ?? '';
  return type.startsWith('express.') ? 'express' : 'standard';
}

function ownersOf(tags: Readonly<Record<string, string>> | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tags ?? {}).flatMap(([key, value]) =>
      key.startsWith(ownerTagPrefix) ? [[key.slice(ownerTagPrefix.length), value]] : [],
    ),
  );
}

function factsOf(cluster: Cluster, arn: string): ClusterFacts {
  const kind = kindOf(cluster);
  const sasl =
    cluster.Provisioned?.ClientAuthentication?.Sasl ?? cluster.Serverless?.ClientAuthentication?.Sasl;
  return {
    id: arn,
    name: cluster.ClusterName ?? arn,
    kind,
    state: cluster.State ?? 'UNKNOWN',
    kafkaVersion: cluster.Provisioned?.CurrentBrokerSoftwareInfo?.KafkaVersion ?? null,
    brokers: cluster.Provisioned?.NumberOfBrokerNodes ?? 3,
    iamAuthentication: sasl?.Iam?.Enabled ?? false,
    owners: ownersOf(cluster.Tags),
  };
}

/** One MSK cluster: its facts, its brokers, and the stages' claims on its topics. */
export class MskCluster {
  readonly #clients: Pick<AwsClients, 'kafka'>;
  readonly arn: string;

  constructor(clients: Pick<AwsClients, 'kafka'>, arn: string) {
    this.#clients = clients;
    this.arn = arn;
  }

  /** @throws TopicError `ECOM_CLUSTER_NOT_FOUND` */
  async facts(): Promise<ClusterFacts> {
    const kafka = await this.#clients.kafka();
    const { DescribeClusterV2Command } = await import('@aws-sdk/client-kafka');
    const { ClusterInfo } = await calling(
      { action: 'kafka:DescribeClusterV2', resource: this.arn },
      async () => {
        try {
          return await kafka.send(new DescribeClusterV2Command({ ClusterArn: this.arn }));
        } catch (error) {
          if (isNamed(error, 'NotFoundException')) throw this.#notFound(error);
          throw error;
        }
      },
    );
    if (ClusterInfo === undefined) throw this.#notFound(undefined);
    return factsOf(ClusterInfo, this.arn);
  }

  #notFound(cause: unknown): TopicError {
    return new TopicError(
      'ECOM_CLUSTER_NOT_FOUND',
      {
        what: 'There is no such MSK cluster',
        where: this.arn,
        fix: 'Check the ARN, its region and account: `aws kafka list-clusters-v2` lists what there is.',
      },
      { cause },
    );
  }

  /** Where clients with IAM authentication connect: `host:9098,…`. */
  async bootstrapBrokers(): Promise<string> {
    const kafka = await this.#clients.kafka();
    const { GetBootstrapBrokersCommand } = await import('@aws-sdk/client-kafka');
    const answer = await calling({ action: 'kafka:GetBootstrapBrokers', resource: this.arn }, () =>
      kafka.send(new GetBootstrapBrokersCommand({ ClusterArn: this.arn })),
    );
    if (answer.BootstrapBrokerStringSaslIam) return answer.BootstrapBrokerStringSaslIam;
    throw new TopicError('ECOM_CLUSTER_AUTH', {
      what: 'The cluster has no brokers for IAM authentication',
      where: this.arn,
      fix: turnOnIam(this.arn),
    });
  }

  /**
   * Leaves a claim on topics. Claims are read with {@link facts}.
   *
   * @param owner `service/stage`
   */
  async claim(names: readonly string[], owner: string): Promise<void> {
    const long = names.find((name) => ownerTagPrefix.length + name.length > maxTagKey);
    if (long !== undefined)
      throw new TopicError('ECOM_TOPIC_NAME_LENGTH', {
        what: `The topic name ${long} is too long to be claimed on the cluster`,
        where: this.arn,
        fix: `Shorten \`topics.prefix\`: a name may have ${maxTagKey - ownerTagPrefix.length} characters.`,
      });
    const kafka = await this.#clients.kafka();
    const { TagResourceCommand } = await import('@aws-sdk/client-kafka');
    const Tags = Object.fromEntries(names.map((name) => [ownerTagPrefix + name, owner]));
    await calling({ action: 'kafka:TagResource', resource: this.arn }, () =>
      kafka.send(new TagResourceCommand({ ResourceArn: this.arn, Tags })),
    );
  }

  async release(names: readonly string[]): Promise<void> {
    const kafka = await this.#clients.kafka();
    const { UntagResourceCommand } = await import('@aws-sdk/client-kafka');
    const TagKeys = names.map((name) => ownerTagPrefix + name);
    await calling({ action: 'kafka:UntagResource', resource: this.arn }, async () => {
      try {
        await kafka.send(new UntagResourceCommand({ ResourceArn: this.arn, TagKeys }));
      } catch (error) {
        // With the cluster its tags have gone.
        if (!isNamed(error, 'NotFoundException')) throw error;
      }
    });
  }
}
