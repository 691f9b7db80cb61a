import { fingerprintChanges } from '../../job/fingerprint.ts';
import { hasEnded } from '../aws/emr-cluster.ts';
import { StreamError } from '../error-kinds.ts';
import { stem } from '../resources/stage-input.ts';
import type { DeployedStage } from '../session.ts';
import { type Artifact, buildArtifact, uploadFiles } from './artifact.ts';
import { decideStream, describeChanges, isAlive, type StreamDecision } from './decision.ts';
import { type Application, applications } from './keys.ts';
import { type StepRecord, stepName } from './record.ts';
import { StageStream } from './stage-stream.ts';
import { isOvertaken } from './step-records.ts';
import { makeStart, type StepStart, settingsOf, stageApplications } from './step-start.ts';

/**
 * Looks whether the checkpoints fit what the configuration now asks for.
 *
 * @param clusterArn of the Kafka cluster that the stage will have
 * @throws StreamError `ECOM_CHECKPOINT`
 */
export async function refuseCheckpoint(stage: DeployedStage, clusterArn: string): Promise<void> {
  const { config, definition } = stage.input;
  const release = (config.emr.existing ?? config.emr.create).release;
  for (const application of stageApplications(config, release)) {
    const record = await new StageStream(stage, application).record();
    if (record === undefined) continue;
    const settings = settingsOf({
      application,
      config,
      definition,
      release,
      clusterArn,
      dataBucket: stage.data.name,
    });
    const changes = fingerprintChanges(record.fingerprint, settings.fingerprint);
    if (changes.length > 0) throw refusal(stage, application, changes);
  }
}

/** What a user may ask beyond "make it right". */
export interface StreamRequest {
  /** Begin a new checkpoint, from these offsets; the old one is left where it is. */
  readonly newCheckpoint?: 'earliest' | 'latest' | undefined;
  /** Restart what runs already. */
  readonly force?: boolean;
}

/** What was done about an application. */
export interface StreamOutcome {
  readonly application: Application;
  readonly decision: StreamDecision['kind'];
  readonly generation: number;
  readonly stepId: string | null;
}

function refusal(
  { input }: DeployedStage,
  application: Application,
  changes: Parameters<typeof describeChanges>[0],
): StreamError {
  const deploy = `npx sls deploy --stage ${input.stage} --new-checkpoint`;
  return new StreamError('ECOM_CHECKPOINT', {
    what: `The checkpoint of the ${application} stream does not fit any more: ${describeChanges(changes)}`,
    where: `application ${application}`,
    fix:
      `Nothing was stopped. Either undo the change; or begin a new checkpoint with \`${deploy} latest\` ` +
      '(resumes with new orders; orders in between and open windows are left out) or `earliest` (reads all that Kafka ' +
      'still holds; empty the window folder first, or windows are there twice).',
  });
}

/** The release of a cluster that steps can be submitted to. Throws StreamError `ECOM_EMR_ENDED`. */
export async function usableCluster(stage: DeployedStage): Promise<string> {
  const facts = await stage.emr.facts();
  if (facts && !hasEnded(facts)) return stage.input.config.emr.existing?.release ?? facts.release;
  throw new StreamError('ECOM_EMR_ENDED', {
    what: `The EMR cluster is ${facts?.state ?? 'gone'}${facts?.reason ? `: ${facts.reason}` : ''}`,
    where: `cluster ${stage.emr.id}`,
    fix: stage.input.config.emr.existing
      ? 'Name another one in `emr.existing.clusterId`.'
      : `Deploy again: the stage makes a new one (sls deploy --stage ${stage.input.stage}).`,
  });
}

function checkRelease(stage: DeployedStage, release: string): void {
  const { emr } = stage.input.config;
  const wanted = (emr.existing ?? emr.create).release;
  if (release === '' || wanted === release) return;
  throw new StreamError('ECOM_EMR_RELEASE_MISMATCH', {
    what: `The cluster runs ${release}, and the connector is packed for ${wanted}`,
    where: `cluster ${stage.emr.id}`,
    fix: `Set the release to ${release} in serverless.yml, or replace the cluster.`,
  });
}

