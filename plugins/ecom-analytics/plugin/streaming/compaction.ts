import type { StepState } from '@aws-sdk/client-emr';
import { StreamError } from '../error-kinds.ts';
import { stem } from '../resources/stage-input.ts';
import type { DeployedStage } from '../session.ts';
import { waitFor } from '../wait.ts';
import { buildCompaction, type CompactionArtifact, uploadFiles } from './artifact.ts';
import { isAlive } from './decision.ts';
import { usableCluster } from './deploy-stream.ts';
import type { HourRange } from './hours.ts';
import { StageStream } from './stage-stream.ts';
import { driverError } from './step-logs.ts';

/** A compaction that has ended well. */
export interface CompactionOutcome {
  readonly stepId: string;
  readonly state: StepState;
}

/** One executor: what a batch has written is little, and the stream needs the rest of the cluster. */
const small = { 'spark.dynamicAllocation.enabled': 'false', 'spark.executor.instances': '1' };

/** Of a step's arguments, the value of an option. */
function optionOf(args: readonly string[], option: string): string {
  return args[args.indexOf(option) + 1] ?? '';
}

function compactionArguments(
  { since, before }: HourRange,
  { scriptKey, packageKey }: CompactionArtifact,
  artifactsBucket: string,
  jobArgs: readonly string[],
): string[] {
  const code = (key: string): string => `s3://${artifactsBucket}/${key}`;
  return [
    ...['spark-submit', '--master', 'yarn', '--deploy-mode', 'cluster', '--name', 'compaction'],
    ...['--py-files', code(packageKey)],
    ...Object.entries(small).flatMap(([name, value]) => ['--conf', `${name}=${value}`]),
    code(scriptKey),
    // Those of the job, letter for letter: the checkpoint is held against them.
    ...['--output', optionOf(jobArgs, '--output'), '--checkpoint', optionOf(jobArgs, '--checkpoint')],
    ...(since === undefined ? [] : ['--since', since]),
    ...(before === undefined ? [] : ['--before', before]),
  ];
}

const ending = { timeoutMs: 3_600_000, everyMs: 5_000 };

/**
 * Joins the window files of closed hours, all or those of a range, one file an hour, in a step beside the stream's, and waits for its end.
 *
 * @throws StreamError `ECOM_STREAM_NEVER_STARTED`, `ECOM_EMR_ENDED`, `ECOM_COMPACTION_FAILED` with the driver's own last
 * error, `ECOM_COMPACTION_SLOW`
 */
export async function compactWindows(stage: DeployedStage, hours: HourRange): Promise<CompactionOutcome> {
  const { emr, artifacts, clock, input, progress } = stage;
  await usableCluster(stage);
  const record = await new StageStream(stage, 'pipeline').record();
  if (record === undefined)
    throw new StreamError('ECOM_STREAM_NEVER_STARTED', {
      what: 'The stream has never been started, so there are no windows',
      where: `stage ${input.stage}`,
      fix: `Start it with \`sls ecom stream start --stage ${input.stage}\`.`,
    });
  const artifact = await buildCompaction();
  await uploadFiles(artifact.files, artifacts, progress);
  const args = compactionArguments(hours, artifact, artifacts.name, record.args);
  const stepId = await emr.submit(`${stem(input)}-compaction`, args);
  const where = `step ${stepId} on cluster ${emr.id}`;
  return waitFor(
    { ...ending, clock },
    async () => {
      const step = await emr.step(stepId);
      if (step?.state === 'COMPLETED') return { stepId, state: step.state };
      if (isAlive(step?.state)) {
        progress(`The compaction, step ${stepId}, is ${step?.state}; it continues without this command`);
        return undefined;
      }
      const said = (await driverError(stage, stepId)) ?? step?.reason ?? 'it gave no reason';
      throw new StreamError('ECOM_COMPACTION_FAILED', {
        what: `The compaction is ${step?.state ?? 'gone'}: ${said}`,
        where,
        fix: 'No row is lost. Run it again: it resumes where it stopped.',
      });
    },
    () =>
      new StreamError('ECOM_COMPACTION_SLOW', {
        what: `The compaction has not ended after ${ending.timeoutMs / 60_000} minutes`,
        where,
        fix: 'It continues. A step that stays PENDING, or an application that YARN does not start, lacks room on the cluster beside the stream.',
      }),
  );
}
