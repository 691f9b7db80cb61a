import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { EMRClient } from '@aws-sdk/client-emr';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import * as v from 'valibot';
import { systemClock } from '../../functions/clock.ts';
import { readStatus } from '../../job/job-status.ts';
import { AlertsTrigger } from '../aws/alerts-trigger.ts';
import { calling } from '../aws/aws-failure.ts';
import { EmrCluster } from '../aws/emr-cluster.ts';
import { Bucket } from '../aws/objects.ts';
import { metricDimensions, metricNamespace } from '../monitoring/metrics.ts';
import type { WatchVerdict } from '../streaming/decision.ts';
import { type Application, applications, statusKey, watchMemoryKey } from '../streaming/keys.ts';
import { type Looked, lookAfter } from '../streaming/look-after.ts';
import { readMetrics, type WatchMemory } from '../streaming/watch-metrics.ts';

/**
 * Runs once a minute and when EMR says that a step has ended: publishes the metrics of the streaming step from its job's
 * status, which the job itself cannot do from a network without a way out, and starts a step again that has died.
 */

/** Only what is used: `AwsClients` would bring every client into the bundle. */
const cloudWatch = new CloudWatchClient();
const emrClient = new EMRClient();
// Against the local cloud there is no DNS for buckets.
const s3 = new S3Client({ forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined });
const lambda = new LambdaClient();
const clients = { emr: async () => emrClient, s3: async () => s3, lambda: async () => lambda };

const CountedSchema = v.object({ generation: v.number(), deadLetters: v.number(), late: v.number() });
const MemorySchema = v.strictObject({
  pipeline: v.exactOptional(CountedSchema),
  alerts: v.exactOptional(CountedSchema),
});

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '')
    throw new Error(`${name} is not set; the plugin sets it at deploy time.`);
  return value;
}

async function memoryOf(data: Bucket): Promise<{ memory: WatchMemory; etag: string | undefined }> {
  const found = await data.version(watchMemoryKey);
  const parsed = v.safeParse(MemorySchema, found?.json);
  return { memory: parsed.success ? parsed.output : {}, etag: found?.etag };
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

export async function handler(): Promise<Readonly<Record<string, WatchVerdict>>> {
  const data = new Bucket(clients, setting('ECOM_DATA_BUCKET'));
  const artifacts = new Bucket(clients, setting('ECOM_ARTIFACTS_BUCKET'));
  const emr = new EmrCluster(clients, setting('ECOM_EMR_CLUSTER_ID'));
  const clock = { now: () => Date.now() };
  const maxRestarts = Number(setting('ECOM_MAX_RESTARTS'));
  const looked = new Map<Application, Looked>();
  for (const application of applications) {
    const found = await lookAfter(application, { data, artifacts, emr, clock, maxRestarts });
    if (found) looked.set(application, found);
  }
  const all = [...looked.values()];
  const trigger = new AlertsTrigger(clients, setting('ECOM_ALERTS_TRIGGER_ID'), systemClock);
  const AlertsTriggerOn = (await trigger.isOn()) ? 1 : 0;
  if (all.length === 0) {
    // A first deploy that stopped half-way may have left alerts off before there was a stream.
    await publish({ AlertsTriggerOn });
    return {};
  }
  const wanted = [...looked].filter(([, one]) => one.wanted);
  const [{ memory, etag }, ...seen] = await Promise.all([
    memoryOf(data),
    ...wanted.map(async ([application, { running }]) => {
      const status = readStatus(await data.json(statusKey(application)));
      return { application, running, status };
    }),
  ]);
  const reading = readMetrics(seen, memory, Date.now());
  const restarts = all.filter(({ verdict }) => verdict === 'restart').length;
  await publish({ ...reading.metrics, Restarts: restarts, AlertsTriggerOn });
  // Over what was read and nothing else: in a bucket that is being emptied for its removal nothing new appears.
  await data.replace(watchMemoryKey, JSON.stringify(reading.memory), etag);
  return Object.fromEntries([...looked].map(([application, { verdict }]) => [application, verdict]));
}
