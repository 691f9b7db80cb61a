import { StageFunction } from '../aws/stage-function.ts';
import { costReport } from '../cost/cost-report.ts';
import { type CostEstimate, estimateCost } from '../cost/estimate.ts';
import type { CloudFormationTemplate } from '../framework.ts';
import { type KafkaMove, kafkaMove, kafkaMoveText, nextCluster } from '../kafka-move.ts';
import { brokersOf } from '../monitoring/alarms.ts';
import { changeText, losses, type StackChange } from '../resources/changes.ts';
import { ids, stageOwner } from '../resources/stage-input.ts';
import { type DeployedStage, findDeployed, type Session } from '../session.ts';
import { planStack } from '../stack-plan.ts';
import { planStream, type StreamPlan } from '../streaming/deploy-stream.ts';
import { stageApplications } from '../streaming/step-start.ts';
import { desiredTopics } from '../topics/desired.ts';
import { emptyLedger } from '../topics/ledger.ts';
import { withTopics } from '../topics/stage-topics.ts';
import { planTopics, type TopicPlan } from '../topics/topic-plan.ts';
import { planText } from '../topics/topic-plan-text.ts';
import type { Command } from './declarations.ts';

/** What a deploy would do to a stage, and what it costs then. */
export interface StagePlan {
  readonly stage: string;
  readonly deployed: boolean;
  readonly stack: { readonly name: string; readonly changes: readonly StackChange[] };
  /** Present where the stage gets another Kafka cluster, on which the topics are then. */
  readonly kafka?: KafkaMove;
  readonly topics: TopicPlan & { readonly cluster: string };
  readonly stream: readonly StreamPlan[];
  /** Null on this machine, where nothing costs anything. */
  readonly cost: CostEstimate | null;
}

/** A stage's functions by logical id: what they are called, and the SHA-256 in Base64 of the ZIP that is packed for them. */
export type PackedFunctions = ReadonlyMap<string, { readonly name: string; readonly sha256: string }>;

/** The changes, with functions whose code is another one: no template shows that, so Lambda is asked for its hash. */
async function withCode(
  { clients }: Session,
  changes: readonly StackChange[],
  packed: PackedFunctions,
): Promise<StackChange[]> {
  const all = new Map(changes.map((change) => [change.id, change]));
  for (const [id, { name, sha256 }] of packed) {
    const known = all.get(id);
    if (known !== undefined && known.kind !== 'change') continue;
    if ((await new StageFunction(clients, name).codeSha256()) === sha256) continue;
    const properties = [...(known?.properties ?? []), 'Code'].sort();
    all.set(id, { kind: 'change', id, type: 'AWS::Lambda::Function', properties });
  }
  return [...all.values()];
}

/** The topics on a cluster that is not the stage's yet: all are made, but for those that an existing cluster has. */
function firstTopics({ input }: Session): StagePlan['topics'] {
  const { msk } = input.config;
  const name = msk.existing?.clusterArn ?? 'a new cluster';
  const cluster = {
    id: name,
    name,
    kind: 'standard',
    state: 'ACTIVE',
    kafkaVersion: null,
    brokers: brokersOf(input.config),
    iamAuthentication: true,
    owners: {},
  } as const;
  const desired = desiredTopics(input.definition, input.config, cluster);
  const owner = stageOwner(input);
  const plan = planTopics({ desired, actual: [], ledger: emptyLedger(owner, name), cluster, owner });
  const note = 'Topics that the cluster has already are adopted.';
  return { ...plan, notes: msk.existing ? [...plan.notes, note] : plan.notes, cluster: name };
}

const shownWhy = ({ application, decision, why }: StreamPlan): string =>
  `  ${decision === 'keep' ? '.' : decision === 'refuse' ? '!' : '~'} ${application}: ${decision === 'keep' ? 'left running' : decision}${why === undefined ? '' : ` (${why})`}`;

