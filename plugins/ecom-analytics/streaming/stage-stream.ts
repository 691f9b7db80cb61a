import * as v from 'valibot';
import type { EmrStep } from '../aws/emr-cluster.ts';
import { waitFor } from '../clock.ts';
import { StreamError } from '../error.ts';
import type { DeployedStage } from '../session.ts';
import { isAlive } from './decision.ts';
import { type Application, controlFolder, statusKey, stepRecordKey } from './keys.ts';
import { type StepRecord, StepRecordSchema } from './record.ts';
import { endedStates, type JobStatus, readStatus } from './status.ts';
import { driverError } from './step-logs.ts';
import { submitStep } from './submit.ts';

const everyMs = 5_000;
const GenerationSchema = v.object({ generation: v.number() });

/** One Spark application of a deployed stage: its record, its step, its job's own word. */
export class StageStream {
  readonly #stage: DeployedStage;
  readonly application: Application;

  constructor(stage: DeployedStage, application: Application) {
    this.#stage = stage;
    this.application = application;
  }

  async record(): Promise<StepRecord | undefined> {
    const json = await this.#stage.data.json(stepRecordKey(this.application));
    if (json === undefined) return undefined;
    const parsed = v.safeParse(StepRecordSchema, json);
    if (parsed.success) return parsed.output;
    throw new StreamError('ECOM_STEP_RECORD', {
      what: `The step record cannot be read: ${parsed.issues[0].message}`,
      where: `s3://${this.#stage.data.name}/${stepRecordKey(this.application)}`,
      fix: 'A newer version of the plugin may have written it: update.',
    });
  }

  async write(record: StepRecord): Promise<void> {
    await this.#stage.data.put(stepRecordKey(this.application), JSON.stringify(record, null, 2));
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

  /**
   * Stops the running step and sees it stopped: asks the job, then interrupts the step, then ends its process.
   *
   * @returns whether anything ran
   * @throws StreamError `ECOM_STREAM_STOP` when it will not stop; nothing is started then, so that there are never two writers
   */
  async stop(record: StepRecord | undefined): Promise<boolean> {
    if (record === undefined) return false;
    const step = await this.step(record);
    if (record.desired === 'running')
      await this.write({ ...record, desired: 'stopped', stepId: step?.id ?? record.stepId });
    if (step === undefined || !isAlive(step.state)) return false;
    this.#stage.progress(`Stopping the ${this.application} step ${step.id}`);
    await this.#stage.data.put(
      `${controlFolder(this.application)}/stop.json`,
      JSON.stringify({ generation: record.generation }),
    );
    const timeoutMs = this.#stage.input.config.streaming.stopTimeoutSeconds * 1000;
    if (await this.#ended(step.id, timeoutMs)) return true;
    this.#stage.progress('It does not stop by itself; interrupting it');
    await this.#stage.emr.cancel(step.id, 'SEND_INTERRUPT');
    if (await this.#ended(step.id, timeoutMs)) return true;
    await this.#stage.emr.cancel(step.id, 'TERMINATE_PROCESS');
    if (await this.#ended(step.id, timeoutMs)) return true;
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
   * @throws StreamError `ECOM_STREAM_FAILED` with the driver's own last error, `ECOM_STREAM_SLOW`
   */
  async start(record: StepRecord): Promise<StepRecord> {
    this.#stage.progress(`Submitting the ${this.application} step`);
    const { data, artifacts, emr, clock } = this.#stage;
    const submitted = await submitStep(record, { data, artifacts, emr, clock });
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
