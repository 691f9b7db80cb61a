import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { CreateBucketCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import * as v from 'valibot';
import pipeline from '../../pipeline/definition.ts';
import { type Cloud, localClusterArn, startCloud } from '../../plugins/ecom-analytics/cloud/cloud.ts';
import type { ReceivedRequest } from '../../plugins/ecom-analytics/cloud/front.ts';
import {
  localKeys,
  localRegion,
  s3aLine,
  startStepProcess,
  stepKeys,
} from '../../plugins/ecom-analytics/cloud/step-process.ts';
import { emitSpec } from '../../plugins/ecom-analytics/core/spec.ts';
import { defaultRelease } from '../../plugins/ecom-analytics/job/releases.ts';
import type { Child } from '../../plugins/ecom-analytics/machine/child/child.ts';
import { createTopics } from '../../plugins/ecom-analytics/machine/kafka/create-topics.ts';
import { prepareSpark } from '../../plugins/ecom-analytics/machine/spark/preparation.ts';
import type { StageConfig } from '../../plugins/ecom-analytics/plugin/config/schema.ts';
import { alertsMode, settingsOf } from '../../plugins/ecom-analytics/plugin/streaming/step-start.ts';

const jobFile = fileURLToPath(new URL('../../emr/streaming_job.py', import.meta.url));
const bucket = 'ecom-data';

/** Requests of the job to S3, as AWS bills them. DELETE is free. */
export interface CountedRequests {
  put: number;
  list: number;
  get: number;
  head: number;
  delete: number;
}

/** How AWS bills a request. https://aws.amazon.com/s3/pricing/ */
function kindOf({ method, url }: ReceivedRequest): keyof CountedRequests {
  if (method === 'GET') return /[?&]list-type=/.test(url) ? 'list' : 'get';
  if (method === 'HEAD') return 'head';
  return method === 'DELETE' || /\?delete/.test(url) ? 'delete' : 'put';
}

const StatusSchema = v.object({ state: v.string() });

/** The streaming job with its checkpoint in the local cloud's S3, and every request that it makes there. */
export class CloudSite implements AsyncDisposable {
  readonly cloud: Cloud;
  readonly folder: string;
  /** Since the job started, in the order in which they came. */
  readonly requests: ReceivedRequest[];
  readonly #s3: S3Client;
  readonly #jobs: Child[] = [];

  private constructor(cloud: Cloud, folder: string, requests: ReceivedRequest[]) {
    this.cloud = cloud;
    this.folder = folder;
    this.requests = requests;
    const credentials = localKeys;
    const { endpoint } = cloud;
    this.#s3 = new S3Client({ endpoint, region: localRegion, credentials, forcePathStyle: true });
  }

  static async start(folder: string, s3LatencyMs = 0): Promise<CloudSite> {
    const requests: ReceivedRequest[] = [];
    const cloud = await startCloud({
      folder: path.join(folder, 'cloud'),
      s3LatencyMs,
      onRequest: (request) => {
        if (request.service === 's3' && request.accessKeyId === stepKeys.accessKeyId) requests.push(request);
      },
    });
    const site = new CloudSite(cloud, folder, requests);
    await createTopics(cloud.bootstrapServers, pipeline);
    await site.#s3.send(new CreateBucketCommand({ Bucket: bucket }));
    return site;
  }

  /** Starts the pipeline as a stage of this configuration has it, and waits until it runs. */
  async startJob(config: StageConfig): Promise<Child> {
    const { jars } = await prepareSpark(s3aLine);
    const folder = path.join(this.folder, `job-${this.#jobs.length}`);
    await mkdir(folder, { recursive: true });
    const source = {
      application: 'pipeline',
      config,
      definition: pipeline,
      release: defaultRelease,
    } as const;
    const settings = settingsOf({ ...source, clusterArn: localClusterArn, dataBucket: bucket });
    const at = (name: string): string => path.join(folder, name);
    await writeFile(at('pipeline.json'), JSON.stringify(emitSpec(pipeline)));
    await writeFile(at('settings.json'), JSON.stringify(settings));
    const job = await startStepProcess({
      submit: {
        options: [['--jars', jars.map((jar) => pathToFileURL(jar).href).join(',')]],
        flags: [],
        application: jobFile,
        arguments: [
          ...['--spec', at('pipeline.json'), '--settings', at('settings.json')],
          ...['--kafka-servers', this.cloud.bootstrapServers],
          ...['--output', `s3://${bucket}`, '--checkpoint', `s3://${bucket}/checkpoints/pipeline/1`],
          ...['--status', `s3://${bucket}/status/pipeline.json`, '--control', `s3://${bucket}/control`],
        ],
      },
      s3: this.#s3,
      endpoint: this.cloud.endpoint,
      folder,
      files: { stdout: at('stdout'), stderr: at('stderr') },
    });
    this.#jobs.push(job);
    while ((await this.#state()) !== 'running') {
      if (job.end !== undefined) throw new Error((await readFile(at('stdout'), 'utf8')).slice(-3000));
      await delay(500);
    }
    return job;
  }

  /** What the job asks of S3 while `during` lasts. */
  async requestsDuring(during: () => Promise<unknown>): Promise<CountedRequests> {
    const first = this.requests.length;
    await during();
    const counts: CountedRequests = { put: 0, list: 0, get: 0, head: 0, delete: 0 };
    for (const request of this.requests.slice(first)) counts[kindOf(request)]++;
    return counts;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#jobs.map((job) => job.stop(0)));
    this.#s3.destroy();
    await this.cloud.stop();
  }

  async #state(): Promise<string | undefined> {
    try {
      const { Body } = await this.#s3.send(
        new GetObjectCommand({ Bucket: bucket, Key: 'status/pipeline.json' }),
      );
      return v.parse(StatusSchema, JSON.parse((await Body?.transformToString()) ?? '')).state;
    } catch {
      return undefined;
    }
  }
}

/** Whether the alerts of single orders come from micro-batches of the same job. */
export function hasMicroBatchAlerts(config: StageConfig): boolean {
  return alertsMode(config, defaultRelease) === 'micro-batch';
}
