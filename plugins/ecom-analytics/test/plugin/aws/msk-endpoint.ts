import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A topic as the fake keeps it. */
export interface FakeTopic {
  PartitionCount: number;
  ReplicationFactor: number;
  Configs: string;
  Status: string;
}

/** An answer in place of the usual one. */
export interface Fault {
  readonly status: number;
  readonly type: string;
  readonly message?: string;
}

/**
 * The wire of MSK's topic API, to see what the plugin sends and how it takes faults and stale answers. The real behaviour
 * of topics is tested on a real broker.
 */
export interface MskEndpoint {
  readonly url: string;
  readonly topics: Map<string, FakeTopic>;
  readonly tags: Record<string, string>;
  /** `METHOD path`, of every request. */
  readonly requests: string[];
  cluster: Record<string, unknown>;
  /** Answers to give before the usual ones, by action. */
  readonly faults: Map<string, Fault[]>;
  /** How many reads after a change still show the state before it. */
  staleReads: number;
  stop(): Promise<void>;
}

interface Request {
  readonly action: string;
  readonly topic: string | undefined;
  readonly body: Record<string, unknown>;
  readonly query: URLSearchParams;
}

const topicActions: Readonly<Record<string, string>> = {
  GET: 'DescribeTopic',
  POST: 'CreateTopic',
  PUT: 'UpdateTopic',
  DELETE: 'DeleteTopic',
};

function requestOf(method: string, url: URL, text: string): Request {
  const topic = /\/topics\/([^/]+)$/.exec(url.pathname)?.[1];
  const action = url.pathname.includes('/topics')
    ? (topicActions[method] ?? '')
    : url.pathname.startsWith('/v1/tags')
      ? method === 'DELETE'
        ? 'UntagResource'
        : 'TagResource'
      : url.pathname.endsWith('/bootstrap-brokers')
        ? 'GetBootstrapBrokers'
        : 'DescribeClusterV2';
  return {
    action,
    topic: topic && decodeURIComponent(topic),
    body: text === '' ? {} : JSON.parse(text),
    query: url.searchParams,
  };
}

const camel = (members: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(members).map(([key, value]) => [key.charAt(0).toLowerCase() + key.slice(1), value]),
  );

export async function startMskEndpoint(): Promise<MskEndpoint> {
  const topics = new Map<string, FakeTopic>();
  const before = new Map<string, { state: FakeTopic | undefined; reads: number }>();
  const tags: Record<string, string> = {};
  const requests: string[] = [];
  const faults = new Map<string, Fault[]>();

  const remember = (name: string): void => {
    const state = topics.get(name);
    before.set(name, { state: state && { ...state }, reads: endpoint.staleReads });
  };
  const seen = (name: string): FakeTopic | undefined => {
    const stale = before.get(name);
    if (stale === undefined || stale.reads === 0) return topics.get(name);
    stale.reads--;
    return stale.state;
  };

  const answers: Record<string, (request: Request) => Record<string, unknown> | Fault> = {
    DescribeClusterV2: () => ({ clusterInfo: { ...endpoint.cluster, tags } }),
    GetBootstrapBrokers: () => ({ bootstrapBrokerStringSaslIam: 'b-1.shop.kafka:9098' }),
    TagResource: ({ body }) => {
      Object.assign(tags, body.tags);
      return {};
    },
    UntagResource: ({ query }) => {
      for (const key of query.getAll('tagKeys')) delete tags[key];
      return {};
    },
    DescribeTopic: ({ topic = '' }) => {
      const state = seen(topic);
      return state ? camel({ TopicName: topic, ...state }) : { status: 404, type: 'NotFoundException' };
    },
    CreateTopic: ({ body }) => {
      const name = String(body.topicName);
      if (topics.has(name)) return { status: 409, type: 'TopicExistsException' };
      remember(name);
      topics.set(name, {
        PartitionCount: Number(body.partitionCount),
        ReplicationFactor: Number(body.replicationFactor),
        Configs: String(body.configs),
        Status: 'ACTIVE',
      });
      return { topicName: name, status: 'CREATING' };
    },
    UpdateTopic: ({ topic = '', body }) => {
      const state = topics.get(topic);
      if (state === undefined) return { status: 404, type: 'NotFoundException' };
      if ((body.partitionCount === undefined) === (body.configs === undefined))
        return { status: 400, type: 'BadRequestException' };
      remember(topic);
      if (body.partitionCount !== undefined) state.PartitionCount = Number(body.partitionCount);
      if (body.configs !== undefined) state.Configs = String(body.configs);
      return { topicName: topic, status: 'UPDATING' };
    },
    DeleteTopic: ({ topic = '' }) => {
      if (!topics.has(topic)) return { status: 404, type: 'NotFoundException' };
      remember(topic);
      topics.delete(topic);
      return { topicName: topic, status: 'DELETING' };
    },
  };

  const server = createServer({ keepAliveTimeout: 0 }, async (incoming, outgoing) => {
    let text = '';
    for await (const chunk of incoming) text += chunk;
    const url = new URL(incoming.url ?? '/', 'http://localhost');
    const request = requestOf(incoming.method ?? '', url, text);
    requests.push(request.action);
    const answer = faults.get(request.action)?.shift() ?? answers[request.action]?.(request) ?? {};
    const fault = 'type' in answer && typeof answer.type === 'string' ? answer : undefined;
    const headers = fault ? { 'x-amzn-errortype': String(fault.type) } : {};
    outgoing.writeHead(Number(fault?.status ?? 200), { 'content-type': 'application/json', ...headers });
    outgoing.end(JSON.stringify(fault ? { message: fault.message ?? fault.type } : answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  const endpoint: MskEndpoint = {
    url: `http://127.0.0.1:${port}`,
    topics,
    tags,
    requests,
    faults,
    staleReads: 0,
    cluster: {
      clusterName: 'shop',
      clusterType: 'PROVISIONED',
      state: 'ACTIVE',
      provisioned: {
        brokerNodeGroupInfo: { instanceType: 'kafka.m7g.large', clientSubnets: [] },
        currentBrokerSoftwareInfo: { kafkaVersion: '3.9.x.kraft' },
        numberOfBrokerNodes: 3,
        clientAuthentication: { sasl: { iam: { enabled: true } } },
      },
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return endpoint;
}
