import { EcomError } from '../core/error.ts';
import type { Clock } from '../functions/clock.ts';
import { AlertsTrigger } from './aws/alerts-trigger.ts';
import { AwsClients, type SdkSettings } from './aws/clients.ts';
import { EmrCluster } from './aws/emr-cluster.ts';
import { MskCluster } from './aws/msk-cluster.ts';
import { Bucket } from './aws/objects.ts';
import { Stack } from './aws/stack.ts';
import type { StageInput } from './resources/stage-input.ts';
import type { Progress } from './wait.ts';

/** What a command works with: a stage as it is configured, and as it is deployed. */
export interface Session {
  readonly input: StageInput;
  readonly region: string;
  readonly clients: AwsClients;
  readonly stack: Stack;
  readonly clock: Clock;
  readonly progress: Progress;
  /** The local cloud is meant, whose broker speaks plain Kafka. */
  readonly isLocal: boolean;
}

/** A stage's deployed parts, as the stack tells them: what serverless.yml says by now holds from the next deploy on. */
export interface DeployedStage extends Session {
  readonly outputs: Readonly<Record<string, string>>;
  readonly msk: MskCluster;
  readonly emr: EmrCluster;
  readonly data: Bucket;
  readonly artifacts: Bucket;
  readonly trigger: AlertsTrigger;
  /** Where Kafka clients connect. */
  readonly bootstrapServers: string;
}

export interface SessionSource {
  readonly input: StageInput;
  readonly region: string;
  readonly stackName: string;
  readonly sdkSettings: () => Promise<SdkSettings>;
  readonly clock: Clock;
  readonly progress: Progress;
  readonly isLocal: boolean;
}

export function openSession(source: SessionSource): Session {
  const clients = new AwsClients(source.sdkSettings);
  const { input, region, clock, progress, isLocal } = source;
  return { input, region, clients, stack: new Stack(clients, source.stackName), clock, progress, isLocal };
}

function notDeployed(session: Session, what: string): EcomError {
  return new EcomError('ECOM_NOT_DEPLOYED', {
    what,
    where: `stack ${session.stack.name}, ${session.region}`,
    fix: `Deploy it first with \`sls deploy --stage ${session.input.stage}\`.`,
  });
}

/** A stage's deployed parts, or undefined where there is no stack, or one that was never finished. */
export async function findDeployed(session: Session): Promise<DeployedStage | undefined> {
  const outputs = await session.stack.outputs();
  // A stack whose first update did not come through has no part that could be worked with.
  if (outputs?.EcomAlertsTriggerId === undefined) return undefined;
  const output = (name: string): string => {
    const value = outputs[name];
    if (value === undefined) throw notDeployed(session, `The stack has no output ${name}`);
    return value;
  };
  const { clients, clock } = session;
  return {
    ...session,
    outputs,
    msk: new MskCluster(clients, output('EcomKafkaClusterArn')),
    emr: new EmrCluster(clients, output('EcomEmrClusterId')),
    data: new Bucket(clients, output('EcomDataBucketName')),
    artifacts: new Bucket(clients, output('EcomArtifactsBucketName')),
    trigger: new AlertsTrigger(clients, output('EcomAlertsTriggerId'), clock),
    bootstrapServers: output('EcomBootstrapBrokers'),
  };
}

/** A stage's deployed parts. Throws EcomError `ECOM_NOT_DEPLOYED`. */
export async function deployed(session: Session): Promise<DeployedStage> {
  const stage = await findDeployed(session);
  if (stage === undefined) throw notDeployed(session, `The stage ${session.input.stage} is not deployed`);
  return stage;
}
