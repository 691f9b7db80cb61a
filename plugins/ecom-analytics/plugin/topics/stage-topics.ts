import * as v from 'valibot';
import { MskTopics } from '../aws/msk-topics.ts';
import type { Bucket } from '../aws/objects.ts';
import { TopicError } from '../error-kinds.ts';
import { stageOwner } from '../resources/stage-input.ts';
import type { DeployedStage } from '../session.ts';
import { ledgerKey, replayedFolder } from '../streaming/keys.ts';
import { waitFor } from '../wait.ts';
import { adminClient } from './admin-client.ts';
import {
  type ApplyContext,
  applyPlan,
  type DeleteRequest,
  type DeleteResult,
  deleteTopics,
} from './apply.ts';
import type { ClusterFacts } from './cluster.ts';
import { desiredTopics } from './desired.ts';
import { KafkaAdminTopics } from './kafka-admin.ts';
import { emptyLedger, type Ledger, LedgerSchema, type LedgerStore } from './ledger.ts';
import { passingStates, topicDoor } from './preflight.ts';
import type { TopicStore } from './store.ts';
import { planTopics, type TopicPlan } from './topic-plan.ts';

/** The ledger as an object in the artifacts bucket. */
export class BucketLedger implements LedgerStore {
  readonly #bucket: Bucket;
  constructor(bucket: Bucket) {
    this.#bucket = bucket;
  }
  async read(): Promise<Ledger | undefined> {
    const json = await this.#bucket.json(ledgerKey);
    if (json === undefined) return undefined;
    const parsed = v.safeParse(LedgerSchema, json);
    if (parsed.success) return parsed.output;
    throw new TopicError('ECOM_LEDGER', {
      what: `The ledger of topics cannot be read: ${parsed.issues[0].message}`,
      where: `s3://${this.#bucket.name}/${ledgerKey}`,
      fix: 'A newer version of the plugin may have written it: update ecom-analytics. If there is none, delete the object; the topics are then adopted again.',
    });
  }
  async write(ledger: Ledger): Promise<void> {
    await this.#bucket.put(ledgerKey, JSON.stringify(ledger, null, 2));
  }
}

/** A cluster that has only just been made is worth waiting for. */
const clusterWait = { timeoutMs: 1_800_000, everyMs: 15_000 };

async function activeCluster(stage: DeployedStage): Promise<ClusterFacts> {
  return waitFor(
    { ...clusterWait, clock: stage.clock },
    async () => {
      const facts = await stage.msk.facts();
      if (!passingStates.includes(facts.state)) return facts;
      stage.progress(`Waiting for the cluster, which is ${facts.state}`);
      return undefined;
    },
    () =>
      new TopicError('ECOM_CLUSTER_BUSY', {
        what: `The cluster is still not ACTIVE after ${clusterWait.timeoutMs / 60_000} minutes`,
        where: stage.msk.arn,
        fix: 'Look at it in the MSK console, then deploy again: it resumes where it stopped.',
      }),
  );
}

/** A stage's topics, as planned, with all that applying the plan needs. */
export interface PlannedTopics {
  readonly plan: TopicPlan;
  readonly cluster: ClusterFacts;
  readonly ledger: Ledger;
  readonly context: ApplyContext;
}

function openStore(stage: DeployedStage, cluster: ClusterFacts): TopicStore {
  const door = topicDoor(cluster, stage.input.config.topics.through);
  if (door === 'msk-api') return new MskTopics(stage.clients, stage.msk.arn, stage.clock);
  const iam = stage.isLocal ? null : { region: stage.region, awsProfile: process.env.AWS_PROFILE };
  return new KafkaAdminTopics(adminClient({ bootstrapServers: stage.bootstrapServers, iam }), stage.clock);
}

/** What a stage owns on its cluster. Of topics on another one, which it has left, nothing is known to be its own here. */
function ledgerOf(known: Ledger | undefined, stage: DeployedStage): Ledger {
  return known?.cluster === stage.msk.arn ? known : emptyLedger(stageOwner(stage.input), stage.msk.arn);
}

/**
 * Opens a stage's topics, plans them, hands the plan to `use`, and closes what was opened.
 *
 * @param patient wait for a cluster that is being made or changed, in place of refusing
 */
export async function withTopics<T>(
  stage: DeployedStage,
  patient: boolean,
  use: (planned: PlannedTopics) => Promise<T>,
): Promise<T> {
  const cluster = patient ? await activeCluster(stage) : await stage.msk.facts();
  const store = openStore(stage, cluster);
  const owner = stageOwner(stage.input);
  const ledgerStore = new BucketLedger(stage.artifacts);
  try {
    const desired = desiredTopics(stage.input.definition, stage.input.config, cluster);
    const [actual, known] = await Promise.all([
      store.read(desired.map(({ name }) => name)),
      ledgerStore.read(),
    ]);
    const ledger = ledgerOf(known, stage);
    const plan = planTopics({ desired, actual, ledger, cluster, owner });
    const context: ApplyContext = {
      store,
      ledgerStore,
      progress: stage.progress,
      claim: (names) => stage.msk.claim(names, owner),
      release: (names) => stage.msk.release(names),
    };
    return await use({ plan, cluster, ledger, context });
  } finally {
    await store.close();
  }
}

/** Makes a stage's topics right. Returns the plan that was applied. */
export function applyTopics(stage: DeployedStage): Promise<TopicPlan> {
  return withTopics(stage, true, async ({ plan, ledger, context }) => {
    await applyPlan(plan, ledger, context);
    return plan;
  });
}

/** Deletes, or lets go of, a stage's own topics. */
export async function removeTopics(stage: DeployedStage, request: DeleteRequest): Promise<DeleteResult> {
  const result = await withTopics(stage, false, ({ ledger, context }) =>
    deleteTopics(request, ledger, context),
  );
  // In a topic that is recreated the same offsets are other records.
  for (const name of result.deleted) await stage.data.empty(replayedFolder(stage.msk.arn, name));
  return result;
}

/** Lets go of a stage's topics, which stay as they are: no Kafka broker is asked, nor need there be one any more. */
export async function releaseTopics(stage: DeployedStage): Promise<void> {
  const ledgerStore = new BucketLedger(stage.artifacts);
  const known = await ledgerStore.read();
  const ledger = ledgerOf(known, stage);
  const names = Object.keys(ledger.topics);
  if (names.length === 0) return;
  await stage.msk.release(names);
  await ledgerStore.write({ ...ledger, topics: {} });
}
