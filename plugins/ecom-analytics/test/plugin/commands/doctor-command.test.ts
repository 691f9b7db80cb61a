import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AwsClients } from '../../../plugin/aws/clients.ts';
import { doctorCommand } from '../../../plugin/commands/doctor-command.ts';
import { infoSection } from '../../../plugin/commands/info-command.ts';
import type { Session } from '../../../plugin/session.ts';
import { StageCloud } from './stage-cloud.ts';

interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly found: string;
  readonly code?: string;
}

let cloud: StageCloud;
beforeEach(async () => {
  cloud = await StageCloud.start();
  await cloud.deploy();
  cloud.account.functions.set('shop-dev-testConsumer', () => ({ messages: [] }));
});
afterEach(() => cloud.stop());

async function examine(session: Session = cloud.session) {
  const printed: string[] = [];
  const code = await doctorCommand(session, { json: true }, (text) => printed.push(text));
  const { ok, findings } = JSON.parse(printed.join('')) as { ok: boolean; findings: Finding[] };
  return { code, ok, findings, wrong: findings.filter((finding) => !finding.ok) };
}

/** The stage, with another caller or configuration. */
const sessionWith = (given: Partial<Session>): Session => ({ ...cloud.session, ...given });

describe('the doctor', () => {
  test('finds nothing wrong with a stage that is well', async () => {
    const { code, ok, findings } = await examine();
    expect({ code, ok }).toEqual({ code: 0, ok: true });
    expect(findings.map(({ check }) => check)).toEqual([
      'versions',
      'AWS credentials',
      'stack',
      'Kafka cluster',
      'topics and permissions',
      'Spark cluster',
      'stream',
      'alert consumer',
      'brokers reached from the network',
    ]);
    const { printed } = await cloud.run(doctorCommand);
    expect(printed).toContain(
      'ok    AWS credentials: arn:aws:iam::123456789012:user/ann in account 123456789012',
    );
  });

  test('says for a person what is wrong, where, what fixes it, and its code', async () => {
    cloud.account.outputs = undefined;
    const { code, printed } = await cloud.run(doctorCommand);
    expect(code).toBe(1);
    expect(printed).toContain(
      'WRONG stack: The stage dev is not deployed (stack shop-dev, eu-west-1). Deploy it first with `sls deploy --stage dev`. (ECOM_NOT_DEPLOYED)',
    );
  });
});

describe('credentials that do not work: the doctor', () => {
  const withCredentials = (credentials: () => Promise<never>): Session => {
    const clients = new AwsClients(async () => ({
      region: 'eu-west-1',
      endpoint: cloud.account.url,
      credentials,
      maxAttempts: 1,
    }));
    return sessionWith({ clients });
  };

  test.each([
    ['missing', { code: 'AWS_CREDENTIALS_NOT_FOUND' }],
    ['of a profile that is not there', { code: 'UNRECOGNIZED_AWS_PROFILE' }],
    ['missing, in the words of the SDK', { name: 'CredentialsProviderError' }],
  ])('says so of some that are %s, and asks for nothing more', async (_, failure) => {
    const { code, findings, wrong } = await examine(
      withCredentials(() => Promise.reject(Object.assign(new Error('none found'), failure))),
    );
    expect(code).toBe(1);
    expect(wrong).toMatchObject([{ check: 'AWS credentials', code: 'ECOM_AWS_CREDENTIALS' }]);
    expect(wrong[0]?.found).toContain('Set AWS_PROFILE or AWS_ACCESS_KEY_ID');
    expect(findings.at(-1)?.check).toBe('AWS credentials');
  });

  test.each([
    ['an expired session', 403, 'ExpiredToken', 'ECOM_AWS_EXPIRED', 'aws sso login'],
    ['a session that has to be renewed', 400, 'RequestExpired', 'ECOM_AWS_EXPIRED', 'aws sso login'],
    [
      'keys that AWS does not know',
      403,
      'InvalidClientTokenId',
      'ECOM_AWS_CREDENTIALS',
      'aws sts get-caller-identity',
    ],
    ['a denied call', 403, 'AccessDenied', 'ECOM_AWS_DENIED', 'Allow sts:GetCallerIdentity'],
  ])('says so of %s', async (_, status, name, expected, fix) => {
    cloud.account.refusal = { status, code: name, message: 'no' };
    const { wrong } = await examine();
    expect(wrong).toMatchObject([{ check: 'AWS credentials', code: expected }]);
    expect(wrong[0]?.found).toContain(fix);
  });

  test('says so where AWS cannot be reached, as in a region that does not exist', async () => {
    await cloud.account.stop();
    const { wrong } = await examine();
    expect(wrong).toMatchObject([{ check: 'AWS credentials', code: 'ECOM_AWS_UNREACHABLE' }]);
    expect(wrong[0]?.found).toContain('the region');
    await cloud.account.start();
  });
});

