import { S3Client } from '@aws-sdk/client-s3';
import { EcomError } from '../core/error.ts';
import { findRelease } from '../job/releases.ts';
import { type Handlers, ServiceFault } from './aws-service.ts';
import { type Cancellation, LocalEmrStep, type StepChange, type StepPlace } from './emr-step.ts';
import type { Members } from './service-model.ts';
import { readSparkSubmit } from './spark-submit.ts';
import { localKeys, localRegion, s3aLine } from './step-process.ts';

export type { StepChange } from './emr-step.ts';

/** The service's name for an input that is not by its model; it is not in the model itself. */
export const emrValidationFault = 'ValidationException';

/** The one cluster that the local cloud has. */
export interface LocalEmrOptions {
  /** `j-…` */
  readonly clusterId: string;
  readonly name: string;
  readonly releaseLabel: string;
  /** What steps are run in, and where their logs stay. */
  readonly folder: string;
  /** The front's URL, where S3 is. */
  readonly endpoint: () => string;
  /** `s3://bucket/prefix`, where logs go too; null keeps them in the folder alone. Default: null. */
  readonly logUri?: () => string | null;
  /** How many steps run at a time. Default: 1, as EMR's. */
  readonly stepConcurrencyLevel?: number;
  /** A step has come into another state: what EMR tells EventBridge. */
  readonly onStepChange?: (change: StepChange) => void;
  readonly onProgress?: (line: string) => void;
}

export interface LocalEmr {
  readonly handlers: Handlers;
  /** Ends the process of every step. */
  stop(): Promise<void>;
}

const mostSteps = 256;
const pageSize = 50;

function invalid(message: string): ServiceFault {
  return new ServiceFault('InvalidRequestException', 400, message);
}

function notDone(what: string): ServiceFault {
  return new ServiceFault('NotImplemented', 501, `The local cloud does not do ${what}.`);
}

/** Lists of the input; the model has been checked. */
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const texts = (value: unknown): string[] => listOf(value).map(String);
const members = (value: unknown): Members =>
  typeof value === 'object' && value !== null ? { ...value } : {};

/**
 * A step as it was asked for, run as a process of this machine.
 *
 * @throws ServiceFault 501 for any other than a `spark-submit` that the cluster outlives
 */
function newStep(config: Members, place: StepPlace): LocalEmrStep {
  const jarStep = members(config.HadoopJarStep);
  if (jarStep.Jar !== 'command-runner.jar') throw notDone(`a step of ${jarStep.Jar}`);
  if (config.ActionOnFailure !== 'CONTINUE') throw notDone(`ActionOnFailure ${config.ActionOnFailure}`);
  for (const name of ['Properties', 'MainClass'])
    if (jarStep[name] !== undefined) throw notDone(`${name} of a step`);
  if (config.StepMonitoringConfiguration !== undefined) throw notDone('StepMonitoringConfiguration');
  const args = texts(jarStep.Args);
  const [command, ...rest] = args;
  if (command !== 'spark-submit') throw notDone(`the command ${command ?? '(none)'}`);
  const submit = readSparkSubmit(rest);
  if (submit === undefined) throw notDone('a spark-submit without a job');
  return new LocalEmrStep(String(config.Name), args, submit, place);
}

/**
 * What Amazon EMR does, over one cluster that is always there and whose steps are real `spark-submit`s.
 *
 * @throws EcomError `ECOM_EMR_RELEASE`; `ECOM_CLOUD_RELEASE` for a release whose Spark cannot reach S3 here
 */
