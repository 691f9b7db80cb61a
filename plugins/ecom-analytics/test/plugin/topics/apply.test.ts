import { describe, expect, test } from 'vitest';
import { type ApplyContext, applyPlan, deleteTopics, refusePlan } from '../../../plugin/topics/apply.ts';
import { emptyLedger, type Ledger } from '../../../plugin/topics/ledger.ts';
import type { ActualTopic, TopicStore } from '../../../plugin/topics/store.ts';
import { planTopics } from '../../../plugin/topics/topic-plan.ts';
import { actualOf, cluster, clusterArn, desired, owner, planFor } from './sample-topics.ts';

/** A cluster in memory that fails, as if the process had died, before its `diesBefore`th change. */
class MemoryTopics implements TopicStore {
  readonly door = 'memory';
  readonly topics = new Map<string, ActualTopic>();
  diesBefore = Number.POSITIVE_INFINITY;
  #changes = 0;

  #change(): void {
    this.#changes++;
    if (this.#changes >= this.diesBefore) throw new Error('died');
  }
  async read(names: readonly string[]): Promise<ActualTopic[]> {
    return names.flatMap((name) => this.topics.get(name) ?? []);
  }
  async create(topic: Parameters<TopicStore['create']>[0]): Promise<boolean> {
    this.#change();
    if (this.topics.has(topic.name)) return false;
    this.topics.set(topic.name, actualOf(topic));
    return true;
  }
  #set(name: string, change: Partial<ActualTopic>): void {
    this.#change();
    const topic = this.topics.get(name);
    if (topic) this.topics.set(name, { ...topic, ...change });
  }
  async addPartitions(name: string, partitions: number): Promise<void> {
    this.#set(name, { partitions });
  }
  async setConfigs(name: string, configs: Readonly<Record<string, string>>): Promise<void> {
    this.#set(name, { configs });
  }
  async delete(name: string): Promise<void> {
    this.#change();
    this.topics.delete(name);
  }
  async close(): Promise<void> {}
}

function stage() {
  const store = new MemoryTopics();
  const claims = new Set<string>();
  let written: Ledger = emptyLedger(owner, clusterArn);
  const context: ApplyContext = {
    store,
    progress: () => {},
    ledgerStore: {
      read: async () => written,
      write: async (ledger) => {
        written = ledger;
      },
    },
    // MSK takes no call that tags nothing.
    claim: async (names) => {
      if (names.length === 0) throw new Error('no tags');
      for (const name of names) claims.add(name);
    },
    release: async (names) => {
      if (names.length === 0) throw new Error('no tags');
      for (const name of names) claims.delete(name);
    },
  };
  /** One deploy: reads, plans, applies. */
  const deploy = async (config: unknown = {}) => {
    const topics = desired(config);
    const actual = await store.read(topics.map(({ name }) => name));
    const plan = planTopics({ desired: topics, actual, ledger: written, cluster, owner });
    await applyPlan(plan, written, context);
    return plan;
  };
  return { store, claims, context, deploy, ledger: () => written };
}

