import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { AwsService } from '../../cloud/aws-service.ts';
import { emrValidationFault, type LocalEmr, localEmr, type StepChange } from '../../cloud/emr.ts';
import { type Front, startFront } from '../../cloud/front.ts';
import { type Ministack, startMinistack } from '../../cloud/ministack.ts';
import { ServiceModel } from '../../cloud/service-model.ts';

export const clusterId = 'j-LOCAL';
/** Of every bucket's objects and of the cluster's logs. */
export const bucket = 'emr-test';
export const logsFolder = 'logs';

/** What an SDK client of the local cloud is made with. */
export const clientOf = (front: Front) => ({
  endpoint: front.url,
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  maxAttempts: 1,
});

/** EMR and S3 on this machine, with one bucket. */
export interface EmrCloud {
  readonly folder: string;
  readonly front: Front;
  readonly s3: S3Client;
  /** Every change of a step's state, in order. */
  readonly changes: StepChange[];
  put(key: string, body: string): Promise<unknown>;
  bytesOf(key: string): Promise<Uint8Array>;
  stop(): Promise<void>;
}

export async function startEmrCloud(stepConcurrencyLevel?: number): Promise<EmrCloud> {
  const folder = await mkdtemp(path.join(tmpdir(), 'ecom-emr-'));
  const changes: StepChange[] = [];
  let ministack: Ministack | undefined;
  let local: LocalEmr | undefined;
  let front: Front | undefined;
  let s3: S3Client | undefined;
  const stop = async (): Promise<void> => {
    await local?.stop();
    s3?.destroy();
    await front?.close();
    await ministack?.child.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    ministack = await startMinistack({ folder });
    local = localEmr({
      clusterId,
      name: 'local',
      releaseLabel: 'emr-spark-8.1.0',
      folder: path.join(folder, 'steps'),
      endpoint: () => front?.url ?? '',
      logUri: () => `s3://${bucket}/${logsFolder}`,
      onStepChange: (change) => changes.push(change),
      ...(stepConcurrencyLevel === undefined ? {} : { stepConcurrencyLevel }),
    });
    const model = new ServiceModel(await ministack.modelFile('emr', '2009-03-31'));
    const service = new AwsService(model, local.handlers, emrValidationFault);
    front = await startFront(0, [service], ministack.url);
    const client = new S3Client({ ...clientOf(front), forcePathStyle: true });
    s3 = client;
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    return {
      folder,
      front,
      s3: client,
      changes,
      put: (Key, Body) => client.send(new PutObjectCommand({ Bucket: bucket, Key, Body })),
      bytesOf: async (Key) => {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
        return (await Body?.transformToByteArray()) ?? new Uint8Array();
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
