import * as v from 'valibot';
import { withCode } from '../../core/error.ts';
import { endedStates, type JobStatus, readStatus } from '../../job/job-status.ts';
import { EmrCluster, type EmrStep, hasEnded } from '../aws/emr-cluster.ts';
import { StreamError } from '../error-kinds.ts';
import type { DeployedStage } from '../session.ts';
import { waitFor } from '../wait.ts';
import { isAlive } from './decision.ts';
import { type Application, controlFolder, statusKey } from './keys.ts';
import type { StepRecord } from './record.ts';
import { driverError } from './step-logs.ts';
import { type HeldRecord, StepRecords } from './step-records.ts';
import { submitStep } from './submit.ts';

/** Between two looks at a step. EMR's API takes only so many calls; the local cloud takes any number. */
const everyMs = { aws: 5_000, local: 1_000 } as const;
/** So long a job that beats every ten seconds has said nothing when it is over. */
const silentEnoughMs = 25_000;
const GenerationSchema = v.object({ generation: v.number() });

/** What stopping came to. */
interface Stopped {
  readonly ran: boolean;
  readonly held: HeldRecord | undefined;
}

/** One Spark application of a deployed stage: its record, its step, its job's own word. */
export class StageStream {
  readonly #stage: DeployedStage;
  readonly application: Application;
  readonly #records: StepRecords;
  readonly #everyMs: number;

  constructor(stage: DeployedStage, application: Application) {
    this.#stage = stage;
    this.#records = new StepRecords(stage.data, application);
    this.application = application;
    this.#everyMs = stage.isLocal ? everyMs.local : everyMs.aws;
  }

  /** The record, and what a write over it needs. */
  held(): Promise<HeldRecord | undefined> {
    return this.#records.read();
  }

  async record(): Promise<StepRecord | undefined> {
    return (await this.held())?.record;
  }

  /** Writes over the record that is held. Throws StreamError `ECOM_STREAM_RACE`. */
  write(record: StepRecord, held: HeldRecord): Promise<HeldRecord> {
    return this.#records.write(record, held);
  }

  async status(): Promise<JobStatus | undefined> {
    return readStatus(await this.#stage.data.json(statusKey(this.application)));
  }

  /**
   * The record's step. One that was meant and perhaps submitted, but whose id was never written down, is found by its name.
   */
  async step(record: StepRecord | undefined): Promise<EmrStep | undefined> {
    if (record === undefined) return undefined;
    const emr = this.#clusterOf(record);
    if (emr !== this.#stage.emr) {
      const facts = await emr.facts();
      // With its cluster its steps have ended.
      if (facts === undefined || hasEnded(facts)) return undefined;
    }
    if (record.stepId !== null) return emr.step(record.stepId);
    return (await emr.liveSteps()).find(({ name }) => name === record.stepName);
  }

  /** The cluster that a record's step is on, which serverless.yml may no longer name. */
  #clusterOf({ clusterId }: StepRecord): EmrCluster {
    const { emr, clients } = this.#stage;
    return clusterId === emr.id ? emr : new EmrCluster(clients, clusterId);
  }

  /** The newest generation that anybody has used: the record's, or what a job has entered. */
  async newestGeneration(record: StepRecord | undefined): Promise<number> {
    const entered = v.safeParse(
      GenerationSchema,
      await this.#stage.data.json(`${controlFolder(this.application)}/generation.json`),
    );
    return Math.max(record?.generation ?? 0, entered.success ? entered.output.generation : 0);
  }

