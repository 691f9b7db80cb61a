import { randomInt } from 'node:crypto';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { StepState } from '@aws-sdk/client-emr';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Child, ChildEnd } from '../machine/child/child.ts';
import type { Members } from './service-model.ts';
import type { SparkSubmit } from './spark-submit.ts';
import { startStepProcess } from './step-process.ts';

/** A step has come into another state. */
export interface StepChange {
  readonly stepId: string;
  readonly name: string;
  readonly state: StepState;
  readonly message: string;
}

/** How a running step is ended. */
export type Cancellation = 'SEND_INTERRUPT' | 'TERMINATE_PROCESS';

/** EMR brings logs every five minutes. Nobody would wait that long here. */
const logEveryMs = 10_000;
const lastLines = 3;
const longestMessage = 2000;

export interface StepPlace {
  /** The logs and files of all steps. */
  readonly folder: string;
  readonly s3: S3Client;
  readonly endpoint: () => string;
  /** `s3://bucket/prefix/` of the cluster's logs, or null where it keeps none. */
  readonly logUri: () => string | null;
  readonly clusterId: string;
  readonly onChange: (change: StepChange) => void;
  readonly onProgress: (line: string) => void;
}

const idLetters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

function newId(): string {
  return `s-${Array.from({ length: 20 }, () => idLetters[randomInt(idLetters.length)]).join('')}`;
}

function lastWords(text: string, isTelling: (line: string) => boolean): string {
  const lines = text.split('\n').map((line) => line.trimEnd());
  return lines
    .filter((line) => line !== '' && isTelling(line))
    .slice(-lastLines)
    .join(' ')
    .slice(-longestMessage);
}

/**
 * Why a job has failed: what Python said last, and what the JVM threw. Spark prints what its Python process writes on stderr
 * on stdout; on its own stderr much comes after an error that says nothing of it.
 */
async function failureOf(stdout: string, stderr: string): Promise<string> {
  const said = lastWords(await readFile(stdout, 'utf8'), () => true);
  const thrown = lastWords(await readFile(stderr, 'utf8'), (line) =>
    /^(Exception in thread|\S+(Exception|Error)\b)/.test(line),
  );
  return [said, thrown].filter((text) => text !== '').join(' ');
}

function endText({ code, signal }: ChildEnd): string {
  return signal === null ? `exit code ${code}` : `signal ${signal}`;
}

/** A step of the local cluster: a process of this machine, with what EMR tells of it. */
export class LocalEmrStep {
  readonly id: string = newId();
  readonly name: string;
  readonly args: readonly string[];
  readonly #submit: SparkSubmit;
  readonly #place: StepPlace;
  readonly #folder: string;
  readonly #createdAt = new Date();
  #startedAt: Date | undefined;
  #endedAt: Date | undefined;
  #state: StepState = 'PENDING';
  #failure: string | undefined;
  #child: Child | undefined;
  #asked: Cancellation | undefined;
  #stopping = false;
  /** Bytes of each log that lie in S3. */
  readonly #uploaded = new Map<string, number>();

  /** @param args as they were given; `submit` is what they mean */
  constructor(name: string, args: readonly string[], submit: SparkSubmit, place: StepPlace) {
    this.name = name;
    this.args = args;
    this.#submit = submit;
    this.#place = place;
    this.#folder = path.join(place.folder, this.id);
  }

  get state(): StepState {
    return this.#state;
  }

  get hasEnded(): boolean {
    return this.#endedAt !== undefined;
  }

  /** `Step` of the model, which has all of `StepSummary`. */
  describe(): Members {
    const logFile = this.#logKey('stderr');
    return {
      Id: this.id,
      Name: this.name,
      Config: { Jar: 'command-runner.jar', Properties: {}, Args: [...this.args] },
      ActionOnFailure: 'CONTINUE',
      Status: {
        State: this.#state,
        StateChangeReason: this.#state === 'CANCELLED' ? { Message: 'Cancelled by user' } : {},
        FailureDetails:
          this.#failure === undefined
            ? undefined
            : {
                Reason: 'Unknown Error.',
                Message: this.#failure,
                LogFile: logFile === undefined ? undefined : `s3://${logFile.bucket}/${logFile.key}`,
              },
        Timeline: {
          CreationDateTime: this.#createdAt,
          StartDateTime: this.#startedAt,
          EndDateTime: this.#endedAt,
        },
      },
    };
  }

