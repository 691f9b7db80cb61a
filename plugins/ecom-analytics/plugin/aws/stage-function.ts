import { AwsError } from '../error-kinds.ts';
import { absent, calling } from './aws-failure.ts';
import type { AwsClients } from './clients.ts';

/** Calls a function of the stage and takes its answer. */
export class StageFunction {
  readonly #clients: AwsClients;
  readonly name: string;

  constructor(clients: AwsClients, name: string) {
    this.#clients = clients;
    this.name = name;
  }

  /** SHA-256 of its code in Base64; undefined where there is no such function. */
  async codeSha256(): Promise<string | undefined> {
    const lambda = await this.#clients.lambda();
    const { GetFunctionConfigurationCommand } = await import('@aws-sdk/client-lambda');
    const call = { action: 'lambda:GetFunctionConfiguration', resource: `function ${this.name}` };
    const command = new GetFunctionConfigurationCommand({ FunctionName: this.name });
    const answer = await calling(call, () => lambda.send(command).catch(absent('ResourceNotFoundException')));
    return answer?.CodeSha256;
  }

  /** @throws AwsError `ECOM_FUNCTION_FAILED` with the function's own message */
  async invoke(event: unknown): Promise<unknown> {
    const lambda = await this.#clients.lambda();
    const { InvokeCommand } = await import('@aws-sdk/client-lambda');
    const answer = await calling({ action: 'lambda:InvokeFunction', resource: `function ${this.name}` }, () =>
      lambda.send(
        new InvokeCommand({ FunctionName: this.name, Payload: Buffer.from(JSON.stringify(event)) }),
      ),
    );
    const text = Buffer.from(answer.Payload ?? []).toString('utf8');
    const result: unknown = text === '' ? undefined : JSON.parse(text);
    if (answer.FunctionError === undefined) return result;
    const said =
      typeof result === 'object' && result !== null && 'errorMessage' in result
        ? String(result.errorMessage)
        : text;
    throw new AwsError('ECOM_FUNCTION_FAILED', {
      what: `The function failed: ${said}`,
      where: `function ${this.name}`,
      fix: 'Its log shows more: sls logs -f <function>.',
    });
  }
}
