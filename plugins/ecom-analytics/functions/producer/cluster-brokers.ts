import { EcomError, UsageError } from '../../core/error.ts';
import { parseBrokers } from '../kafka/kafka-settings.ts';

const arnPattern = /^arn:aws[a-z-]*:kafka:([a-z0-9-]+):\d{12}:cluster\/[^/]+\/[^/]+$/;

/** The region in the ARN of an MSK cluster. Throws a usage error `ECOM_CLUSTER_ARN_INVALID` for anything else. */
export function clusterRegion(arn: string): string {
  const region = arnPattern.exec(arn)?.[1];
  if (region === undefined) {
    throw new UsageError('ECOM_CLUSTER_ARN_INVALID', {
      what: `"${arn}" is not the ARN of an MSK cluster`,
      where: '--cluster-arn',
      fix: 'It looks like arn:aws:kafka:eu-west-1:123456789012:cluster/shop/0a1b2c3d-….',
    });
  }
  return region;
}

/**
 * Asks MSK for the brokers that sign in with IAM. The AWS SDK is loaded only here.
 *
 * @throws EcomError `ECOM_CLUSTER_UNKNOWN` when MSK does not answer with any
 */
export async function iamBrokers(arn: string, region: string): Promise<string[]> {
  const { KafkaClient, GetBootstrapBrokersCommand } = await import('@aws-sdk/client-kafka');
  const client = new KafkaClient({ region });
  try {
    const answer = await client.send(new GetBootstrapBrokersCommand({ ClusterArn: arn }));
    // From inside the VPC the private addresses are right; a cluster opened to the internet has public ones too.
    const brokers = answer.BootstrapBrokerStringSaslIam ?? answer.BootstrapBrokerStringPublicSaslIam;
    if (brokers === undefined || brokers === '') {
      throw new EcomError('ECOM_CLUSTER_UNKNOWN', {
        what: 'The cluster has no brokers that sign in with IAM',
        where: arn,
        fix: "Turn on IAM authentication in the cluster's security settings.",
      });
    }
    return parseBrokers(brokers, arn);
  } catch (error) {
    if (error instanceof EcomError) throw error;
    throw new EcomError(
      'ECOM_CLUSTER_UNKNOWN',
      {
        what: `MSK does not name the brokers: ${error instanceof Error ? error.message : String(error)}`,
        where: arn,
        fix: 'Check the ARN, your AWS credentials, and that they allow kafka:GetBootstrapBrokers.',
      },
      { cause: error },
    );
  } finally {
    client.destroy();
  }
}