export function localEmr(options: LocalEmrOptions): LocalEmr {
  const { clusterId, name, releaseLabel, stepConcurrencyLevel = 1 } = options;
  const release = findRelease(releaseLabel);
  if (release.line !== s3aLine)
    throw new EcomError('ECOM_CLOUD_RELEASE', {
      what: `The local cloud runs steps with Spark ${s3aLine} only, and ${releaseLabel} has Spark ${release.line}`,
      where: 'emr.create.release',
      fix: 'Use emr-spark-8.1.0 for the stage local.',
    });
  let client: S3Client | undefined;
  const s3 = (): S3Client => {
    client ??= new S3Client({
      endpoint: options.endpoint(),
      region: localRegion,
      credentials: localKeys,
      forcePathStyle: true,
    });
    return client;
  };
  const steps = new Map<string, LocalEmrStep>();
  const running = new Set<Promise<void>>();
  const createdAt = new Date();
  let stopped = false;

  const place = (): StepPlace => ({
    folder: options.folder,
    s3: s3(),
    endpoint: options.endpoint,
    logUri: options.logUri ?? (() => null),
    clusterId,
    onChange: (change) => {
      // That a step ends because all does is nobody's business.
      if (!stopped) options.onStepChange?.(change);
    },
    onProgress: options.onProgress ?? (() => undefined),
  });

  /** Starts what may be started, oldest first. */
  const startNext = (): void => {
    for (const step of steps.values()) {
      if (stopped || running.size >= stepConcurrencyLevel) return;
      if (step.state !== 'PENDING') continue;
      const run = step.run().finally(() => {
        running.delete(run);
        startNext();
      });
      running.add(run);
    }
  };

  const known = (input: Members): void => {
    if (input.ClusterId !== clusterId) throw invalid(`Cluster id '${input.ClusterId}' is not valid.`);
  };
  const stepOf = (id: unknown): LocalEmrStep => {
    const step = steps.get(String(id));
    if (step === undefined) throw invalid(`Step id '${id}' is not valid.`);
    return step;
  };

  const handlers: Handlers = {
    DescribeCluster: async (input) => {
      known(input);
      return {
        Cluster: {
          Id: clusterId,
          Name: name,
          Status: {
            State: running.size > 0 ? 'RUNNING' : 'WAITING',
            StateChangeReason: {},
            Timeline: { CreationDateTime: createdAt, ReadyDateTime: createdAt },
          },
          ReleaseLabel: releaseLabel,
          Applications: release.applications.map((application) => ({ Name: application })),
          // EMR answers with the scheme of an older client, and with a slash behind.
          LogUri: options.logUri?.()?.replace(/^s3:/, 's3n:').replace(/\/?$/, '/'),
          AutoTerminate: false,
          TerminationProtected: false,
          StepConcurrencyLevel: stepConcurrencyLevel,
          ClusterArn: `arn:aws:elasticmapreduce:${localRegion}:000000000000:cluster/${clusterId}`,
        },
      };
    },
    AddJobFlowSteps: async (input) => {
      if (input.JobFlowId !== clusterId)
        throw new ServiceFault(emrValidationFault, 400, 'Specified job flow ID does not exist.');
      if (input.ExecutionRoleArn !== undefined) throw notDone('ExecutionRoleArn');
      const asked = listOf(input.Steps);
      const live = [...steps.values()].filter((step) => !step.hasEnded).length;
      if (asked.length === 0 || live + asked.length > mostSteps)
        throw new ServiceFault(
          emrValidationFault,
          400,
          `Between 1 and ${mostSteps} steps may be active or pending.`,
        );
      // All are read before any is taken.
      const added = asked.map((config) => newStep(members(config), place()));
      for (const step of added) steps.set(step.id, step);
      startNext();
      return { StepIds: added.map(({ id }) => id) };
    },
    DescribeStep: async (input) => {
      known(input);
      return { Step: stepOf(input.StepId).describe() };
    },
    ListSteps: async (input) => {
      known(input);
      const states = texts(input.StepStates);
      const ids = texts(input.StepIds);
      if (states.length > 0 && ids.length > 0) throw invalid('Give either step ids or step states.');
      for (const id of ids) stepOf(id);
      const found = [...steps.values()]
        .reverse()
        .filter(({ state }) => states.length === 0 || states.includes(state))
        .filter(({ id }) => ids.length === 0 || ids.includes(id));
      const from = input.Marker === undefined ? 0 : Number(input.Marker);
      if (!Number.isInteger(from) || from < 0) throw invalid(`Marker '${input.Marker}' is not valid.`);
      const next = from + pageSize;
      return {
        Steps: found.slice(from, next).map((step) => step.describe()),
        Marker: next < found.length ? String(next) : undefined,
      };
    },
    CancelSteps: async (input) => {
      known(input);
      const how: Cancellation =
        input.StepCancellationOption === 'TERMINATE_PROCESS' ? 'TERMINATE_PROCESS' : 'SEND_INTERRUPT';
      const asked = texts(input.StepIds).map(stepOf);
      return {
        CancelStepsInfoList: asked.map((step) =>
          step.cancel(how)
            ? { StepId: step.id, Status: 'SUBMITTED' }
            : {
                StepId: step.id,
                Status: 'FAILED',
                Reason: 'Only pending and running steps can be cancelled.',
              },
        ),
      };
    },
  };

  return {
    handlers,
    async stop() {
      stopped = true;
      await Promise.all([...steps.values()].map((step) => step.stop()));
      await Promise.all(running);
      client?.destroy();
    },
  };
}