function nextRecord(
  stage: DeployedStage,
  application: Application,
  start: StepStart,
  generation: number,
  checkpoint: number,
): StepRecord {
  return {
    version: 1,
    application,
    desired: 'running',
    clusterId: stage.emr.id,
    generation,
    checkpoint,
    fingerprint: start.settings.fingerprint,
    startHash: start.hash,
    settings: { ...start.settings },
    args: [...start.args],
    stepName: stepName(stem(stage.input), application, generation),
    stepId: null,
    submittedAtMs: stage.clock.now(),
    restartsMs: [],
  };
}

/** How often a deploy that was overtaken looks again, and how long after. */
const overtaken = { times: 3, afterMs: 5_000 };

/** Starts over where somebody else, such as the watch function, has started or stopped the stream in between. */
async function unlessOvertaken<T>({ clock }: DeployedStage, run: () => Promise<T>): Promise<T> {
  for (let time = 1; ; time++) {
    try {
      return await run();
    } catch (error) {
      if (!isOvertaken(error) || time === overtaken.times) throw error;
      await clock.sleep(overtaken.afterMs);
    }
  }
}

/**
 * Makes an application's step what the stage asks for: leaves a right one alone, else stops, confirms, submits and waits.
 *
 * @throws StreamError `ECOM_CHECKPOINT`, `ECOM_EMR_ENDED`, `ECOM_EMR_RELEASE_MISMATCH`, and those of {@link StageStream}
 */
async function deployApplication(
  stage: DeployedStage,
  application: Application,
  request: StreamRequest,
  prepare: (checkpoint: number, from: StreamRequest['newCheckpoint']) => StepStart,
): Promise<StreamOutcome> {
  const stream = new StageStream(stage, application);
  const held = await stream.held();
  const record = held?.record;
  const newCheckpoint = request.newCheckpoint !== undefined && record !== undefined;
  const checkpoint = (record?.checkpoint ?? 0) + (newCheckpoint ? 1 : 0);
  // A checkpoint knows where it was; what it once began from is not a change.
  const start = prepare(checkpoint, request.newCheckpoint ?? startedFrom(record));
  const step = await stream.step(record);
  const wanted = {
    clusterId: stage.emr.id,
    fingerprint: start.settings.fingerprint,
    startHash: start.hash,
    newCheckpoint,
  };
  const decision = decideStream(wanted, record, step?.state);
  if (decision.kind === 'refuse') throw refusal(stage, application, decision.changes);
  if (decision.kind === 'keep' && request.force !== true && held && record && step) {
    // A deploy that died while it waited left the waiting to this one.
    const kept: StepRecord = { ...record, desired: 'running', stepId: step.id };
    if (record.stepId === null || record.desired !== 'running') await stream.write(kept, held);
    await stream.beats(kept);
    return { application, decision: 'keep', generation: kept.generation, stepId: kept.stepId };
  }
  const before = isAlive(step?.state) ? (await stream.stop(held)).held : held;
  const generation = (await stream.newestGeneration(record)) + 1;
  const next = nextRecord(stage, application, start, generation, checkpoint);
  const started = await stream.start(next, before);
  const kind = decision.kind === 'keep' ? 'restart' : decision.kind;
  return { application, decision: kind, generation: started.generation, stepId: started.stepId };
}

function startedFrom(record: StepRecord | undefined): 'earliest' | 'latest' | undefined {
  const from = record?.settings.startingOffsets;
  return from === 'earliest' || from === 'latest' ? from : undefined;
}

