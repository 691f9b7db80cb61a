import type { StageConfig } from '../config/schema.ts';
import { TopicError } from '../error-kinds.ts';
import { type ClusterFacts, predatesTopicApi, turnOnIam } from './cluster.ts';

/** How a cluster's topics are reached. */
export type TopicDoor = 'msk-api' | 'kafka-admin';

const fail = (
  code: ConstructorParameters<typeof TopicError>[0],
  cluster: ClusterFacts,
  what: string,
  fix: string,
) => new TopicError(code, { what, where: `cluster ${cluster.name}, ${cluster.id}`, fix });

/** States that pass by themselves, so that it is worth waiting. Source: MSK guide, "Cluster states". */
export const passingStates: readonly string[] = [
  'CREATING',
  'HEALING',
  'MAINTENANCE',
  'REBOOTING_BROKER',
  'UPDATING',
];

/** Why topics cannot be changed while a cluster is in a state, or undefined for a state in which they can. */
export function stateRefusal(cluster: ClusterFacts): TopicError | undefined {
  if (cluster.state === 'ACTIVE') return undefined;
  if (passingStates.includes(cluster.state))
    return fail(
      'ECOM_CLUSTER_BUSY',
      cluster,
      `The cluster is ${cluster.state}, and its topics can be changed only while it is ACTIVE`,
      'Wait for it (`aws kafka describe-cluster-v2`) and run this again.',
    );
  return fail(
    'ECOM_CLUSTER_GONE',
    cluster,
    `The cluster is ${cluster.state}`,
    'Name another cluster in `msk.existing.clusterArn`, or let the stage create one.',
  );
}

/** Why the MSK topic API does not serve a cluster, or undefined where it does. */
function apiRefusal(cluster: ClusterFacts): string | undefined {
  if (cluster.kind === 'serverless') return 'MSK Serverless has no topic API';
  if (cluster.kind === 'plain') return 'This is not an MSK cluster';
  if (cluster.kafkaVersion !== null && predatesTopicApi(cluster.kafkaVersion))
    return `The topic API needs Kafka 3.6 and the cluster runs ${cluster.kafkaVersion}`;
  return undefined;
}

/**
 * Checks that a cluster's topics can be worked on, and through which door.
 *
 * @throws TopicError `ECOM_CLUSTER_AUTH` without IAM authentication, `ECOM_CLUSTER_BUSY` or `ECOM_CLUSTER_GONE` by its
 * state, `ECOM_TOPIC_API` where the configuration insists on the MSK API and the cluster has none
 */
export function topicDoor(cluster: ClusterFacts, through: StageConfig['topics']['through']): TopicDoor {
  const refusal = stateRefusal(cluster);
  if (refusal) throw refusal;
  if (!cluster.iamAuthentication)
    throw fail(
      'ECOM_CLUSTER_AUTH',
      cluster,
      'The cluster does not accept IAM authentication, which the functions and Spark use',
      turnOnIam(cluster.id),
    );
  const why = apiRefusal(cluster);
  if (through === 'kafka-admin') return 'kafka-admin';
  if (why === undefined) return 'msk-api';
  if (through === 'auto') return 'kafka-admin';
  throw fail(
    'ECOM_TOPIC_API',
    cluster,
    `${why}, and \`topics.through\` is msk-api`,
    'Set `topics.through: auto`, and run the command from where the brokers can be reached.',
  );
}
