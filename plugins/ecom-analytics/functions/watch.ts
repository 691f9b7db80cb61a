import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { EMRClient } from '@aws-sdk/client-emr';
import { S3Client } from '@aws-sdk/client-s3';
import * as v from 'valibot';
import { EmrCluster, hasEnded } from '../aws/emr-cluster.ts';
import { calling } from '../aws/failure.ts';
import { Bucket } from '../aws/objects.ts';
import { metricDimensions, metricNamespace } from '../monitoring/metrics.ts';
import { isAlive, type WatchVerdict, watchVerdict } from '../streaming/decision.ts';
import {
  type Application,
  applications,
  statusKey,
  stepRecordKey,
  watchMemoryKey,
} from '../streaming/keys.ts';
import { type StepRecord, StepRecordSchema } from '../streaming/record.ts';
import { readStatus } from '../streaming/status.ts';
import { submitStep } from '../streaming/submit.ts';
import { noMemory, readMetrics, type WatchMemory } from '../streaming/watch.ts';

/**
 * Runs once a minute and when EMR says that a step has ended: publishes the metrics of the streaming step from its job's
 * status, which the job itself cannot do from a network without a way out, and starts a step again that has died.
 */

/** Only what is used: `AwsClients` would bring every client into the bundle. */
const cloudWatch = new CloudWatchClient();
const emrClient = new EMRClient();
// Against the local cloud there is no DNS for buckets.
const s3 = new S3Client({ forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined });
const clients = { emr: async () => emrClient, s3: async () => s3 };

const MemorySchema = v.object({ generation: v.number(), deadLetters: v.number(), late: v.number() });

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '')
    throw new Error(`${name} is not set; the plugin sets it at deploy time.`);
  return value;
}

async function recordOf(data: Bucket, application: Application): Promise<StepRecord | undefined> {
  const parsed = v.safeParse(StepRecordSchema, await data.json(stepRecordKey(application)));
  return parsed.success ? parsed.output : undefined;
}

async function memoryOf(data: Bucket): Promise<WatchMemory> {
  const parsed = v.safeParse(MemorySchema, await data.json(watchMemoryKey));
  return parsed.success ? parsed.output : noMemory;
}

async function publish(metrics: Readonly<Record<string, number>>): Promise<void> {
  const own = metricDimensions({ service: setting('ECOM_SERVICE'), stage: setting('ECOM_STAGE') });
  const Dimensions = Object.entries(own).map(([Name, Value]) => ({ Name, Value }));
  const MetricData = Object.entries(metrics).map(([MetricName, Value]) => ({
    MetricName,
    Value,
    Dimensions,
  }));
  await calling({ action: 'cloudwatch:PutMetricData', resource: metricNamespace }, () =>
    cloudWatch.send(new PutMetricDataCommand({ Namespace: metricNamespace, MetricData })),
  );
}

interface Looked {
  readonly running: boolean;
  readonly verdict: WatchVerdict;
}

/** Looks after one application's step. Undefined: it has never been started. */
async function lookAfter(application: Application, at: Place): Promise<Looked | undefined> {
  const { data, artifacts, emr } = at;
  const record = await recordOf(data, application);
  if (record === undefined) return undefined;
  const [cluster, step] = await Promise.all([emr.facts(), currentStep(record, emr)]);
  const usable = cluster !== undefined && !hasEnded(cluster);
  const maxRestarts = Number(setting('ECOM_MAX_RESTARTS'));
  const verdict = watchVerdict(record, step?.state, usable, maxRestarts, Date.now());
  if (verdict === 'restart') {
    // A new generation, so that whatever may be left of the old step is fenced.
    const restartsMs = [...record.restartsMs.slice(-100), Date.now()];
    const next: StepRecord = { ...record, generation: record.generation + 1, restartsMs };
    await submitStep(next, { data, artifacts, emr, clock: { now: () => Date.now() } });
  }
  return { running: isAlive(step?.state), verdict };
}

interface Place {
  readonly data: Bucket;
  readonly artifacts: Bucket;
  readonly emr: EmrCluster;
}

export async function handler(): Promise<Readonly<Record<string, WatchVerdict>>> {
  const data = new Bucket(clients, setting('ECOM_DATA_BUCKET'));
  const artifacts = new Bucket(clients, setting('ECOM_ARTIFACTS_BUCKET'));
  const emr = new EmrCluster(clients, setting('ECOM_EMR_CLUSTER_ID'));
  const looked = new Map<Application, Looked>();
  for (const application of applications) {
    const found = await lookAfter(application, { data, artifacts, emr });
    if (found) looked.set(application, found);
  }
  const all = [...looked.values()];
  if (all.length === 0) return {};
  const [status, memory] = await Promise.all([
    data.json(statusKey('pipeline')).then(readStatus),
    memoryOf(data),
  ]);
  const reading = readMetrics(
    status,
    all.every(({ running }) => running),
    memory,
    Date.now(),
  );
  const restarts = all.filter(({ verdict }) => verdict === 'restart').length;
  await publish({ ...reading.metrics, Restarts: restarts });
  await data.put(watchMemoryKey, JSON.stringify(reading.memory));
  return Object.fromEntries([...looked].map(([application, { verdict }]) => [application, verdict]));
}

async function currentStep(record: StepRecord, emr: EmrCluster) {
  if (record.stepId !== null) return emr.step(record.stepId);
  return (await emr.liveSteps()).find(({ name }) => name === record.stepName);
}