const marks = { add: '+', change: '~', replace: '-/+', remove: '-' } as const;

function stackLines({ name, changes }: StagePlan['stack']): string[] {
  const lines = changes.map(
    (change) => `  ${change.loses === undefined ? marks[change.kind] : '!'} ${changeText(change)}`,
  );
  return [`Stack ${name}:`, ...(lines.length === 0 ? ['  . as it should be'] : lines)];
}

function stagePlanText({ stage, deployed, stack, kafka, topics, stream, cost }: StagePlan): string {
  return [
    deployed ? `What a deploy would do to the stage ${stage}:` : `The stage ${stage} is made:`,
    '',
    ...stackLines(stack),
    '',
    ...(kafka === undefined ? [] : [kafkaMoveText(kafka, stage), '']),
    planText(topics, topics.cluster),
    '',
    'Stream:',
    ...stream.map(shownWhy),
    '',
    cost === null ? 'It costs nothing: it runs on this machine.' : costReport(cost, stage),
  ].join('\n');
}

/** As for `topics plan`: 0 nothing to do, 2 something, 1 something that is refused. */
function exitCode({ stack, topics, stream }: StagePlan, detailed: boolean): number {
  const refused =
    losses(stack.changes).length > 0 ||
    topics.refused.length > 0 ||
    stream.some(({ decision }) => decision === 'refuse');
  if (refused) return 1;
  const changes =
    stack.changes.length > 0 ||
    topics.changes.length > 0 ||
    stream.some(({ decision }) => decision !== 'keep');
  return changes && detailed ? 2 : 0;
}

/** A stage that stands: its topics and stream are looked at where they are. */
async function deployedParts(
  stage: DeployedStage,
  changes: readonly StackChange[],
  build: Parameters<typeof planStream>[1],
): Promise<Pick<StagePlan, 'kafka' | 'topics' | 'stream'>> {
  const kafka = await kafkaMove(stage);
  const topics =
    kafka === undefined
      ? await withTopics(stage, false, async ({ plan, cluster }) => ({ ...plan, cluster: cluster.name }))
      : firstTopics(stage);
  const stream = await planStream(stage, build, kafka && nextCluster(kafka));
  const moves = kafka === undefined ? {} : { kafka };
  const other = changes.some(({ id, kind }) => id === ids.emr && kind !== 'change');
  if (!other) return { ...moves, topics, stream };
  const moved = (one: StreamPlan): StreamPlan =>
    one.decision === 'keep' ? { ...one, decision: 'restart', why: 'the EMR cluster is another one' } : one;
  return { ...moves, topics, stream: stream.map(moved) };
}

/**
 * `sls ecom plan`: what a deploy would do to stack, topics and stream, and what the stage costs. Changes nothing.
 *
 * @param template as it would be deployed
 * @param build makes the job's artifact; a test has one without jars
 */
export function stagePlanCommand(
  template: CloudFormationTemplate,
  packed: PackedFunctions,
  build?: Parameters<typeof planStream>[1],
): Command {
  return async (session, options, print) => {
    const { input, stack, isLocal } = session;
    const changes = await planStack(session, template);
    const stage = await findDeployed(session);
    const parts =
      stage === undefined
        ? {
            topics: firstTopics(session),
            stream: stageApplications(
              input.config,
              (input.config.emr.existing ?? input.config.emr.create).release,
            ).map((application): StreamPlan => ({ application, decision: 'start', why: 'it has never run' })),
          }
        : await deployedParts(stage, changes, build);
    const plan: StagePlan = {
      stage: input.stage,
      deployed: stage !== undefined,
      stack: {
        name: stack.name,
        changes: await withCode(session, changes, packed),
      },
      ...parts,
      cost: isLocal ? null : estimateCost(input.config),
    };
    print(options.json === true ? JSON.stringify(plan) : stagePlanText(plan));
    return exitCode(plan, options['detailed-exitcode'] === true);
  };
}
