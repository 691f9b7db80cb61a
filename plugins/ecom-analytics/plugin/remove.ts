import { hasEnded } from './aws/emr-cluster.ts';
import { StreamError } from './error-kinds.ts';
import { ids } from './resources/stage-input.ts';
import type { DeployedStage, Session } from './session.ts';
import { findDeployed } from './session.ts';
import { stopStream } from './streaming/deploy-stream.ts';
import { releaseTopics, removeTopics } from './topics/stage-topics.ts';
import { waitFor } from './wait.ts';

async function stopWhatRuns(stage: DeployedStage): Promise<void> {
  await stage.trigger.enable(false);
  const facts = await stage.emr.facts();
  if (facts && !hasEnded(facts)) await stopStream(stage);
}

/** A cluster ends within minutes; what it takes beyond that is AWS's. */
const ending = { timeoutMs: 1_200_000, everyMs: 10_000 };

/**
 * Ends the stage's own cluster and sees it ended. CloudFormation would end it too, but only after the buckets are emptied
 * here; the logs that the cluster writes last would then keep their bucket from being deleted.
 */
async function endOwnCluster({ stack, emr, clock, progress }: DeployedStage): Promise<void> {
  if (!(await stack.made(ids.emr, emr.id))) return;
  const facts = await emr.facts();
  if (facts === undefined || facts.state.startsWith('TERMINATED')) return;
  if (!hasEnded(facts)) await emr.terminate();
  await waitFor(
    { ...ending, clock },
    async () => {
      const state = (await emr.facts())?.state ?? 'TERMINATED';
      if (state.startsWith('TERMINATED')) return state;
      progress(`The EMR cluster is ${state}`);
      return undefined;
    },
    () =>
      new StreamError('ECOM_EMR_ENDING', {
        what: `The EMR cluster has not ended after ${ending.timeoutMs / 60_000} minutes`,
        where: `cluster ${emr.id}`,
        fix: 'Look at it in the EMR console, then remove the stage again: it resumes where it stopped.',
      }),
  );
}

/** Topics stay, unless the stage says otherwise; either way they are nobody's from now on. */
async function letGoOfTopics(stage: DeployedStage): Promise<void> {
  // With the stage's own cluster its topics go anyway.
  if (await stage.stack.made(ids.msk, stage.msk.arn)) return;
  if (stage.input.config.topics.deletionPolicy === 'retain') await releaseTopics(stage);
  else await removeTopics(stage, { adopted: false, keep: false });
}

/** Before the stack goes: see {@link removeStage}. */
export async function beforeRemove(session: Session): Promise<void> {
  const stage = await findDeployed(session);
  if (stage !== undefined) await removeStage(stage);
}

/**
 * Stops the step, lets go of the topics, ends the stage's own EMR cluster, and empties the buckets that CloudFormation is to
 * delete. What is gone already, because an earlier removal stopped half-way, is passed over.
 */
export async function removeStage(stage: DeployedStage): Promise<void> {
  await stopWhatRuns(stage);
  await letGoOfTopics(stage);
  await endOwnCluster(stage);
  for (const [id, bucket] of [
    [ids.dataBucket, stage.data],
    [ids.artifactsBucket, stage.artifacts],
  ] as const) {
    // The stack's own, whatever serverless.yml says by now: existing ones are not the stage's to empty.
    if ((await stage.stack.resource(id)) !== bucket.name) continue;
    stage.progress(`Emptying ${bucket.name}`);
    await bucket.empty();
  }
}