describe('a part of the stage that is ill: the doctor', () => {
  const cluster = (given: Record<string, unknown>) => {
    cloud.msk.cluster = { ...cloud.msk.cluster, ...given };
  };
  const provisioned = (given: Record<string, unknown>) =>
    cluster({ provisioned: { ...(cloud.msk.cluster.provisioned as object), ...given } });
  const bySdk = () => {
    const { input } = cloud.session;
    const topics = { ...input.config.topics, through: 'msk-api' as const };
    return sessionWith({ input: { ...input, config: { ...input.config, topics } } });
  };

  test('says of a stack in another region which one it looked in', async () => {
    cloud.account.outputs = undefined;
    const { findings, wrong } = await examine(sessionWith({ region: 'us-east-2' }));
    expect(wrong).toMatchObject([{ check: 'stack', code: 'ECOM_NOT_DEPLOYED' }]);
    expect(wrong[0]?.found).toContain('us-east-2');
    expect(findings.at(-1)?.check).toBe('stack');
  });

  test('says of a Kafka cluster that is not found that the ARN’s region may be wrong', async () => {
    const fault = { status: 404, type: 'NotFoundException' };
    cloud.msk.faults.set('DescribeClusterV2', [fault, fault, fault, fault]);
    const { wrong } = await examine();
    expect(wrong[0]).toMatchObject({ check: 'Kafka cluster', code: 'ECOM_CLUSTER_NOT_FOUND' });
    expect(wrong[0]?.found).toContain('Check the ARN, its region and account');
  });

  test.each([
    ['is being deleted', { state: 'DELETING' }, 'ECOM_CLUSTER_GONE', 'Name another cluster'],
    ['has failed', { state: 'FAILED' }, 'ECOM_CLUSTER_GONE', 'Name another cluster'],
    ['is being changed', { state: 'UPDATING' }, 'ECOM_CLUSTER_BUSY', 'Wait for it'],
  ])('says of a Kafka cluster that %s what to do', async (_, given, expected, fix) => {
    cluster(given);
    const { wrong } = await examine();
    expect(wrong[0]).toMatchObject({ check: 'Kafka cluster', code: expected });
    expect(wrong[0]?.found).toContain(fix);
  });

  test('says of a Kafka cluster without IAM how to turn it on', async () => {
    provisioned({ clientAuthentication: {} });
    const { wrong } = await examine();
    expect(wrong[0]).toMatchObject({ check: 'Kafka cluster', code: 'ECOM_CLUSTER_AUTH' });
    expect(wrong[0]?.found).toContain('aws kafka update-security');
  });

  test('says of a Kafka cluster that is too old for the topic API', async () => {
    provisioned({ currentBrokerSoftwareInfo: { kafkaVersion: '3.5.1' } });
    const { wrong } = await examine(bySdk());
    expect(wrong[0]).toMatchObject({ check: 'Kafka cluster', code: 'ECOM_TOPIC_API' });
    expect(wrong[0]?.found).toContain('needs Kafka 3.6 and the cluster runs 3.5.1');
    expect(wrong[0]?.found).toContain('topics.through: auto');
  });

  test('says of MSK Serverless that it has no topic API', async () => {
    cluster({
      clusterType: 'SERVERLESS',
      provisioned: undefined,
      serverless: { clientAuthentication: { sasl: { iam: { enabled: true } } } },
    });
    const { wrong } = await examine(bySdk());
    expect(wrong[0]).toMatchObject({ check: 'Kafka cluster', code: 'ECOM_TOPIC_API' });
    expect(wrong[0]?.found).toContain('MSK Serverless has no topic API');
  });

  test('tells a denied read of the topics from topics that are not there', async () => {
    const fault = { status: 403, type: 'ForbiddenException' };
    cloud.msk.faults.set('DescribeTopic', [fault, fault, fault]);
    const denied = await examine();
    expect(denied.wrong).toMatchObject([{ check: 'topics and permissions', code: 'ECOM_AWS_DENIED' }]);
    cloud.msk.topics.delete('ecommerce-alerts');
    const gone = await examine();
    expect(gone.wrong).toMatchObject([{ check: 'topics and permissions', code: 'ECOM_TOPIC_DIFFERENCES' }]);
    expect(gone.wrong[0]?.found).toContain('1 difference (');
    expect(gone.wrong[0]?.found).toContain('sls ecom topics plan');
  });

  test('says of a Spark cluster that has ended how to get another', async () => {
    cloud.spark.clusterState = 'TERMINATED_WITH_ERRORS';
    const { wrong } = await examine();
    expect(wrong[0]).toMatchObject({ check: 'Spark cluster', code: 'ECOM_EMR_ENDED' });
    expect(wrong[0]?.found).toContain('sls deploy --stage dev');
  });

  test('says of a Spark cluster of another release that the connector does not fit', async () => {
    const { input } = cloud.session;
    const { create } = input.config.emr;
    if (create === undefined) throw new Error('the sample stage makes its cluster');
    const emr = { create: { ...create, release: 'emr-7.13.0' } };
    const config = { ...input.config, emr };
    const { wrong } = await examine(sessionWith({ input: { ...input, config } }));
    expect(wrong[0]).toMatchObject({ check: 'Spark cluster', code: 'ECOM_EMR_RELEASE_MISMATCH' });
  });

  test('says of a step that has died where its logs are', async () => {
    for (const step of cloud.spark.live) cloud.spark.kill(step);
    const { wrong } = await examine();
    expect(wrong).toMatchObject([{ check: 'stream', code: 'ECOM_STREAM_ILL' }]);
    expect(wrong[0]?.found).toContain('step FAILED');
    expect(wrong[0]?.found).toContain('sls ecom stream logs --stage dev');
  });

  test('says of a stream that was never started how to start it', async () => {
    cloud.spark.objects.delete('control/pipeline/step.json');
    const { wrong } = await examine();
    expect(wrong).toMatchObject([{ check: 'stream', code: 'ECOM_STREAM_NEVER_STARTED' }]);
    expect(wrong[0]?.found).toContain('sls ecom stream start --stage dev');
  });

  test.each([
    ['is off', { State: 'Disabled' }],
    ['cannot read', { State: 'Enabled', LastProcessingResult: 'PROBLEM: Connection error' }],
  ])('says of a trigger that %s', async (_, trigger) => {
    cloud.account.trigger = trigger;
    const { wrong } = await examine();
    expect(wrong).toMatchObject([{ check: 'alert consumer', code: 'ECOM_TRIGGER_ILL' }]);
  });

  test('says with the function’s own words that it does not reach the brokers', async () => {
    cloud.account.functions.set('shop-dev-testConsumer', () => {
      throw new Error('The brokers cannot be reached: Connection timeout');
    });
    const { code, wrong } = await examine();
    expect(code).toBe(1);
    expect(wrong).toMatchObject([
      { check: 'brokers reached from the network', code: 'ECOM_FUNCTION_FAILED' },
    ]);
    expect(wrong[0]?.found).toContain('Connection timeout (function shop-dev-testConsumer)');
  });
});

