import * as v from 'valibot';
import type { Use } from './use.ts';

/** Which `kafka-cluster` actions requests to Kafka are, as `npm run cloud -- --record` keeps them. */

const TopicSchema = v.object({
  name: v.nullish(v.string()),
  topic: v.nullish(v.string()),
  topicId: v.nullish(v.string()),
});
const RequestSchema = v.object({
  requestHeader: v.object({ clientId: v.nullable(v.string()), requestApiKeyName: v.string() }),
  request: v.object({
    topics: v.optional(v.nullable(v.array(v.union([v.string(), TopicSchema])))),
    topicData: v.optional(v.array(TopicSchema)),
    transactionalId: v.optional(v.nullable(v.string())),
    groupId: v.optional(v.string()),
    groups: v.optional(v.array(v.union([v.string(), v.object({ groupId: v.string() })]))),
    groupsNames: v.optional(v.array(v.string())),
    key: v.optional(v.string()),
    coordinatorKeys: v.optional(v.array(v.string())),
  }),
  response: v.object({ topics: v.optional(v.array(TopicSchema)) }),
  listener: v.string(),
});
type Request = v.InferOutput<typeof RequestSchema>;

/** Who is behind a client's name; the rest is the local cloud's and the tests' own. */
const principals: readonly (readonly [RegExp, string])[] = [
  [/^ecom-producer$/, 'producer'],
  [/^ecom-test-consumer$/, 'testConsumer'],
  [/^ecom-cloud-trigger$/, 'alertConsumer'],
  [/^ecom-replay$/, 'ecomReplay'],
  [/^(consumer-spark-kafka-|producer-\d|adminclient-\d|consumer-null-)/, 'job'],
];

/**
 * The ACL operations of each request, and what they are called in policies.
 * Sources: Kafka's documentation, "Operations and resources on protocols"; MSK guide, "Semantics of IAM authorization
 * policy actions and resources".
 */
const actions: Readonly<
  Record<string, { topic?: readonly string[]; group?: readonly string[]; cluster?: readonly string[] }>
> = {
  API_VERSIONS: {},
  // Nothing, unless it asks for the operations that it is allowed.
  DESCRIBE_CLUSTER: {},
  METADATA: { topic: ['DescribeTopic'] },
  DESCRIBE_TOPIC_PARTITIONS: { topic: ['DescribeTopic'] },
  PRODUCE: { topic: ['WriteData', 'DescribeTopic'] },
  INIT_PRODUCER_ID: { cluster: ['WriteDataIdempotently'] },
  FETCH: { topic: ['ReadData', 'DescribeTopic'] },
  LIST_OFFSETS: { topic: ['DescribeTopic'] },
  FIND_COORDINATOR: { group: ['DescribeGroup'] },
  JOIN_GROUP: { group: ['AlterGroup', 'DescribeGroup'] },
  SYNC_GROUP: { group: ['AlterGroup', 'DescribeGroup'] },
  HEARTBEAT: { group: ['AlterGroup', 'DescribeGroup'] },
  LEAVE_GROUP: { group: ['AlterGroup', 'DescribeGroup'] },
  OFFSET_COMMIT: { group: ['AlterGroup', 'DescribeGroup'], topic: ['ReadData', 'DescribeTopic'] },
  OFFSET_FETCH: { group: ['DescribeGroup'], topic: ['DescribeTopic'] },
  DESCRIBE_GROUPS: { group: ['DescribeGroup'] },
  LIST_GROUPS: { group: ['DescribeGroup'] },
  DELETE_GROUPS: { group: ['DeleteGroup', 'DescribeGroup'] },
  GET_TELEMETRY_SUBSCRIPTIONS: {},
  PUSH_TELEMETRY: {},
};

/** @param clusterArn of the cluster that was asked */
export function kafkaUses(lines: readonly string[], clusterArn: string): Use[] {
  const requests = lines.map((line) => v.parse(RequestSchema, JSON.parse(line.slice(line.indexOf('{')))));
  const names = new Map<string, string>();
  for (const { response } of requests)
    for (const { name, topicId } of response.topics ?? []) if (name && topicId) names.set(topicId, name);
  const arnOf = (kind: string, name: string): string =>
    `${clusterArn.replace(':cluster/', `:${kind}/`)}/${name}`;

  const topicsOf = ({ request }: Request): string[] =>
    [...(request.topics ?? []), ...(request.topicData ?? [])].flatMap((topic) => {
      if (typeof topic === 'string') return [topic];
      const name = topic.name ?? topic.topic ?? names.get(topic.topicId ?? '');
      return name ? [name] : [];
    });
  const groupsOf = ({ request }: Request): string[] => [
    ...[request.groupId, request.key].filter((group) => group !== undefined),
    ...(request.coordinatorKeys ?? []),
    ...(request.groupsNames ?? []),
    ...(request.groups ?? []).map((group) => (typeof group === 'string' ? group : group.groupId)),
  ];

  return requests.flatMap((request) => {
    const { clientId, requestApiKeyName } = request.requestHeader;
    const principal = principals.find(([pattern]) => pattern.test(clientId ?? ''))?.[1];
    if (principal === undefined || request.listener === 'CONTROLLER') return [];
    const needed = actions[requestApiKeyName];
    if (needed === undefined) throw new Error(`Which permission is this? ${clientId} ${requestApiKeyName}`);
    const use = (action: string, resource: string): Use => ({
      principal,
      action: `kafka-cluster:${action}`,
      resource,
    });
    return [
      use('Connect', clusterArn),
      ...(needed.cluster ?? []).map((action) => use(action, clusterArn)),
      ...topicsOf(request).flatMap((topic) =>
        (needed.topic ?? []).map((action) => use(action, arnOf('topic', topic))),
      ),
      ...groupsOf(request).flatMap((group) =>
        (needed.group ?? []).map((action) => use(action, arnOf('group', group))),
      ),
    ];
  });
}