describe('applying a plan', () => {
  test('makes the topics, writes the ledger and claims them', async () => {
    const { store, claims, deploy, ledger } = stage();
    await deploy();
    expect([...store.topics.keys()]).toEqual(desired().map(({ name }) => name));
    expect(Object.values(ledger().topics).map(({ origin }) => origin)).toEqual([
      'created',
      'created',
      'created',
    ]);
    expect([...claims]).toEqual([...store.topics.keys()]);
    expect((await deploy()).changes).toEqual([]);
    expect([...claims]).toEqual([...store.topics.keys()]);
  });

  test('goes on where a deploy died, whichever change it died before', async () => {
    for (const diesBefore of [1, 2, 3]) {
      const { store, deploy, ledger } = stage();
      store.diesBefore = diesBefore;
      await expect(deploy()).rejects.toThrow('died');
      store.diesBefore = Number.POSITIVE_INFINITY;
      await deploy();
      expect(store.topics.size).toBe(3);
      expect(Object.values(ledger().topics).every(({ origin }) => origin === 'created')).toBe(true);
      expect((await deploy()).changes).toEqual([]);
    }
  });

  test('goes on where a deploy died, in or around any call, claims and ledger included', async () => {
    let died = 0;
    for (const lands of [false, true])
      for (let calls = 0; calls < 20; calls++) {
        const { store, claims, context, deploy, ledger } = stage();
        let left = calls;
        /** The process ends with this call: before it, or after AWS has done it. */
        const dying =
          <T extends unknown[], R>(call: (...given: T) => Promise<R>) =>
          async (...given: T): Promise<R> => {
            if (left-- > 0) return call(...given);
            if (lands && left === -1) await call(...given);
            throw new Error('died');
          };
        const mortal: ApplyContext = {
          ...context,
          claim: dying(context.claim),
          release: dying(context.release),
          ledgerStore: { read: context.ledgerStore.read, write: dying(context.ledgerStore.write) },
          store: {
            door: store.door,
            read: (names) => store.read(names),
            create: dying((topic) => store.create(topic)),
            addPartitions: dying((name, partitions) => store.addPartitions(name, partitions)),
            setConfigs: dying((name, configs) => store.setConfigs(name, configs)),
            delete: dying((name) => store.delete(name)),
            close: () => store.close(),
          },
        };
        const plan = planFor({ actual: [], ledger: emptyLedger(owner, clusterArn) });
        const outcome: unknown = await applyPlan(plan, ledger(), mortal).catch((error: unknown) => error);
        if (outcome instanceof Error) died++;
        await deploy();
        expect(store.topics.size).toBe(3);
        expect([...claims]).toEqual([...store.topics.keys()]);
        expect(Object.values(ledger().topics).map(({ origin }) => origin)).toEqual(
          Array.from({ length: 3 }, () => 'created'),
        );
        expect((await deploy()).changes).toEqual([]);
      }
    expect(died).toBeGreaterThan(10);
  });

  test('records a topic that somebody else made meanwhile as found, not made', async () => {
    const { store, context, ledger } = stage();
    const [orders] = desired();
    const plan = planFor({ actual: [], ledger: emptyLedger(owner, clusterArn) });
    if (orders) store.topics.set(orders.name, actualOf(orders));
    await applyPlan(plan, ledger(), context);
    expect(ledger().topics['ecommerce-orders']?.origin).toBe('adopted');
  });

  test('adds partitions and changes configs', async () => {
    const { store, claims, deploy, ledger } = stage();
    await deploy();
    const { topics: before } = ledger();
    await deploy({ topics: { orders: { partitions: 6, retentionHours: 2 } } });
    expect(store.topics.get('ecommerce-orders')).toMatchObject({
      partitions: 6,
      configs: { 'retention.ms': '7200000' },
    });
    // It is still the stage's own, so that removing the stage removes it.
    expect(ledger().topics).toEqual(before);
    expect([...claims]).toEqual([...store.topics.keys()]);
  });

  test('changes nothing when a part of it is refused', async () => {
    const { store, deploy } = stage();
    await deploy();
    await expect(
      deploy({ topics: { orders: { partitions: 1 }, alerts: { partitions: 9 } } }),
    ).rejects.toMatchObject({
      code: 'ECOM_TOPIC_SHRINK',
      message: expect.stringMatching(/ has 3 partitions and 1 are asked for \(topic ecommerce-orders\)/),
    });
    expect(store.topics.get('ecommerce-alerts')?.partitions).toBe(3);
  });
});

test('a plan with several refusals says each of them once', () => {
  const plan = planFor({
    desired: desired({ topics: { orders: { partitions: 1 }, alerts: { partitions: 2 } } }),
    actual: desired().map(actualOf),
  });
  const said = (text: string) => {
    try {
      refusePlan(plan);
    } catch (error) {
      return String(error).split(text).length - 1;
    }
    return 0;
  };
  expect(said('ecommerce-orders has 3 partitions and 1')).toBe(1);
  expect(said('ecommerce-alerts has 3 partitions and 2')).toBe(1);
});

describe('deleting topics', () => {
  test('deletes those that the stage made, and forgets them', async () => {
    const { store, claims, context, deploy, ledger } = stage();
    await deploy();
    const result = await deleteTopics({ adopted: false, keep: false }, ledger(), context);
    expect(result).toMatchObject({ deleted: desired().map(({ name }) => name), kept: [] });
    expect(store.topics.size).toBe(0);
    expect(ledger().topics).toEqual({});
    expect(claims.size).toBe(0);
  });

  test('keeps a topic that was there before, unless asked for', async () => {
    const { store, claims, context, deploy, ledger } = stage();
    for (const topic of desired()) store.topics.set(topic.name, actualOf(topic));
    await deploy();
    const result = await deleteTopics({ adopted: false, keep: false }, ledger(), context);
    expect(result).toMatchObject({ deleted: [], kept: desired().map(({ name }) => name) });
    expect(Object.values(ledger().topics).map(({ role, origin }) => [role, origin])).toEqual(
      desired().map(({ role }) => [role, 'adopted']),
    );
    expect(store.topics.size).toBe(3);
    expect([...claims]).toEqual([...store.topics.keys()]);
    await deleteTopics({ adopted: true, keep: false, names: ['ecommerce-alerts'] }, ledger(), context);
    expect([...store.topics.keys()]).toEqual(['ecommerce-orders', 'ecommerce-orders-dlq']);
  });

  test('lets go of a topic without deleting it', async () => {
    const { store, context, deploy, ledger } = stage();
    await deploy();
    const request = { adopted: false, keep: true, names: ['ecommerce-orders'] };
    const result = await deleteTopics(request, ledger(), context);
    expect(result).toMatchObject({ deleted: [], kept: ['ecommerce-orders'] });
    expect(store.topics.has('ecommerce-orders')).toBe(true);
    expect(ledger().topics['ecommerce-orders']).toBeUndefined();
  });

  test('refuses a topic that is not in the ledger', async () => {
    const { context, deploy, ledger } = stage();
    await deploy();
    await expect(
      deleteTopics({ adopted: true, keep: false, names: ['payments'] }, ledger(), context),
    ).rejects.toMatchObject({
      code: 'ECOM_TOPIC_NOT_OWNED',
      message: expect.stringMatching(
        /payments is not .*ecommerce-orders, ecommerce-alerts, ecommerce-orders-dlq/s,
      ),
    });
  });
});
