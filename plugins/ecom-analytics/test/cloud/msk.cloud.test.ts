import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  CreateTopicCommand,
  DeleteTopicCommand,
  DescribeClusterV2Command,
  DescribeTopicCommand,
  GetBootstrapBrokersCommand,
  KafkaClient,
  ListReplicatorsCommand,
  ListTopicsCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateTopicCommand,
} from '@aws-sdk/client-kafka';
import { CreateBucketCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AwsService } from '../../cloud/aws-service.ts';
import { type Front, type ReceivedRequest, startFront } from '../../cloud/front.ts';
import { type Ministack, startMinistack } from '../../cloud/ministack.ts';
import { type LocalCluster, mskHandlers } from '../../cloud/msk.ts';
import { ServiceModel } from '../../cloud/service-model.ts';
import { type Broker, startBroker } from '../../machine/kafka/broker.ts';
import { describeWithJava } from '../requirement.ts';

const arn = 'arn:aws:kafka:us-east-1:000000000000:cluster/local/00000000-0000-0000-0000-000000000000-1';
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

describeWithJava('MSK on the local cloud', () => {
  let folder: string;
  let broker: Broker;
  let ministack: Ministack;
  let admin: Admin;
  let front: Front;
  let client: KafkaClient;
  const received: ReceivedRequest[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'ecom-cloud-'));
    [broker, ministack] = await Promise.all([startBroker(), startMinistack({ folder })]);
    admin = new Kafka({ brokers: [broker.bootstrapServers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const cluster: LocalCluster = {
      arn,
      name: 'local',
      kafkaVersion: '3.9.x.kraft',
      bootstrapServers: broker.bootstrapServers,
      brokers: 1,
    };
    const model = new ServiceModel(await ministack.modelFile('kafka', '2018-11-14'));
    const msk = new AwsService(model, mskHandlers(cluster, admin), 'BadRequestException');
    front = await startFront(0, [msk], ministack.url, {
      onRequest: (request) => received.push(request),
    });
    client = new KafkaClient({ endpoint: front.url, region: 'us-east-1', credentials, maxAttempts: 1 });
  });

  afterAll(async () => {
    client?.destroy();
    await front?.close();
    await admin?.disconnect();
    await Promise.all([broker?.stop(), ministack?.child.stop()]);
    await rm(folder, { recursive: true, force: true });
  });

  const target = (TopicName: string) => ({ ClusterArn: arn, TopicName });
  const configs = (values: Readonly<Record<string, string>>) =>
    Buffer.from(JSON.stringify(values)).toString('base64');

  it('describes its cluster and its brokers', async () => {
    const { ClusterInfo } = await client.send(new DescribeClusterV2Command({ ClusterArn: arn }));
    expect(ClusterInfo).toMatchObject({ State: 'ACTIVE', ClusterType: 'PROVISIONED' });
    const brokers = await client.send(new GetBootstrapBrokersCommand({ ClusterArn: arn }));
    expect(brokers.BootstrapBrokerStringSaslIam).toBe(broker.bootstrapServers);
    const unknown = client.send(new DescribeClusterV2Command({ ClusterArn: `${arn}2` }));
    await expect(unknown).rejects.toMatchObject({ name: 'NotFoundException' });
  });

  it('makes, changes and deletes real topics', async () => {
    const created = await client.send(
      new CreateTopicCommand({
        ...target('orders'),
        PartitionCount: 2,
        ReplicationFactor: 1,
        Configs: configs({ 'retention.ms': '60000' }),
      }),
    );
    expect(created.Status).toBe('CREATING');
    expect(await admin.listTopics()).toContain('orders');

    await client.send(new UpdateTopicCommand({ ...target('orders'), PartitionCount: 3 }));
    await client.send(
      new UpdateTopicCommand({ ...target('orders'), Configs: configs({ 'retention.ms': '120000' }) }),
    );
    const described = await client.send(new DescribeTopicCommand(target('orders')));
    expect(described).toMatchObject({ PartitionCount: 3, ReplicationFactor: 1, Status: 'ACTIVE' });
    expect(JSON.parse(Buffer.from(described.Configs ?? '', 'base64').toString())).toMatchObject({
      'retention.ms': '120000',
    });
    const { Topics } = await client.send(new ListTopicsCommand({ ClusterArn: arn }));
    expect(Topics).toMatchObject([{ TopicName: 'orders', PartitionCount: 3 }]);

    await client.send(new DeleteTopicCommand(target('orders')));
    await expect(client.send(new DescribeTopicCommand(target('orders')))).rejects.toMatchObject({
      name: 'NotFoundException',
    });
  });

  it('tags its cluster, and takes tags away again', async () => {
    await client.send(new TagResourceCommand({ ResourceArn: arn, Tags: { one: '1', two: '2', three: '3' } }));
    await client.send(new UntagResourceCommand({ ResourceArn: arn, TagKeys: ['one'] }));
    await client.send(new UntagResourceCommand({ ResourceArn: arn, TagKeys: ['two', 'none'] }));
    const { ClusterInfo } = await client.send(new DescribeClusterV2Command({ ClusterArn: arn }));
    expect(ClusterInfo?.Tags).toEqual({ three: '3' });
  });

  it('refuses what MSK refuses', async () => {
    const topic = { ...target('twice'), PartitionCount: 2, ReplicationFactor: 1 };
    await client.send(new CreateTopicCommand(topic));
    await expect(client.send(new CreateTopicCommand(topic))).rejects.toMatchObject({
      name: 'TopicExistsException',
    });
    const shrink = client.send(new UpdateTopicCommand({ ...target('twice'), PartitionCount: 1 }));
    await expect(shrink).rejects.toMatchObject({ name: 'BadRequestException' });
    const both = client.send(
      new UpdateTopicCommand({
        ...target('twice'),
        PartitionCount: 3,
        Configs: configs({ 'retention.ms': '1' }),
      }),
    );
    await expect(both).rejects.toMatchObject({ name: 'BadRequestException' });
    const none = client.send(new CreateTopicCommand({ ...topic, TopicName: 'none', PartitionCount: 0 }));
    await expect(none).rejects.toMatchObject({ name: 'BadRequestException', message: /below 1/ });
  });

  it('answers 501 to what it does not do, and records every call', async () => {
    await expect(client.send(new ListReplicatorsCommand({}))).rejects.toMatchObject({
      name: 'NotImplemented',
      $metadata: { httpStatusCode: 501 },
    });
    expect(received).toContainEqual(
      expect.objectContaining({
        service: 'kafka',
        accessKeyId: credentials.accessKeyId,
        method: 'GET',
        url: '/replication/v1/replicators',
      }),
    );
  });

  it('passes the rest of AWS on', async () => {
    const s3 = new S3Client({ endpoint: front.url, region: 'us-east-1', credentials, forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: 'shop' }));
    const { Buckets } = await s3.send(new ListBucketsCommand({}));
    expect(Buckets).toMatchObject([{ Name: 'shop' }]);
    s3.destroy();
  });
});
