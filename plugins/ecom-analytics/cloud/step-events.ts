import { randomUUID } from 'node:crypto';
import type { StepState } from '@aws-sdk/client-emr';
import {
  EventBridgeClient,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  TestEventPatternCommand,
} from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { StepChange } from './emr-step.ts';
import type { TriggerOptions } from './trigger.ts';

/**
 * What EMR tells EventBridge of its steps. ministack takes no event from a service of AWS's, so its rules are asked whether
 * they would have taken it, and the functions that they name are called.
 */

export interface StepEventsOptions {
  readonly client: TriggerOptions['client'];
  readonly clusterId: string;
  readonly onProgress: (line: string) => void;
}

export interface StepEvents {
  /** Reports a change; a failure to do so is reported as progress. */
  tell(change: StepChange): void;
  /** Returns once all that was told has been passed on. */
  stop(): Promise<void>;
}

/** Of an INTERRUPTED step, and of one that is being cancelled, EMR tells nothing. */
const told: ReadonlySet<StepState> = new Set(['PENDING', 'RUNNING', 'COMPLETED', 'CANCELLED', 'FAILED']);

/** https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-manage-cloudwatch-events.html */
function eventOf({ stepId, name, state, message }: StepChange, clusterId: string, region: string): string {
  return JSON.stringify({
    version: '0',
    id: randomUUID(),
    'detail-type': 'EMR Step Status Change',
    source: 'aws.emr',
    account: '000000000000',
    time: new Date().toISOString(),
    region,
    resources: [],
    detail: {
      severity: state === 'FAILED' ? 'ERROR' : 'INFO',
      actionOnFailure: 'CONTINUE',
      stepId,
      name,
      clusterId,
      state,
      message,
    },
  });
}

export function startStepEvents({ client, clusterId, onProgress }: StepEventsOptions): StepEvents {
  const events = new EventBridgeClient(client);
  const lambda = new LambdaClient(client);

  async function pass(event: string): Promise<void> {
    const { Rules = [] } = await events.send(new ListRulesCommand({}));
    for (const { Name, EventPattern, State } of Rules) {
      if (EventPattern === undefined || State !== 'ENABLED') continue;
      const { Result } = await events.send(new TestEventPatternCommand({ EventPattern, Event: event }));
      if (!Result) continue;
      const { Targets = [] } = await events.send(new ListTargetsByRuleCommand({ Rule: Name }));
      for (const { Arn } of Targets)
        await lambda.send(
          new InvokeCommand({ FunctionName: Arn, InvocationType: 'Event', Payload: Buffer.from(event) }),
        );
    }
  }

  let passing = Promise.resolve();
  return {
    tell(change) {
      if (!told.has(change.state)) return;
      const event = eventOf(change, clusterId, client.region);
      passing = passing
        .then(() => pass(event))
        .catch((error: unknown) => onProgress(`step ${change.stepId}: its event went astray: ${error}`));
    },
    async stop() {
      await passing;
      events.destroy();
      lambda.destroy();
    },
  };
}
