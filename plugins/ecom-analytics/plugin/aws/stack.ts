import { calling } from './aws-failure.ts';
import type { AwsClients } from './clients.ts';

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
    return calling({ action: 'cloudformation:DescribeStacks', resource: `stack ${this.name}` }, async () => {
      try {
        const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: this.name }));
        const [stack] = Stacks ?? [];
        if (stack === undefined || stack.StackStatus === 'DELETE_COMPLETE') return undefined;
        return Object.fromEntries(
          (stack.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
        );
      } catch (error) {
        if (error instanceof Error && /does not exist/.test(error.message)) return undefined;
        throw error;
      }
    });
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

  async #describe(logicalId: string): Promise<{ name?: string; status?: string } | undefined> {
    const cloudFormation = await this.#clients.cloudFormation();
    const { DescribeStackResourceCommand } = await import('@aws-sdk/client-cloudformation');
    const call = { action: 'cloudformation:DescribeStackResource', resource: `stack ${this.name}` };
    return calling(call, async () => {
      try {
        const { StackResourceDetail } = await cloudFormation.send(
          new DescribeStackResourceCommand({ StackName: this.name, LogicalResourceId: logicalId }),
        );
        const { PhysicalResourceId: name, ResourceStatus: status } = StackResourceDetail ?? {};
        return { ...(name === undefined ? {} : { name }), ...(status === undefined ? {} : { status }) };
      } catch (error) {
        if (error instanceof Error && /does not exist/.test(error.message)) return undefined;
        throw error;
      }
    });
  }

  /** The template that it was last deployed with; undefined where there is none. */
  async template(): Promise<unknown> {
    const cloudFormation = await this.#clients.cloudFormation();
    const { GetTemplateCommand } = await import('@aws-sdk/client-cloudformation');
    return calling({ action: 'cloudformation:GetTemplate', resource: `stack ${this.name}` }, async () => {
      try {
        const { TemplateBody } = await cloudFormation.send(new GetTemplateCommand({ StackName: this.name }));
        return TemplateBody === undefined ? undefined : JSON.parse(TemplateBody);
      } catch (error) {
        if (error instanceof Error && /does not exist/.test(error.message)) return undefined;
        throw error;
      }
    });
  }
}