  async #askToStop(generation: number): Promise<void> {
    await this.#stage.data.put(
      `${controlFolder(this.application)}/stop.json`,
      JSON.stringify({ generation }),
    );
  }

  /**
   * Stops the running step and sees it stopped: asks the job, then interrupts the step, then ends its process.
   *
   * @returns whether anything ran, and the record as it is now
   * @throws StreamError `ECOM_STREAM_STOP` when it will not stop; nothing is started then, so that there are never two
   * writers; `ECOM_STREAM_RACE`
   */
  async stop(held: HeldRecord | undefined): Promise<Stopped> {
    if (held === undefined) return { ran: false, held };
    const { record } = held;
    const step = await this.step(record);
    const now =
      record.desired === 'running'
        ? await this.write({ ...record, desired: 'stopped', stepId: step?.id ?? record.stepId }, held)
        : held;
    // Somebody may be between meaning a step and submitting it: it will find itself asked to stop.
    if (step === undefined && record.stepId === null) await this.#askToStop(record.generation);
    if (step === undefined || !isAlive(step.state)) return { ran: false, held: now };
    this.#stage.progress(`Stopping the ${this.application} step ${step.id}`);
    await this.#askToStop(record.generation);
    const emr = this.#clusterOf(record);
    const ended = (): Promise<boolean> => this.#ended(emr, step.id, record.generation);
    if (await ended()) return { ran: true, held: now };
    this.#stage.progress('It does not stop by itself; interrupting it');
    await emr.cancel(step.id, 'SEND_INTERRUPT');
    if (await ended()) return { ran: true, held: now };
    await emr.cancel(step.id, 'TERMINATE_PROCESS');
    if (await ended()) return { ran: true, held: now };
    throw new StreamError('ECOM_STREAM_STOP', {
      what: `The ${this.application} step does not stop`,
      where: `step ${step.id} on cluster ${emr.id}`,
      fix: 'Nothing was started beside it. End its YARN application on the cluster (`yarn application -kill`), then run this again.',
    });
  }

  /**
   * Whether a step ends in time, and its job with it: on a cluster the job can outlive the step that submitted it. One that
   * has not said that it has ended has done so once it says nothing more.
   */
  async #ended(emr: EmrCluster, stepId: string, generation: number): Promise<boolean> {
    const { clock, input } = this.#stage;
    const end = clock.elapsed() + input.config.streaming.stopTimeoutSeconds * 1000;
    let lastWord: string | undefined;
    let heardMs = clock.elapsed();
    for (;;) {
      const [step, status] = await Promise.all([emr.step(stepId), this.status()]);
      const own = status?.generation === generation ? status : undefined;
      if (own?.updatedAt !== lastWord) heardMs = clock.elapsed();
      lastWord = own?.updatedAt;
      const isSilent = clock.elapsed() - heardMs >= silentEnoughMs;
      const isOver = own === undefined || endedStates.includes(own.state) || isSilent;
      if (!isAlive(step?.state) && isOver) return true;
      if (clock.elapsed() >= end) return false;
      await clock.sleep(this.#everyMs);
    }
  }

  /**
   * Submits what a record says, under the next generation that nobody has used, and waits until the job beats.
   *
   * @param held the record that this one takes the place of
   * @throws StreamError `ECOM_STREAM_FAILED` with the driver's own last error, `ECOM_STREAM_SLOW`, `ECOM_STREAM_RACE`
   */
  async start(record: StepRecord, held: HeldRecord | undefined): Promise<StepRecord> {
    this.#stage.progress(`Submitting the ${this.application} step`);
    const { data, artifacts, emr, clock } = this.#stage;
    const submitted = await submitStep(record, held, { data, artifacts, emr, clock });
    await this.beats(submitted);
    return submitted;
  }

  /** Waits until a submitted step runs and its job has given the first sign of life. Throws as {@link start}. */
  async beats(record: StepRecord): Promise<void> {
    const stepId = record.stepId ?? '';
    const { config } = this.#stage.input;
    const timeoutMs = config.streaming.startTimeoutSeconds * 1000;
    const { clock, emr, progress } = this.#stage;
    await waitFor(
      { timeoutMs, everyMs: this.#everyMs, clock },
      async () => {
        const [step, status] = await Promise.all([emr.step(stepId), this.status()]);
        const own = status?.generation === record.generation ? status : undefined;
        if (!isAlive(step?.state) || (own && endedStates.includes(own.state)))
          throw await this.failure(step, own, stepId);
        if (step?.state === 'RUNNING' && own?.state === 'running') return true;
        progress(
          `The ${this.application} step is ${step?.state ?? 'unknown'}${own ? `, its job ${own.state}` : ''}`,
        );
        return undefined;
      },
      () =>
        new StreamError('ECOM_STREAM_SLOW', {
          what: `The ${this.application} step has not given a sign of life after ${timeoutMs / 1000} s`,
          where: `step ${stepId} on cluster ${emr.id}`,
          fix: '`sls ecom stream status` and `sls ecom stream logs` show its progress; raise streaming.startTimeoutSeconds if it only needs longer.',
        }),
    );
  }

  /** What ended a step: the job's own last error, else what its logs end with, else EMR's word. */
  async failure(
    step: EmrStep | undefined,
    status: JobStatus | undefined,
    stepId: string,
  ): Promise<StreamError> {
    const where = `step ${stepId} on cluster ${this.#stage.emr.id}`;
    const said = status?.error
      ? withCode(status.error.message, status.error.code)
      : ((await driverError(this.#stage, stepId)) ?? step?.reason ?? 'it gave no reason');
    return new StreamError('ECOM_STREAM_FAILED', {
      what: `The ${this.application} step is ${step?.state ?? 'gone'}: ${said}`,
      where,
      fix: '`sls ecom stream logs` shows more; `sls ecom stream start` tries again.',
    });
  }
}
