import kafkajs, { type Kafka } from 'kafkajs';

/** Brokers, and how to prove oneself to them: IAM over TLS with a region, or nothing, for a plain local broker. */
export interface AdminConnection {
  readonly bootstrapServers: string;
  readonly iam: { readonly region: string; readonly awsProfile?: string | undefined } | null;
  /** As which the brokers know it. Default `ecom-analytics-plugin`. */
  readonly clientId?: string;
}

/** A kafkajs client for the admin's work: quiet, patient, signing for MSK where asked. */
export function adminClient(connection: AdminConnection): Kafka {
  const { bootstrapServers, iam, clientId = 'ecom-analytics-plugin' } = connection;
  return new kafkajs.Kafka({
    clientId,
    brokers: bootstrapServers.split(','),
    logLevel: kafkajs.logLevel.NOTHING,
    connectionTimeout: 10_000,
    requestTimeout: 60_000,
    // The smallest brokers take 4 IAM connections a second: back off rather than hurry.
    retry: { retries: 3, initialRetryTime: 300 },
    ...(iam && {
      ssl: true,
      sasl: {
        mechanism: 'oauthbearer' as const,
        oauthBearerProvider: async () => {
          const { generateAuthToken, generateAuthTokenFromProfile } = await import(
            'aws-msk-iam-sasl-signer-js'
          );
          const { token } = iam.awsProfile
            ? await generateAuthTokenFromProfile({ region: iam.region, awsProfileName: iam.awsProfile })
            : await generateAuthToken({ region: iam.region });
          return { value: token };
        },
      },
    }),
  });
}
