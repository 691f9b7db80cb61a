import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  CloudFormationClient,
  CreateStackCommand,
  waitUntilStackCreateComplete,
} from '@aws-sdk/client-cloudformation';
import kafkajs from 'kafkajs';
import { registerCodecs } from '../functions/kafka/codecs.ts';
import { defaultRelease } from '../job/releases.ts';
import { startBroker } from '../machine/kafka/broker.ts';
import { findJava } from '../machine/kafka/java.ts';
import { AwsService } from './aws-service.ts';
import { emrValidationFault, localEmr } from './emr.ts';
import { type ReceivedRequest, startFront } from './front.ts';
import { startMinistack } from './ministack.ts';
import { type LocalCluster, mskHandlers } from './msk.ts';
import { ServiceModel } from './service-model.ts';
import { type StepEvents, startStepEvents } from './step-events.ts';
import { localKeys, localRegion } from './step-process.ts';
import { startTriggers, triggerClientId } from './trigger.ts';

/** The Kafka cluster and the Spark cluster of the local cloud, as `stages.yml` names them for the stage `local`. */
export const localClusterArn =
  'arn:aws:kafka:us-east-1:000000000000:cluster/local/00000000-0000-4000-8000-000000000000-1';
export const localEmrClusterId = 'j-LOCALCLOUD';

/** Where EMR keeps the logs of steps that nobody chose a place for. */
const logsBucket = 'aws-logs-000000000000-us-east-1';

/** What an account has whose clusters were there before: the role of the Spark cluster's instances, and its logs' bucket. */
const accountTemplate = {
  Resources: {
    Logs: { Type: 'AWS::S3::Bucket', Properties: { BucketName: logsBucket } },
    InstanceRole: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: 'EMR_EC2_DefaultRole',
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
          ],
        },
      },
    },
  },
};

/** The pipeline and its alerts in real time, for two stages side by side. */
const stepsAtATime = 4;

export interface CloudOptions {
  /** What it keeps while it runs, logs above all. Default: a temporary folder that goes with it. */
  readonly folder?: string;
  /** Of its one address. Default: any that is free. */
  readonly port?: number;
  readonly onProgress?: (line: string) => void;
  /**
   * A folder for every call to AWS (`calls.jsonl`, each a `ReceivedRequest`) and every request to Kafka (`requests.jsonl`,
   * each as the broker tells it). Default: they are not kept.
   */
  readonly record?: string;
  /** Told of every call to AWS. */
  readonly onRequest?: (request: ReceivedRequest) => void;
  /** How much later than it could S3 answers, in milliseconds. Default 0. */
  readonly s3LatencyMs?: number;
}

/** AWS on this machine. What is in it lives as long as it runs. */
export interface Cloud {
  /** For `AWS_ENDPOINT_URL`. */
  readonly endpoint: string;
  readonly bootstrapServers: string;
  readonly folder: string;
  /** Resolves when a part of it has ended by itself, with what that part was. */
  readonly broken: Promise<string>;
  /** Ends all of it, every step's process included. */
  stop(): Promise<void>;
}

/** Undoes, last first, whatever has been done so far; one that fails does not keep the others from their turn. */
class Undoing {
  readonly #steps: (() => Promise<unknown>)[] = [];

  add(step: () => Promise<unknown>): void {
    this.#steps.push(step);
  }

