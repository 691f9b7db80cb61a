import { KafkaClient } from '@aws-sdk/client-kafka';
import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { MskCluster } from '../aws/msk-cluster.ts';

/** A custom resource of CloudFormation: the bootstrap brokers of a cluster, which CloudFormation itself does not know. */

interface Answer {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason?: string;
  readonly Data?: Readonly<Record<string, string>>;
}

/** Only what is used: `AwsClients` would bring every client into the bundle. */
const kafka = new KafkaClient();
const clients = { kafka: async () => kafka };

async function answerTo(event: CloudFormationCustomResourceEvent, clusterArn: string): Promise<Answer> {
  if (event.RequestType === 'Delete') return { Status: 'SUCCESS' };
  try {
    const brokers = await new MskCluster(clients, clusterArn).bootstrapBrokers();
    return { Status: 'SUCCESS', Data: { BootstrapBrokers: brokers } };
  } catch (error) {
    console.error(error);
    return { Status: 'FAILED', Reason: error instanceof Error ? error.message : String(error) };
  }
}

export async function handler(event: CloudFormationCustomResourceEvent, context: Context): Promise<void> {
  const clusterArn = String(event.ResourceProperties.ClusterArn);
  const answer = await answerTo(event, clusterArn);
  const response = await fetch(event.ResponseURL, {
    method: 'PUT',
    // The address is signed for no content type.
    headers: { 'content-type': '' },
    body: JSON.stringify({
      Reason: `See log stream ${context.logStreamName}`,
      ...answer,
      PhysicalResourceId: clusterArn,
      StackId: event.StackId,
      RequestId: event.RequestId,
      LogicalResourceId: event.LogicalResourceId,
    }),
  });
  if (!response.ok) throw new Error(`CloudFormation did not take the answer: ${response.status}`);
}
