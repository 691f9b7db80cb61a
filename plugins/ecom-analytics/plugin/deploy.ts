import * as v from 'valibot';
import { EmrCluster, hasEnded } from './aws/emr-cluster.ts';
import { offsetsOf } from './commands/offsets.ts';
import { costReport } from './cost/cost-report.ts';
import { estimateCost } from './cost/estimate.ts';
import type { CliOptions, CloudFormationTemplate } from './framework.ts';
import { kafkaMove, kafkaMoveText, nextCluster } from './kafka-move.ts';
import { refuseLosses, stackChanges } from './resources/changes.ts';
import { ids, stem } from './resources/stage-input.ts';
import { type DeployedStage, deployed, findDeployed, type Session } from './session.ts';
import { planStack } from './stack-plan.ts';
import { deployStream, refuseCheckpoint, type StreamRequest, stopStream } from './streaming/deploy-stream.ts';
import { refusePlan } from './topics/apply.ts';
import { applyTopics, withTopics } from './topics/stage-topics.ts';

type Say = (text: string) => void;

/**
 * What `sls deploy` was asked of the stream. A change of release can begin a new checkpoint in no other way: before the
 * deploy the cluster runs the old one.
 *
 * @throws UsageError `ECOM_OPTION`
 */
export function deployRequest(options: CliOptions): StreamRequest {
  const given = options['new-checkpoint'];
  return given === undefined ? {} : { newCheckpoint: offsetsOf(given, 'new-checkpoint') };
}

/**
 * The generation of the stage's EMR cluster: the one that stands, or the next where it has ended, so that CloudFormation
 * makes another. A name is part of what a cluster is.
 */
export async function clusterGeneration(session: Session): Promise<number> {
  const { input, clients, stack } = session;
  if (input.config.emr.existing) return 0;
  const id = await stack.resource(ids.emr);
  if (id === undefined) return 0;
  const facts = await new EmrCluster(clients, id).facts();
  // EMR forgets a cluster two months after its end; the stack still has the name that it gave it.
  // https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-manage-view-clusters.html
  const name = facts?.name ?? clusterName(await stack.template());
  const suffix = name.slice(stem(input).length + 1);
  const current = /^\d+$/.test(suffix) ? Number(suffix) : 0;
  return facts === undefined || hasEnded(facts) ? current + 1 : current;
}

/** Says what a stage will cost before it is first made. */
export async function announceCost(session: Session, say: Say): Promise<void> {
  if (session.isLocal) return;
  if ((await session.stack.outputs()) !== undefined) return;
  say(`\n${costReport(estimateCost(session.input.config), session.input.stage)}\n`);
}

const ClusterSchema = v.object({
  Resources: v.object({ [ids.emr]: v.object({ Properties: v.object({ Name: v.string() }) }) }),
});

/** What a deployed template calls the stage's EMR cluster. */
function clusterName(template: unknown): string {
  const parsed = v.safeParse(ClusterSchema, template);
  return parsed.success ? (parsed.output.Resources[ids.emr]?.Properties.Name ?? '') : '';
}

/** Which of its properties would make CloudFormation replace the EMR cluster. */
export function replacedBy(before: unknown, after: unknown): readonly string[] {
  const change = stackChanges(before, after).find(({ id }) => id === ids.emr);
  return change?.kind === 'replace' ? change.properties : [];
}

/** What the topics or the checkpoint would not survive is refused before anything of the stage is changed. */
async function refuseEarly(stage: DeployedStage, request: StreamRequest, say: Say): Promise<void> {
  const move = await kafkaMove(stage);
  // How another cluster's topics are reached is known only after the deploy, and they are looked at then.
  if (move === undefined) await withTopics(stage, true, async ({ plan }) => refusePlan(plan));
  else say(kafkaMoveText(move, stage.input.stage));
  if (request.newCheckpoint === undefined)
    await refuseCheckpoint(stage, move === undefined ? stage.msk.arn : nextCluster(move));
}

/** Why a stage gets another EMR cluster than it has; undefined where it keeps its own. */
async function otherCluster(
  { input, stack, emr }: DeployedStage,
  template: CloudFormationTemplate,
): Promise<string | undefined> {
  const broughtAlong = input.config.emr.existing?.clusterId;
  if (broughtAlong !== undefined)
    return broughtAlong === emr.id ? undefined : `${broughtAlong} in place of ${emr.id}`;
  if ((await stack.resource(ids.emr)) !== emr.id) return `one of its own in place of ${emr.id}`;
  const changed = replacedBy(await stack.template(), template);
  return changed.length === 0 ? undefined : `${emr.id} is replaced: ${changed.join(', ')}`;
}

/**
 * Looks at a stage that is deployed already before its stack is changed: refuses what it could not go on from, and stops
 * the stream before a change that takes its cluster away, and says so.
 *
 * @throws ConfigError `ECOM_REPLACEMENT`
 * @throws TopicError, StreamError as {@link afterDeploy} would, but with nothing changed yet
 */
export async function beforeUpdate(
  session: Session,
  template: CloudFormationTemplate,
  request: StreamRequest,
  say: Say,
): Promise<void> {
  const changes = await planStack(session, template);
  refuseLosses(changes, session.stack.name);
  const stage = await findDeployed(session);
  if (stage === undefined) return;
  await refuseEarly(stage, request, say);
  const other = await otherCluster(stage, template);
  if (other === undefined) return;
  say(
    `The stage gets another EMR cluster (${other}). The stream stops now and resumes on the new one. If the deploy fails, \`sls ecom stream start\` resumes it on the one that is there.`,
  );
  await stopStream(stage);
}

/**
 * After the stack: topics, trigger, step, in this order, each seen to be right. The trigger needs the topics alone, and the
 * producer's own alerts do not wait for a stream that will not start. Returns what to tell.
 *
 * @param build makes the job's artifact; a test has one without jars
 */
export async function afterDeploy(
  session: Session,
  request: StreamRequest = {},
  build?: Parameters<typeof deployStream>[2],
): Promise<string[]> {
  const stage = await deployed(session);
  const plan = await applyTopics(stage);
  session.progress("Switching on the alert consumer's trigger");
  await stage.trigger.enable(true);
  const outcomes = await deployStream(stage, request, build);
  return [
    plan.changes.length === 0 ? 'topics: as they should be' : `topics: ${plan.changes.length} changes made`,
    ...outcomes.map(({ application, decision, stepId, generation }) =>
      decision === 'keep'
        ? `${application}: left running (step ${stepId})`
        : `${application}: started (step ${stepId}, generation ${generation})`,
    ),
    'alert consumer: trigger on',
  ];
}
