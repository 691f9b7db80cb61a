import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { EMRClient } from '@aws-sdk/client-emr';
import type { KafkaClient, KafkaClientConfig } from '@aws-sdk/client-kafka';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { S3Client } from '@aws-sdk/client-s3';
import type { STSClient } from '@aws-sdk/client-sts';

/** What every SDK client is made with: region, credentials, and the endpoint of the local cloud where that is meant. */
export interface SdkSettings {
  readonly region?: string;
  /** Of every service; else the environment's AWS_ENDPOINT_URL, else AWS. */
  readonly endpoint?: string;
  /** Tries of a call; several by default. */
  readonly maxAttempts?: number;
  readonly credentials?: NonNullable<KafkaClientConfig['credentials']>;
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/**
 * The one place where AWS clients come from. Each is loaded when first asked for, so that `sls package` and a plan that
 * needs two services do not pay for seven.
 */
export class AwsClients {
  readonly kafka: () => Promise<KafkaClient>;
  readonly ec2: () => Promise<EC2Client>;
  readonly emr: () => Promise<EMRClient>;
  readonly s3: () => Promise<S3Client>;
  readonly lambda: () => Promise<LambdaClient>;
  readonly cloudFormation: () => Promise<CloudFormationClient>;
  readonly cloudWatch: () => Promise<CloudWatchClient>;
  readonly sts: () => Promise<STSClient>;

  /** @param settings asked for once, when the first client is made: finding credentials takes time */
  constructor(settings: () => Promise<SdkSettings>) {
    // Throttled control planes answer in seconds, not milliseconds: more tries than the SDK's three.
    const common = once(async () => ({ maxAttempts: 8, ...(await settings()) }));
    this.kafka = once(async () => new (await import('@aws-sdk/client-kafka')).KafkaClient(await common()));
    this.ec2 = once(async () => new (await import('@aws-sdk/client-ec2')).EC2Client(await common()));
    this.emr = once(async () => new (await import('@aws-sdk/client-emr')).EMRClient(await common()));
    this.s3 = once(async () => {
      const all = await common();
      // Buckets as paths only where there is no DNS for them: an endpoint of our own.
      const forcePathStyle = all.endpoint !== undefined || process.env.AWS_ENDPOINT_URL !== undefined;
      return new (await import('@aws-sdk/client-s3')).S3Client({ ...all, forcePathStyle });
    });
    this.lambda = once(async () => new (await import('@aws-sdk/client-lambda')).LambdaClient(await common()));
    this.cloudFormation = once(
      async () => new (await import('@aws-sdk/client-cloudformation')).CloudFormationClient(await common()),
    );
    this.cloudWatch = once(
      async () => new (await import('@aws-sdk/client-cloudwatch')).CloudWatchClient(await common()),
    );
    this.sts = once(async () => new (await import('@aws-sdk/client-sts')).STSClient(await common()));
  }
}
