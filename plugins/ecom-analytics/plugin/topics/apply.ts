import { withCode } from '../../core/error.ts';
import { TopicError } from '../error-kinds.ts';
import type { Progress } from '../wait.ts';
import { type Ledger, type LedgerStore, withoutTopic, withTopic } from './ledger.ts';
import type { TopicStore } from './store.ts';
import type { TopicChange, TopicPlan } from './topic-plan.ts';

/** What applying a plan needs beside the plan. */
export interface ApplyContext {
  readonly store: TopicStore;
  readonly ledgerStore: LedgerStore;
  readonly progress: Progress;
  /** Leaves this stage's claim on a topic, or takes it back. */
  claim(names: readonly string[]): Promise<void>;
  release(names: readonly string[]): Promise<void>;
}

/**
 * A plan that holds a refusal is not applied at all, so that a deploy either makes all topics right or none.
 *
 * @throws TopicError with the first refusal's code
 */
export function refusePlan({ refused }: TopicPlan): void {
  const [first] = refused;
  if (first === undefined) return;
  const others = refused.slice(1).map(({ what, fix, code }) => withCode(`${what}. ${fix}`, code));
  throw new TopicError(first.code, {
    what: first.what,
    where: `topic ${first.name}`,
    fix: [first.fix, ...others].join(' '),
  });
}

async function owned(change: TopicChange, ledger: Ledger, context: ApplyContext): Promise<Ledger> {
  const { store, progress } = context;
  switch (change.kind) {
    case 'create': {
      progress(`Creating topic ${change.topic.name}`);
      // Written before the call: a crash in between leaves an entry for a topic that is not there, which the next run
      // makes; the other way round the topic would look like somebody else's.
      const { name, role } = change.topic;
      const before = withTopic(ledger, name, { role, origin: 'created' });
      await context.ledgerStore.write(before);
      const made = await store.create(change.topic);
      return made ? before : withTopic(ledger, name, ledger.topics[name] ?? { role, origin: 'adopted' });
    }
    case 'adopt':
      return withTopic(ledger, change.topic.name, { role: change.topic.role, origin: 'adopted' });
    case 'add-partitions':
      progress(`Adding partitions to ${change.name}: ${change.from} -> ${change.to}`);
      await store.addPartitions(change.name, change.to);
      return ledger;
    case 'set-configs':
      progress(`Setting ${Object.keys(change.changes).join(', ')} of ${change.name}`);
      await store.setConfigs(change.name, change.configs);
      return ledger;
  }
}

/**
 * Does what a plan says, one change after the other, and writes the ledger after each, so that the next run can go on
 * wherever this one stops.
 *
 * @throws TopicError with the first refusal's code when the plan holds one; nothing is changed then
 */
export async function applyPlan(plan: TopicPlan, ledger: Ledger, context: ApplyContext): Promise<Ledger> {
  refusePlan(plan);
  let current = ledger;
  const mine = plan.changes.flatMap((change) => ('topic' in change ? [change.topic.name] : []));
  if (mine.length > 0) await context.claim(mine);
  for (const change of plan.changes) {
    current = await owned(change, current, context);
    await context.ledgerStore.write(current);
  }
  return current;
}

/** Which topics to let go of, and how. */
export interface DeleteRequest {
  /** Undefined: every topic of the stage. */
  readonly names?: readonly string[] | undefined;
  /** Topics that were found, not made, by this stage are deleted too. */
  readonly adopted: boolean;
  /** Only forget them; they stay on the cluster. */
  readonly keep: boolean;
}

/** What became of the topics. */
export interface DeleteResult {
  readonly ledger: Ledger;
  readonly deleted: readonly string[];
  readonly kept: readonly string[];
}

/**
 * Deletes topics that the ledger says are this stage's; others are never touched.
 *
 * @throws TopicError `ECOM_TOPIC_NOT_OWNED` when a named topic is not in the ledger
 */
export async function deleteTopics(
  request: DeleteRequest,
  ledger: Ledger,
  context: ApplyContext,
): Promise<DeleteResult> {
  const names = request.names ?? Object.keys(ledger.topics);
  const foreign = names.find((name) => !(name in ledger.topics));
  if (foreign !== undefined)
    throw new TopicError('ECOM_TOPIC_NOT_OWNED', {
      what: `${foreign} is not a topic of this stage`,
      where: `the ledger of ${ledger.owner}`,
      fix: `Its topics are ${Object.keys(ledger.topics).join(', ') || 'none'}.`,
    });
  const mayDelete = (name: string): boolean =>
    !request.keep && (request.adopted || ledger.topics[name]?.origin === 'created');
  const going = names.filter((name) => request.keep || mayDelete(name));
  // Before the ledger forgets them: a run that dies in between is gone on with by the next.
  if (going.length > 0) await context.release(going);
  let current = ledger;
  for (const name of going) {
    if (mayDelete(name)) {
      context.progress(`Deleting topic ${name}`);
      await context.store.delete(name);
    }
    current = withoutTopic(current, name);
    await context.ledgerStore.write(current);
  }
  return {
    ledger: current,
    deleted: going.filter(mayDelete),
    kept: names.filter((name) => !mayDelete(name)),
  };
}
