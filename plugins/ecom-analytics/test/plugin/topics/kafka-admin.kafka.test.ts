import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../../functions/clock.ts';
import { type Broker, startBroker } from '../../../machine/kafka/broker.ts';
import { adminClient } from '../../../plugin/topics/admin-client.ts';
import { applyPlan, deleteTopics } from '../../../plugin/topics/apply.ts';
import { KafkaAdminTopics } from '../../../plugin/topics/kafka-admin.ts';
import { emptyLedger, type Ledger } from '../../../plugin/topics/ledger.ts';
import { isSameConfig, topicConfigNames, topicConfigProblem } from '../../../plugin/topics/topic-configs.ts';
import { planTopics } from '../../../plugin/topics/topic-plan.ts';
import { describeWithJava } from '../../requirement.ts';
import { desired, owner } from './sample-topics.ts';

describeWithJava('topics through a Kafka admin client', () => {
  let broker: Broker;
  let topics: KafkaAdminTopics;
  let ledger: Ledger;

  beforeAll(async () => {
    broker = await startBroker();
    const connection = { bootstrapServers: broker.bootstrapServers, iam: null };
    topics = new KafkaAdminTopics(adminClient(connection), systemClock);
    ledger = emptyLedger(owner, broker.bootstrapServers);
  });
  afterAll(async () => {
    await topics?.close();
    await broker?.stop();
  });

  const context = () => ({
    store: topics,
    clock: systemClock,
    progress: () => {},
    ledgerStore: {
      read: async () => ledger,
      write: async (written: Ledger) => {
        ledger = written;
      },
    },
    claim: async () => {},
    release: async () => {},
  });

  async function deploy(config: unknown = {}) {
    const cluster = await topics.cluster(broker.bootstrapServers);
    const wanted = desired(config, cluster);
    const actual = await topics.read(wanted.map(({ name }) => name));
    const plan = planTopics({ desired: wanted, actual, ledger, cluster, owner });
    await applyPlan(plan, ledger, context());
    return plan;
  }

  test('are made, kept, grown, changed, and deleted', async () => {
    expect((await deploy()).changes.map(({ kind }) => kind)).toEqual(['create', 'create', 'create']);
    expect((await deploy()).changes).toEqual([]);

    const [orders] = await topics.read(['ecommerce-orders']);
    expect(orders).toMatchObject({ partitions: 3, replicationFactor: 1 });
    expect(orders?.configs['retention.ms']).toBe('604800000');

    // A config that somebody else set is there after ours have changed.
    await topics.setConfigs('ecommerce-orders', { 'compression.type': 'zstd' });
    await deploy({ topics: { orders: { partitions: 5, retentionHours: 1 } } });
    const [grown] = await topics.read(['ecommerce-orders']);
    expect(grown?.partitions).toBe(5);
    expect(grown?.configs).toMatchObject({
      'retention.ms': '3600000',
      'compression.type': 'zstd',
      'min.insync.replicas': '1',
    });

    await expect(deploy()).rejects.toMatchObject({ code: 'ECOM_TOPIC_SHRINK' });

    const { deleted } = await deleteTopics({ adopted: false, keep: false }, ledger, context());
    expect(deleted).toHaveLength(3);
    expect(await topics.read(deleted)).toEqual([]);
    await topics.delete('ecommerce-orders');
  });

  test('that exist already are not made again', async () => {
    const [orders] = desired({}, await topics.cluster(broker.bootstrapServers));
    if (orders === undefined) throw new Error('the definition has an orders topic');
    expect(await topics.create(orders)).toBe(true);
    expect(await topics.create({ ...orders, partitions: 7 })).toBe(false);
    expect((await topics.read([orders.name]))[0]?.partitions).toBe(3);
  });

  // Where Kafka's definitions change, this says so: the table in topic-configs.ts is theirs.
  test('have the configs of the table, and no others', async () => {
    const [orders] = await topics.read(['ecommerce-orders']);
    const known = Object.keys(orders?.configs ?? {});
    // 4.0 dropped these, and 3.9 has them.
    const older = [
      'message.downconversion.enable',
      'message.format.version',
      'message.timestamp.difference.max.ms',
    ];
    expect([...known, ...older].sort()).toEqual([...topicConfigNames].sort());
  });

  test.each([
    ['cleanup.policy', 'compact, delete'],
    ['cleanup.policy', ''],
    ['compression.type', ' zstd'],
    ['compression.gzip.level', '-1'],
    ['compression.gzip.level', '10'],
    ['compression.zstd.level', '-131072'],
    ['preallocate', 'True'],
    ['preallocate', '1'],
    ['min.cleanable.dirty.ratio', '0.50'],
    ['min.cleanable.dirty.ratio', '5e-1f'],
    ['min.cleanable.dirty.ratio', '1.01'],
    ['retention.ms', ' 3600000'],
    ['retention.ms', '+3600000'],
    ['retention.ms', '-2'],
    ['retention.ms', '3600000L'],
    ['retention.bytes', '-7'],
    ['flush.messages', '9223372036854775807'],
    ['flush.messages', '9223372036854775808'],
    ['segment.bytes', '2147483648'],
    ['follower.replication.throttled.replicas', '0:1, 1:2'],
    ['follower.replication.throttled.replicas', '*'],
    ['follower.replication.throttled.replicas', 'all'],
    ['message.timestamp.type', 'logappendtime'],
    ['retention', '1'],
  ])('take %s = %j where the table takes it, and then plan nothing more', async (key, value) => {
    const taken = await topics.setConfigs('ecommerce-orders', { [key]: value }).then(
      () => true,
      (error: unknown) => {
        // Key and reason, in the broker's own words.
        expect(error).toMatchObject({ code: 'ECOM_TOPIC_CONFIG', message: expect.stringContaining(key) });
        expect(error).toMatchObject({ message: expect.stringMatching(/Invalid value|Unknown topic config/) });
        return false;
      },
    );
    expect(taken).toBe(topicConfigProblem(key, value) === undefined);
    const [actual] = await topics.read(['ecommerce-orders']);
    expect(isSameConfig(key, actual?.configs[key], value)).toBe(taken);
  });

  test('that the brokers do not take say which config, and why', async () => {
    const [orders] = desired({}, await topics.cluster(broker.bootstrapServers));
    if (orders === undefined) throw new Error('the definition has an orders topic');
    const refused = topics.create({
      ...orders,
      name: 'refused',
      configs: { 'segment.ms': '0', preallocate: 'true' },
    });
    await expect(refused).rejects.toMatchObject({ code: 'ECOM_TOPIC_CONFIG' });
    await expect(refused).rejects.toThrow('refuses segment.ms = 0: ');
    await expect(refused).rejects.toThrow('Value must be at least 1');
  });

  test('of brokers that cannot be reached are one clear error', async () => {
    const nobody = new KafkaAdminTopics(
      adminClient({ bootstrapServers: '127.0.0.1:1', iam: null }),
      systemClock,
    );
    await expect(nobody.read(['x'])).rejects.toMatchObject({ code: 'ECOM_KAFKA_UNREACHABLE' });
  });
});