describe('info', () => {
  test('shows cluster, topics, brokers, stream and links', async () => {
    const lines = await infoSection(cloud.session);
    expect(lines.slice(0, 3)).toEqual([
      'cluster: shop, Kafka 3.9.x.kraft, ACTIVE',
      'topics: ecommerce-orders, ecommerce-alerts, ecommerce-orders-dlq',
      'brokers: b-1.shop.kafka:9098',
    ]);
    expect(lines.join('\n')).toContain('pipeline: step s-1 RUNNING, job running, generation 1');
    expect(lines).toContain('Dashboard https://dashboard.example');
  });

  test('says that topics are not as they should be', async () => {
    cloud.msk.topics.delete('ecommerce-alerts');
    expect(await infoSection(cloud.session)).toContain('topics: 1 difference, see sls ecom topics plan');
  });

  test('shows the rest where the topics cannot be looked at, and says why', async () => {
    cloud.msk.cluster = { ...cloud.msk.cluster, state: 'UPDATING' };
    const lines = await infoSection(cloud.session);
    expect(lines[0]).toMatch(/^topics: The cluster is UPDATING.*Wait for it.*\(ECOM_CLUSTER_BUSY\)$/);
    expect(lines.join('\n')).toContain('pipeline: step s-1 RUNNING');
  });

  test('says of a stage that is not deployed no more than that', async () => {
    cloud.account.outputs = undefined;
    expect(await infoSection(cloud.session)).toEqual(['not deployed']);
  });

  test('does not take a denied call for a stage that is not deployed', async () => {
    cloud.account.refusal = { status: 403, code: 'AccessDenied', message: 'no' };
    await expect(infoSection(cloud.session)).rejects.toMatchObject({ code: 'ECOM_AWS_DENIED' });
  });
});