  /** Runs the step to its end. Never rejects: what goes wrong is the step's failure. */
  async run(): Promise<void> {
    this.#startedAt = new Date();
    this.#enter('RUNNING', 'Step started running');
    await mkdir(this.#folder, { recursive: true });
    await Promise.all(['controller', 'stdout', 'stderr'].map((log) => appendFile(this.#file(log), '')));
    let upload = Promise.resolve();
    const uploading = setInterval(() => {
      upload = upload.then(() => this.#uploadLogs());
    }, logEveryMs);
    try {
      const end = await this.#process();
      await this.#note(`The process has ended with ${endText(end)}`);
      if (this.#asked === undefined && end.code !== 0)
        this.#failure = (await failureOf(this.#file('stdout'), this.#file('stderr'))) || endText(end);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      await this.#note(text);
      this.#failure = text;
    } finally {
      clearInterval(uploading);
      await upload;
    }
    // The cloud ends, and with it everyone who could ask what came of the step.
    if (this.#stopping) return;
    // EMR's logs come later than its state; here anyone who reads the state finds them.
    await this.#uploadLogs();
    this.#endedAt = new Date();
    if (this.#asked !== undefined) this.#enter('CANCELLED', 'Step was cancelled by a user');
    else if (this.#failure !== undefined) this.#enter('FAILED', this.#failure);
    else this.#enter('COMPLETED', 'Step completed execution');
  }

  /** Ends the step. False where it has ended already. */
  cancel(how: Cancellation): boolean {
    if (this.hasEnded) return false;
    const before = this.#asked;
    this.#asked = how;
    if (this.#startedAt === undefined) {
      this.#endedAt = new Date();
      this.#enter('CANCELLED', 'Step was cancelled by a user');
      return true;
    }
    if (before === undefined) this.#enter('CANCEL_PENDING', 'Step is being cancelled');
    this.#signal(how);
    return true;
  }

  /** Ends the process at once. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#child?.stop(0);
  }

  async #process(): Promise<ChildEnd> {
    const child = await startStepProcess({
      submit: this.#submit,
      s3: this.#place.s3,
      endpoint: this.#place.endpoint(),
      folder: this.#folder,
      files: { stdout: this.#file('stdout'), stderr: this.#file('stderr') },
    });
    this.#child = child;
    await this.#note(`spark-submit is process ${child.pid}`);
    // Either may have come while its files were fetched.
    if (this.#stopping) await child.stop(0);
    if (this.#asked !== undefined) this.#signal(this.#asked);
    return child.ended;
  }

  /** EMR's console says which signals these are: "wait for it to exit (SIGTERM)", "force it to exit (SIGKILL)". */
  #signal(how: Cancellation): void {
    this.#child?.signal(how === 'SEND_INTERRUPT' ? 'SIGTERM' : 'SIGKILL');
  }

  #enter(state: StepState, message: string): void {
    this.#state = state;
    this.#place.onProgress(`step ${this.id} ${this.name}: ${state}`);
    this.#place.onChange({ stepId: this.id, name: this.name, state, message });
  }

  #file(log: string): string {
    return path.join(this.#folder, log);
  }

  #note(line: string): Promise<void> {
    return appendFile(this.#file('controller'), `${new Date().toISOString()} ${line}\n`);
  }

  #logKey(log: string): { bucket: string; key: string } | undefined {
    const [, bucket, prefix = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(this.#place.logUri() ?? '') ?? [];
    if (bucket === undefined) return undefined;
    const below = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
    return { bucket, key: `${below}${this.#place.clusterId}/steps/${this.id}/${log}.gz` };
  }

  async #uploadLogs(): Promise<void> {
    for (const log of ['controller', 'stderr', 'stdout']) {
      const to = this.#logKey(log);
      if (to === undefined) return;
      try {
        const bytes = await readFile(this.#file(log));
        if (bytes.length === (this.#uploaded.get(log) ?? 0)) continue;
        const Body = gzipSync(bytes);
        await this.#place.s3.send(new PutObjectCommand({ Bucket: to.bucket, Key: to.key, Body }));
        this.#uploaded.set(log, bytes.length);
      } catch (error) {
        // Its bucket may have gone before it; EMR would not stop a step over that either.
        if (this.#stopping) return;
        this.#place.onProgress(`the logs of step ${this.id} cannot be written: ${error}`);
        return;
      }
    }
  }
}
