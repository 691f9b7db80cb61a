import { calling } from './aws-failure.ts';
import type { AwsClients } from './clients.ts';

/** A resource as it is called in AWS, and how it stands. */
interface Named {
  readonly name: string | undefined;
  readonly status: string | undefined;
}

/** The stage's CloudFormation stack. */
export class Stack {
  readonly #clients: AwsClients;
  readonly name: string;

  constructor(clients: AwsClients, name: string) {
    this.#clients = clients;
    this.name = name;
  }

  /** Its outputs by name; undefined where there is no such stack. */
  async outputs(): Promise<Readonly<Record<string, string>> | undefined> {
    const cloudFormation = await this.#clients.cloudFormation();
    const { DescribeStacksCommand } = await import('@aws-sdk/client-cloudformation');
    const command = new DescribeStacksCommand({ StackName: this.name });
    const answer = await this.#calling('DescribeStacks', () => cloudFormation.send(command));
    const [stack] = answer?.Stacks ?? [];
    if (stack === undefined || stack.StackStatus === 'DELETE_COMPLETE') return undefined;
    return Object.fromEntries(
      (stack.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
    );
  }

  /** What a resource of its is called in AWS; undefined where it has none that stands. */
  async resource(logicalId: string): Promise<string | undefined> {
    const found = await this.#describe(logicalId);
    // One that could not be made has a name all the same.
    return found?.status === 'CREATE_FAILED' || found?.status === 'DELETE_COMPLETE' ? undefined : found?.name;
  }

  /** Whether it made what is called so in AWS, also where a removal that did not come to its end has taken it away. */
  async made(logicalId: string, name: string): Promise<boolean> {
    const found = await this.#describe(logicalId);
    return found?.name === name && found.status !== 'CREATE_FAILED';
  }

  async #describe(logicalId: string): Promise<Named | undefined> {
    const cloudFormation = await this.#clients.cloudFormation();
    const { DescribeStackResourceCommand } = await import('@aws-sdk/client-cloudformation');
    const asked = { StackName: this.name, LogicalResourceId: logicalId };
    const command = new DescribeStackResourceCommand(asked);
    const answer = await this.#calling('DescribeStackResource', () => cloudFormation.send(command));
    const found = answer?.StackResourceDetail;
    return found && { name: found.PhysicalResourceId, status: found.ResourceStatus };
  }

  /** The template that it was last deployed with; undefined where there is none. */
  async template(): Promise<unknown> {
    const cloudFormation = await this.#clients.cloudFormation();
    const { GetTemplateCommand } = await import('@aws-sdk/client-cloudformation');
    const command = new GetTemplateCommand({ StackName: this.name });
    const answer = await this.#calling('GetTemplate', () => cloudFormation.send(command));
    return answer?.TemplateBody === undefined ? undefined : JSON.parse(answer.TemplateBody);
  }

  /** CloudFormation has no name of its own for what is not there. */
  #calling<T>(action: string, run: () => Promise<T>): Promise<T | undefined> {
    return calling({ action: `cloudformation:${action}`, resource: `stack ${this.name}` }, () =>
      run().catch((error: unknown) => {
        if (error instanceof Error && /does not exist/.test(error.message)) return undefined;
        throw error;
      }),
    );
  }
}