  async run(): Promise<void> {
    const failures: unknown[] = [];
    for (const step of this.#steps.reverse()) await step().catch((error) => failures.push(error));
    this.#steps.length = 0;
    if (failures.length > 0) throw new AggregateError(failures, 'Parts of the local cloud did not stop');
  }
}

/** Writes every request to a file, a line each, as soon as it is there. */
function recordIn(file: string, undoing: Undoing): (request: ReceivedRequest) => void {
  const stream = createWriteStream(file);
  undoing.add(() => new Promise((resolve) => stream.end(() => resolve(undefined))));
  return (request) => stream.write(`${JSON.stringify(request)}\n`);
}

async function makeAccount(cloudFormation: CloudFormationClient): Promise<void> {
  const StackName = 'local-clusters';
  await cloudFormation.send(
    new CreateStackCommand({ StackName, TemplateBody: JSON.stringify(accountTemplate) }),
  );
  await waitUntilStackCreateComplete(
    { client: cloudFormation, maxWaitTime: 60, minDelay: 1, maxDelay: 1 },
    { StackName },
  );
  cloudFormation.destroy();
}

/**
 * Starts a Kafka broker, ministack, and MSK and EMR before them, all on 127.0.0.1.
 *
 * @throws EcomError of what is missing or does not start, such as `ECOM_JAVA_MISSING`, `ECOM_PYTHON_MISSING`,
 * `ECOM_BROKER_START`, `ECOM_CLOUD_START`, `ECOM_PORT_TAKEN`
 */
export async function startCloud(options: CloudOptions = {}): Promise<Cloud> {
  registerCodecs();
  const { port = 0, onProgress = () => undefined } = options;
  await findJava();
  const undoing = new Undoing();
  try {
    const folder = options.folder ?? (await mkdtemp(path.join(tmpdir(), 'ecom-cloud-')));
    if (options.folder === undefined) undoing.add(() => rm(folder, { recursive: true, force: true }));
    await mkdir(folder, { recursive: true });
    const record = options.record === undefined ? null : path.resolve(options.record);
    if (record !== null) await mkdir(record, { recursive: true });
    onProgress('Starting Kafka');
    const broker = await startBroker({
      dir: path.join(folder, 'kafka'),
      ...(record === null ? {} : { requestLog: path.join(record, 'requests.jsonl') }),
    });
    undoing.add(() => broker.stop());
    onProgress('Starting ministack');
    const ministack = await startMinistack({
      folder: path.join(folder, 'ministack'),
      onProgress,
      // Its functions sign with these, as the commands do.
      env: { AWS_ACCESS_KEY_ID: localKeys.accessKeyId, AWS_SECRET_ACCESS_KEY: localKeys.secretAccessKey },
    });
    undoing.add(() => ministack.child.stop());
    const kafka = (clientId: string): kafkajs.Kafka =>
      new kafkajs.Kafka({
        clientId,
        brokers: [broker.bootstrapServers],
        logLevel: kafkajs.logLevel.NOTHING,
      });
    const admin = kafka('ecom-cloud').admin();
    await admin.connect();
    undoing.add(() => admin.disconnect());
    const cluster: LocalCluster = {
      arn: localClusterArn,
      name: 'local',
      kafkaVersion: '3.9.x.kraft',
      bootstrapServers: broker.bootstrapServers,
      brokers: 1,
    };
    let endpoint = '';
    let stepEvents: StepEvents | undefined;
    const emr = localEmr({
      clusterId: localEmrClusterId,
      name: 'local',
      releaseLabel: defaultRelease,
      folder: path.join(folder, 'emr'),
      endpoint: () => endpoint,
      logUri: () => `s3://${logsBucket}/elasticmapreduce`,
      stepConcurrencyLevel: stepsAtATime,
      onStepChange: (change) => stepEvents?.tell(change),
      onProgress,
    });
    undoing.add(() => emr.stop());
    const model = async (service: string, version: string): Promise<ServiceModel> =>
      new ServiceModel(await ministack.modelFile(service, version));
    const write = record === null ? undefined : recordIn(path.join(record, 'calls.jsonl'), undoing);
    const front = await startFront(
      port,
      [
        new AwsService(
          await model('kafka', '2018-11-14'),
          mskHandlers(cluster, admin),
          'BadRequestException',
        ),
        new AwsService(await model('emr', '2009-03-31'), emr.handlers, emrValidationFault),
      ],
      ministack.url,
      {
        onRequest: (request) => {
          write?.(request);
          options.onRequest?.(request);
        },
        s3LatencyMs: options.s3LatencyMs ?? 0,
      },
    );
    undoing.add(() => front.close());
    endpoint = front.url;
    const client = { endpoint, region: localRegion, credentials: localKeys };
    await makeAccount(new CloudFormationClient(client));
    const events = startStepEvents({ client, clusterId: localEmrClusterId, onProgress });
    undoing.add(() => events.stop());
    stepEvents = events;
    const triggers = startTriggers({ client, cluster, kafka: kafka(triggerClientId), onProgress });
    undoing.add(() => triggers.stop());
    return {
      endpoint,
      bootstrapServers: broker.bootstrapServers,
      folder,
      broken: ministack.child.ended.then(() => `ministack (${path.join(folder, 'ministack')})`),
      stop: () => undoing.run(),
    };
  } catch (error) {
    await undoing.run();
    throw error;
  }
}