/** How the start of an application on the stage's clusters is made. */
function preparer(
  stage: DeployedStage,
  application: Application,
  release: string,
  artifact: Artifact,
  clusterArn = stage.msk.arn,
) {
  const { config, definition } = stage.input;
  return (checkpoint: number, startingOffsets: StreamRequest['newCheckpoint']): StepStart =>
    makeStart({
      application,
      config,
      definition,
      release,
      clusterArn,
      bootstrapServers: stage.bootstrapServers,
      dataBucket: stage.data.name,
      artifactsBucket: stage.artifacts.name,
      artifact,
      checkpoint,
      startingOffsets,
      auth: stage.isLocal ? 'none' : 'iam',
    });
}

/** What a deploy would do about an application. */
export interface StreamPlan {
  readonly application: Application;
  readonly decision: StreamDecision['kind'] | 'stop';
  /** Undefined: it is left running. */
  readonly why?: string;
}

/**
 * What a deploy would do about a stage's streaming steps, the EMR cluster staying the one that it has.
 *
 * @param build makes the artifact; a test has one without jars
 * @param clusterArn of the Kafka cluster that the stage will have
 */
export async function planStream(
  stage: DeployedStage,
  build: typeof buildArtifact = buildArtifact,
  clusterArn = stage.msk.arn,
): Promise<StreamPlan[]> {
  const { config, definition } = stage.input;
  const { release } = config.emr.existing ?? config.emr.create;
  const wanted = stageApplications(config, release);
  const artifact = await build(definition, release, stage.progress);
  const plans: StreamPlan[] = [];
  for (const application of applications) {
    const stream = new StageStream(stage, application);
    const record = await stream.record();
    const step = await stream.step(record);
    if (!wanted.includes(application)) {
      if (isAlive(step?.state))
        plans.push({ application, decision: 'stop', why: 'the stage no longer has it' });
      continue;
    }
    const start = preparer(
      stage,
      application,
      release,
      artifact,
      clusterArn,
    )(record?.checkpoint ?? 0, startedFrom(record));
    const decision = decideStream(
      {
        clusterId: stage.emr.id,
        fingerprint: start.settings.fingerprint,
        startHash: start.hash,
        newCheckpoint: false,
      },
      record,
      step?.state,
    );
    const why = decision.kind === 'refuse' ? describeChanges(decision.changes) : undefined;
    plans.push({
      application,
      decision: decision.kind,
      ...('why' in decision ? { why: decision.why } : why === undefined ? {} : { why }),
    });
  }
  return plans;
}

/**
 * Makes all of a stage's streaming steps right; stops those of an application that it no longer has.
 *
 * @param build makes the artifact; a test has one without jars
 */
export async function deployStream(
  stage: DeployedStage,
  request: StreamRequest = {},
  build: typeof buildArtifact = buildArtifact,
): Promise<StreamOutcome[]> {
  const { config, definition } = stage.input;
  const release = await usableCluster(stage);
  checkRelease(stage, (await stage.emr.facts())?.release ?? '');
  const wanted = stageApplications(config, release);
  const artifact = await build(definition, release, stage.progress);
  await uploadFiles(artifact.files, stage.artifacts, stage.progress);
  for (const application of applications.filter((one) => !wanted.includes(one)))
    await stopApplication(stage, application);
  const outcomes: StreamOutcome[] = [];
  for (const application of wanted)
    outcomes.push(
      await unlessOvertaken(stage, () =>
        deployApplication(stage, application, request, preparer(stage, application, release, artifact)),
      ),
    );
  return outcomes;
}

function stopApplication(stage: DeployedStage, application: Application): Promise<boolean> {
  const stream = new StageStream(stage, application);
  return unlessOvertaken(stage, async () => (await stream.stop(await stream.held())).ran);
}

/** Stops all of a stage's streaming steps. Returns the applications that ran. */
export async function stopStream(stage: DeployedStage): Promise<Application[]> {
  const stopped: Application[] = [];
  for (const application of applications)
    if (await stopApplication(stage, application)) stopped.push(application);
  return stopped;
}
