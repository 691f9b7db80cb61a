import * as v from 'valibot';
import type { EmrStep } from '../aws/emr-cluster.ts';
import { waitFor } from '../clock.ts';
import { StreamError } from '../error.ts';
import type { DeployedStage } from '../session.ts';
import { isAlive } from './decision.ts';
import { type Application, controlFolder, statusKey } from './keys.ts';
import type { StepRecord } from './record.ts';
import { endedStates, type JobStatus, readStatus } from './status.ts';
import { driverError } from './step-logs.ts';
import { type HeldRecord, StepRecords } from './step-records.ts';
import { submitStep } from './submit.ts';

const everyMs = 5_000;
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

  constructor(stage: DeployedStage, application: Application) {
    this.#stage = stage;
    this.#records = new StepRecords(stage.data, application);
    this.application = application;
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
    if (record === undefined || record.clusterId !== this.#stage.emr.id) return undefined;
    if (record.stepId !== null) return this.#stage.emr.step(record.stepId);
    return (await this.#stage.emr.liveSteps()).find(({ name }) => name === record.stepName);
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
    const timeoutMs = this.#stage.input.config.streaming.stopTimeoutSeconds * 1000;
    if (await this.#ended(step.id, timeoutMs)) return { ran: true, held: now };
    this.#stage.progress('It does not stop by itself; interrupting it');
    await this.#stage.emr.cancel(step.id, 'SEND_INTERRUPT');
    if (await this.#ended(step.id, timeoutMs)) return { ran: true, held: now };
    await this.#stage.emr.cancel(step.id, 'TERMINATE_PROCESS');
    if (await this.#ended(step.id, timeoutMs)) return { ran: true, held: now };
    throw new StreamError('ECOM_STREAM_STOP', {
      what: `The ${this.application} step does not stop`,
      where: `step ${step.id} on cluster ${this.#stage.emr.id}`,
      fix: 'Nothing was started beside it. End its YARN application on the cluster (`yarn application -kill`), then run this again.',
    });
  }

  /** Whether a step ends in time, and its job's last word, if it has one of this run, is that it has ended. */
  async #ended(stepId: string, timeoutMs: number): Promise<boolean> {
    const { clock, emr } = this.#stage;
    const end = clock.now() + timeoutMs;
    for (;;) {
      const step = await emr.step(stepId);
      if (!isAlive(step?.state)) return true;
      if (clock.now() >= end) return false;
      await clock.sleep(everyMs);
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
      { timeoutMs, everyMs, clock },
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
          fix: '`sls ecom stream status` and `sls ecom stream logs` show how it goes on; raise streaming.startTimeoutSeconds if it only needs longer.',
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
      ? `${status.error.message} [${status.error.code}]`
      : ((await driverError(this.#stage, stepId)) ?? step?.reason ?? 'it gave no reason');
    return new StreamError('ECOM_STREAM_FAILED', {
      what: `The ${this.application} step is ${step?.state ?? 'gone'}: ${said}`,
      where,
      fix: '`sls ecom stream logs` shows more; `sls ecom stream start` tries again.',
    });
  }
}
