import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../../functions/clock.ts';
import type { StageInput } from '../../../plugin/resources/stage-input.ts';
import { openSession, type Session } from '../../../plugin/session.ts';

/** A bucket as S3 answers for it: its status, and the region that it names. */
interface Standing {
  readonly status: number;
  readonly region?: string;
}

/** The wire of STS, CloudFormation, Lambda and S3's HeadBucket, as far as the plugin asks for its stage there. */
export class AccountEndpoint {
  /** Those that are not here are free. */
  readonly buckets = new Map<string, Standing>();
  /** Resources of the stack by logical id. */
  readonly resources = new Map<string, { readonly name: string; readonly status: string }>();
  /** Of the stack; undefined: there is no stack. */
  outputs: Readonly<Record<string, string>> | undefined;
  /** What the stack was last deployed with. */
  template: unknown = { Resources: {} };
  /** Functions by name, and what they answer; one that throws has failed. */
  readonly functions = new Map<string, (event: Record<string, unknown>) => unknown>();
  /** Of the network that is asked about. */
  endpoints: readonly {
    readonly id: string;
    readonly service: string;
    readonly privateDns?: boolean;
    readonly routeTableIds?: readonly string[];
    readonly state?: string;
  }[] = [];
  /** What a change set says, as XML; undefined: nobody may make one. */
  changeSet: string | undefined;
  /** What a change set is at each look, before it is made. */
  changeSetStatus: readonly string[] = [];
  /** Calls about change sets. */
  readonly changeSets: string[] = [];
  /** The hash of each function's code. */
  readonly code = new Map<string, string>();
  /** Undefined: somebody has deleted it. */
  trigger: Readonly<Record<string, unknown>> | undefined = { State: 'Enabled', LastProcessingResult: 'OK' };
  /** What the trigger comes to when it is switched; undefined: it stays as it is. */
  onSwitch: ((enabled: boolean) => string) | undefined;
  /** What every call is refused with. */
  refusal: { readonly status: number; readonly code: string; readonly message: string } | undefined;
  url = '';
  readonly #server: Server = createServer({ keepAliveTimeout: 0 }, async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const send = (status: number, text: string, headers: Record<string, string> = {}) => {
      response.writeHead(status, { 'content-type': 'text/xml', ...headers });
      response.end(request.method === 'HEAD' ? undefined : text);
    };
    const refuse = (status: number, code: string, message: string) =>
      send(
        status,
        `<ErrorResponse><Error><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
      );
    if (this.refusal) return refuse(this.refusal.status, this.refusal.code, this.refusal.message);
    if (request.method === 'HEAD') {
      const { status, region } = this.buckets.get((request.url ?? '').split('/')[1] ?? '') ?? { status: 404 };
      return send(status, '', region === undefined ? {} : { 'x-amz-bucket-region': region });
    }
    const json = (value: unknown, headers: Record<string, string> = {}) =>
      send(200, JSON.stringify(value), { 'content-type': 'application/json', ...headers });
    const [, name] = /\/functions\/([^/]+)\/invocations/.exec(request.url ?? '') ?? [];
    if (name !== undefined) {
      try {
        return json(this.functions.get(name)?.(JSON.parse(body)) ?? null);
      } catch (error) {
        const errorMessage = error instanceof Error ? error.message : String(error);
        return json({ errorMessage }, { 'x-amz-function-error': 'Unhandled' });
      }
    }
    const [, configured] = /\/functions\/([^/]+)\/configuration/.exec(request.url ?? '') ?? [];
    if (configured !== undefined) {
      const CodeSha256 = this.code.get(configured);
      if (CodeSha256 === undefined)
        return send(404, '{}', { 'x-amzn-errortype': 'ResourceNotFoundException' });
      return json({ FunctionName: configured, CodeSha256 });
    }
    if (request.url?.includes('/event-source-mappings/')) {
      if (this.trigger === undefined)
        return send(404, '{}', { 'x-amzn-errortype': 'ResourceNotFoundException' });
      if (request.method === 'PUT' && this.onSwitch)
        this.trigger = { ...this.trigger, State: this.onSwitch(JSON.parse(body).Enabled) };
      return json(this.trigger);
    }
    const asked = new URLSearchParams(body);
    const action = asked.get('Action') ?? '';
    const answer = (result: string) =>
      send(200, `<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`);
    if (action === 'DescribeVpcEndpoints')
      return send(
        200,
        `<DescribeVpcEndpointsResponse><vpcEndpointSet>${this.endpoints
          .map(
            ({ id, service, privateDns = true, routeTableIds = [], state = 'available' }) =>
              `<item><vpcEndpointId>${id}</vpcEndpointId><serviceName>${service}</serviceName><state>${state}</state><privateDnsEnabled>${privateDns}</privateDnsEnabled><routeTableIdSet>${routeTableIds.map((table) => `<item>${table}</item>`).join('')}</routeTableIdSet></item>`,
          )
          .join('')}</vpcEndpointSet></DescribeVpcEndpointsResponse>`,
      );
    if (action === 'GetCallerIdentity')
      return answer('<Arn>arn:aws:iam::123456789012:user/ann</Arn><Account>123456789012</Account>');
    if (action === 'DescribeStackResource') {
      const found = this.resources.get(asked.get('LogicalResourceId') ?? '');
      if (found === undefined) return refuse(400, 'ValidationError', "Stack 'shop-dev' does not exist");
      return answer(
        `<StackResourceDetail><PhysicalResourceId>${found.name}</PhysicalResourceId><ResourceStatus>${found.status}</ResourceStatus></StackResourceDetail>`,
      );
    }
    if (action === 'GetTemplate' && this.template === undefined)
      return refuse(400, 'ValidationError', 'Stack with id shop-dev does not exist');
    if (action === 'GetTemplate')
      return answer(`<TemplateBody><![CDATA[${JSON.stringify(this.template)}]]></TemplateBody>`);
    if (/ChangeSet$/.test(action)) {
      if (this.changeSet === undefined) return refuse(403, 'AccessDenied', `${action} is denied`);
      this.changeSets.push(`${action} ${asked.get('TemplateURL') ?? ''}`.trim());
      const [status = 'CREATE_COMPLETE', ...later] = this.changeSetStatus;
      if (action === 'DescribeChangeSet') this.changeSetStatus = later;
      return answer(`<Status>${status}</Status><Changes>${this.changeSet}</Changes>`);
    }
    if (action !== 'DescribeStacks') return refuse(501, 'NotImplemented', action);
    if (this.outputs === undefined)
      return refuse(400, 'ValidationError', 'Stack with id shop-dev does not exist');
    const outputs = Object.entries(this.outputs).map(
      ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
    );
    return answer(
      `<Stacks><member><StackName>shop-dev</StackName><StackStatus>UPDATE_COMPLETE</StackStatus><Outputs>${outputs.join('')}</Outputs></member></Stacks>`,
    );
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}

/** A stage's session whose every call goes to the account. */
export function sessionIn(account: AccountEndpoint, input: StageInput): Session {
  return openSession({
    input,
    region: 'eu-west-1',
    stackName: 'shop-dev',
    sdkSettings: async () => ({
      region: 'eu-west-1',
      endpoint: account.url,
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      maxAttempts: 1,
    }),
    clock: systemClock,
    progress: () => {},
    isLocal: false,
  });
}
