import { systemClock } from '../../../functions/clock.ts';
import { AwsClients } from '../../../plugin/aws/clients.ts';
import { Stack } from '../../../plugin/aws/stack.ts';
import type { Command } from '../../../plugin/commands/declarations.ts';
import { deployed, type Session } from '../../../plugin/session.ts';
import type { Artifact } from '../../../plugin/streaming/artifact.ts';
import { deployStream } from '../../../plugin/streaming/deploy-stream.ts';
import { applyTopics } from '../../../plugin/topics/stage-topics.ts';
import { AccountEndpoint } from '../aws/account-endpoint.ts';
import { type MskEndpoint, startMskEndpoint } from '../aws/msk-endpoint.ts';
import { SparkCloud } from '../aws/spark-cloud.ts';
import { jumpingClock } from '../jumping-clock.ts';
import { sampleStage } from '../resources/sample-stage.ts';
import { clusterArn } from '../topics/sample-topics.ts';

/** A job without jars. */
export const artifact: Artifact = {
  jobKey: 'jobs/1/streaming_job.py',
  packageKey: 'jobs/1/ecom_streaming.zip',
  specKey: 'jobs/1/pipeline.json',
  jars: [],
  files: [],
};

/** What a command came to. */
export interface CommandResult {
  readonly code: number;
  readonly printed: string;
}

/** A stage that is deployed on the wires of the services, and commands that work with it. */
export class StageCloud {
  readonly account = new AccountEndpoint();
  readonly spark = new SparkCloud();
  readonly msk: MskEndpoint;
  readonly session: Session;

  private constructor(msk: MskEndpoint, config: unknown) {
    this.msk = msk;
    const at = (endpoint: () => string) =>
      new AwsClients(async () => ({
        region: 'eu-west-1',
        endpoint: endpoint(),
        credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
        maxAttempts: 1,
      }));
    const { s3, emr } = at(() => this.spark.url);
    const { kafka } = at(() => msk.url);
    const clients = { ...at(() => this.account.url), s3, emr, kafka };
    this.session = {
      input: sampleStage(config),
      region: 'eu-west-1',
      clients,
      stack: new Stack(clients, 'shop-dev'),
      clock: systemClock,
      progress: () => {},
      isLocal: false,
    };
  }

  static async start(config: unknown = {}): Promise<StageCloud> {
    const cloud = new StageCloud(await startMskEndpoint(), config);
    await Promise.all([cloud.account.start(), cloud.spark.start()]);
    cloud.account.outputs = {
      EcomAlertsTriggerId: 'trigger',
      EcomKafkaClusterArn: clusterArn,
      EcomEmrClusterId: 'j-1',
      EcomDataBucketName: 'data',
      EcomArtifactsBucketName: 'artifacts',
      EcomBootstrapBrokers: 'b-1.shop.kafka:9098',
      EcomDashboardUrl: 'https://dashboard.example',
    };
    return cloud;
  }

  /** What a deploy makes after the stack: topics and step. */
  async deploy(): Promise<void> {
    const stage = { ...(await deployed(this.session)), clock: jumpingClock() };
    await applyTopics(stage);
    await deployStream(stage, {}, async () => artifact);
  }

  async run(command: Command, options: Parameters<Command>[1] = {}): Promise<CommandResult> {
    const printed: string[] = [];
    const code = await command(this.session, options, (text) => printed.push(text));
    return { code, printed: printed.join('\n') };
  }

  async stop(): Promise<void> {
    await Promise.all([this.account.stop(), this.spark.stop(), this.msk.stop()]);
  }
}
