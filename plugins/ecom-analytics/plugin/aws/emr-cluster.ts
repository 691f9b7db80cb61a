import type { StepState } from '@aws-sdk/client-emr';
import { absent, calling, isNamed } from './aws-failure.ts';
import type { AwsClients } from './clients.ts';

/** A Spark cluster as far as its steps depend on it. */
export interface EmrFacts {
  readonly id: string;
  readonly name: string;
  /** `WAITING`, `RUNNING`, `TERMINATED_WITH_ERRORS` and EMR's other states. */
  readonly state: string;
  readonly release: string;
  /** Why it is in its state, where EMR says. */
  readonly reason: string | null;
  /** `s3://bucket/prefix`, where the logs of its steps go. */
  readonly logUri: string | null;
}

export interface EmrStep {
  readonly id: string;
  readonly name: string;
  readonly state: StepState;
  readonly reason: string | null;
}

/** States from which a cluster does not come back. */
export const hasEnded = (facts: Pick<EmrFacts, 'state'>): boolean => facts.state.startsWith('TERMINAT');

/** One EMR cluster and its steps. */
export class EmrCluster {
  readonly #clients: Pick<AwsClients, 'emr'>;
  readonly id: string;

  constructor(clients: Pick<AwsClients, 'emr'>, id: string) {
    this.#clients = clients;
    this.id = id;
  }

  #call(action: string) {
    return { action: `elasticmapreduce:${action}`, resource: `cluster ${this.id}` };
  }

  /** Undefined where EMR does not know the cluster. */
  async facts(): Promise<EmrFacts | undefined> {
    const emr = await this.#clients.emr();
    const { DescribeClusterCommand } = await import('@aws-sdk/client-emr');
    return calling(this.#call('DescribeCluster'), async () => {
      try {
        const { Cluster } = await emr.send(new DescribeClusterCommand({ ClusterId: this.id }));
        return {
          id: this.id,
          name: Cluster?.Name ?? this.id,
          state: Cluster?.Status?.State ?? 'UNKNOWN',
          release: Cluster?.ReleaseLabel ?? '',
          reason: Cluster?.Status?.StateChangeReason?.Message ?? null,
          logUri: Cluster?.LogUri?.replace(/^s3n:/, 's3:') ?? null,
        };
      } catch (error) {
        // EMR has one name for every wrong request, and an unknown cluster is one.
        if (isNamed(error, 'InvalidRequestException') && /cluster id/i.test(String(error))) return undefined;
        throw error;
      }
    });
  }

  /** Asks EMR to end the cluster. Its last logs are written as it ends. */
  async terminate(): Promise<void> {
    const emr = await this.#clients.emr();
    const { TerminateJobFlowsCommand } = await import('@aws-sdk/client-emr');
    await calling(this.#call('TerminateJobFlows'), () =>
      emr.send(new TerminateJobFlowsCommand({ JobFlowIds: [this.id] })),
    );
  }

  /** Undefined where the cluster does not know the step. */
  async step(stepId: string): Promise<EmrStep | undefined> {
    const emr = await this.#clients.emr();
    const { DescribeStepCommand } = await import('@aws-sdk/client-emr');
    const command = new DescribeStepCommand({ ClusterId: this.id, StepId: stepId });
    const answer = await calling(this.#call('DescribeStep'), () =>
      emr.send(command).catch(absent('InvalidRequestException')),
    );
    const step = answer?.Step;
    if (!step?.Status?.State) return undefined;
    const { FailureDetails, StateChangeReason, State } = step.Status;
    const reason = FailureDetails?.Message ?? StateChangeReason?.Message ?? null;
    return { id: stepId, name: step.Name ?? '', state: State, reason };
  }

  /** Steps that may still write. */
  async liveSteps(): Promise<EmrStep[]> {
    const emr = await this.#clients.emr();
    const { paginateListSteps } = await import('@aws-sdk/client-emr');
    return calling(this.#call('ListSteps'), async () => {
      const steps: EmrStep[] = [];
      const asked = {
        ClusterId: this.id,
        StepStates: ['PENDING' as const, 'CANCEL_PENDING' as const, 'RUNNING' as const],
      };
      for await (const page of paginateListSteps({ client: emr }, asked))
        for (const { Id, Name, Status } of page.Steps ?? [])
          if (Id && Status?.State)
            steps.push({ id: Id, name: Name ?? '', state: Status.State, reason: null });
      return steps;
    });
  }

  /** Submits a command to be run on the cluster. Returns the step's id. */
  async submit(name: string, args: readonly string[]): Promise<string> {
    const emr = await this.#clients.emr();
    const { AddJobFlowStepsCommand } = await import('@aws-sdk/client-emr');
    const { StepIds } = await calling(this.#call('AddJobFlowSteps'), () =>
      emr.send(
        new AddJobFlowStepsCommand({
          JobFlowId: this.id,
          Steps: [
            {
              Name: name,
              // The cluster stays for the step that comes after a failed one.
              ActionOnFailure: 'CONTINUE',
              HadoopJarStep: { Jar: 'command-runner.jar', Args: [...args] },
            },
          ],
        }),
      ),
    );
    const [id] = StepIds ?? [];
    if (id === undefined) throw new Error('EMR took a step and gave it no id');
    return id;
  }

  /** Asks EMR to end a step. It is not guaranteed, and comes later if at all: look at the step's state. */
  async cancel(stepId: string, how: 'SEND_INTERRUPT' | 'TERMINATE_PROCESS'): Promise<void> {
    const emr = await this.#clients.emr();
    const { CancelStepsCommand } = await import('@aws-sdk/client-emr');
    await calling(this.#call('CancelSteps'), () =>
      emr.send(
        new CancelStepsCommand({ ClusterId: this.id, StepIds: [stepId], StepCancellationOption: how }),
      ),
    );
  }
}
