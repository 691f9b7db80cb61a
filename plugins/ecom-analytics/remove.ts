import { hasEnded } from './aws/emr-cluster.ts';
import type { DeployedStage, Session } from './session.ts';
import { findDeployed } from './session.ts';
import { stopStream } from './streaming/deploy-stream.ts';
import { removeTopics } from './topics/stage-topics.ts';

async function stopWhatRuns(stage: DeployedStage): Promise<void> {
  await stage.trigger.enable(false);
  const facts = await stage.emr.facts();
  if (facts && !hasEnded(facts)) await stopStream(stage);
}

/** Topics stay, unless the stage says otherwise; either way they are nobody's from now on. */
async function letGoOfTopics(stage: DeployedStage): Promise<void> {
  const { msk, topics } = stage.input.config;
  // With the stage's own cluster its topics go anyway.
  if (msk.create) return;
  await removeTopics(stage, { adopted: false, keep: topics.deletionPolicy === 'retain' });
}

/** Before the stack goes: stops the step, lets go of the topics, and empties the buckets that CloudFormation is to delete. */
export async function beforeRemove(session: Session): Promise<void> {
  const stage = await findDeployed(session);
  if (stage === undefined) return;
  await stopWhatRuns(stage);
  await letGoOfTopics(stage);
  if (!session.input.config.buckets.create) return;
  for (const bucket of [stage.data, stage.artifacts]) {
    session.progress(`Emptying ${bucket.name}`);
    await bucket.empty();
  }
}
