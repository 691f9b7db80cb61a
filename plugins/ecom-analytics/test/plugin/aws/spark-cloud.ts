import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { clusterArn } from '../topics/sample-topics.ts';

const etag = (object: string | Buffer): string => `"${createHash('md5').update(object).digest('hex')}"`;

interface Step {
  Id: string;
  Name: string;
  State: string;
  args: readonly string[];
}

/**
 * The wire of S3 and EMR, with jobs behind its steps that beat, stop when asked and mind their generation, as the real job
 * does. What it is for: to see what the plugin does when calls fail, or when it dies between any two of them.
 */
export class SparkCloud {
  readonly objects = new Map<string, string>();
  /** What EMR has brought of its logs, packed. */
  readonly logs = new Map<string, Buffer>();
  /** Where it brings them; undefined: nowhere. */
  logUri: string | undefined;
  readonly steps: Step[] = [];
  /** `Action key`, of every request that changes something. */
  readonly changes: string[] = [];
  /** After so many further requests nothing is answered any more, as after a SIGKILL of the caller. */
  diesAfter = Number.POSITIVE_INFINITY;
  /** Whether the call that the caller dies in is still carried out. */
  lastCallLands = false;
  /** After so many further requests, one is refused so; those that follow are answered again. */
  refusal: { after: number; readonly status: number; readonly code: string } | undefined;
  /** Of so many further writes of a step record, somebody else is faster. */
  overtakes = 0;
  clusterState = 'WAITING';
  /** Whether a cluster that is to end does. */
  ends = true;
  /** Whether a job hears its stop object. */
  hears = true;
  /** Whether a cancelled step ends. */
  cancels = true;
  /** Whether jobs go on when their step has ended, as on a cluster they can. */
  outlives = false;
  /** What the stack has made, by logical id. */
  readonly resources = new Map([
    ['EcomDataBucket', 'data'],
    ['EcomArtifactsBucket', 'artifacts'],
    ['EcomEmrCluster', 'j-1'],
    ['EcomMskCluster', clusterArn],
  ]);
  /** What a job that is started says of itself. */
  jobState: 'starting' | 'running' | 'failed' = 'running';
  /** Whether it says anything: one that dies in its first second does not. */
  speaks = true;
  /** Why a step is in its state, as EMR says. */
  reason: string | undefined;
  /** What a step comes to that is no streaming job, such as a compaction. */
  endState: 'COMPLETED' | 'FAILED' | 'RUNNING' = 'COMPLETED';
  /** What happens between a listing and what its reader does next. */
  onListed = (): void => {};
  url = '';
  #beats = 0;
  // A client on a busy machine may come back to a connection after any time.
  readonly #server = createServer(
    { keepAliveTimeout: 0 },
    (request, response) => void this.#serve(request, response),
  );

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

  get live(): Step[] {
    return this.steps.filter(({ State }) => State === 'RUNNING');
  }

  json(key: string): Record<string, unknown> {
    return JSON.parse(this.objects.get(key) ?? '{}');
  }

  /** A step's process dies. */
  kill(step: Step): void {
    step.State = 'FAILED';
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += chunk;
    if (this.diesAfter-- <= 0) {
      request.socket.destroy();
      if (!this.lastCallLands || this.diesAfter !== -1) return;
    }
    const target = request.headers['x-amz-target'];
    if (this.refusal && this.refusal.after-- === 0) {
      const { status, code } = this.refusal;
      const isEmr = typeof target === 'string';
      response.writeHead(status, {
        'content-type': isEmr ? 'application/x-amz-json-1.1' : 'application/xml',
      });
      const said = isEmr ? JSON.stringify({ __type: code }) : `<Error><Code>${code}</Code></Error>`;
      response.end(request.method === 'HEAD' ? undefined : said);
      return;
    }
    const asked = new URLSearchParams(body);
    if (asked.get('Action') === 'DescribeStackResource') {
      const name = this.resources.get(asked.get('LogicalResourceId') ?? '');
      response.writeHead(name === undefined ? 400 : 200, { 'content-type': 'text/xml' });
      response.end(
        name !== undefined
          ? `<R><DescribeStackResourceResult><StackResourceDetail><PhysicalResourceId>${name}</PhysicalResourceId><ResourceStatus>CREATE_COMPLETE</ResourceStatus></StackResourceDetail></DescribeStackResourceResult></R>`
          : '<ErrorResponse><Error><Code>ValidationError</Code><Message>Resource does not exist for stack</Message></Error></ErrorResponse>',
      );
      return;
    }
    if (request.url?.includes('/event-source-mappings/')) {
      response.writeHead(404, { 'x-amzn-errortype': 'ResourceNotFoundException' }).end('{}');
      return;
    }
    if (typeof target === 'string') this.#emr(target.split('.')[1] ?? '', JSON.parse(body), response);
    else this.#s3(request, body, response);
  }

  #emr(action: string, input: Record<string, unknown>, response: ServerResponse): void {
    const answer = (value: unknown) => {
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(value));
    };
    const status = ({ State }: Step) => ({ State, StateChangeReason: { Message: this.reason } });
    switch (action) {
      case 'DescribeCluster':
        if (this.clusterState === 'UNKNOWN') {
          response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' });
          // EMR's words for a cluster that it does not have.
          const Message = `Cluster id '${String(input.ClusterId)}' is not valid.`;
          response.end(JSON.stringify({ __type: 'InvalidRequestException', Message }));
          break;
        }
        answer({
          Cluster: {
            Name: 'shop-dev',
            Status: { State: this.clusterState },
            ReleaseLabel: 'emr-spark-8.1.0',
            LogUri: this.logUri,
          },
        });
        // Its last logs are written as it ends.
        if (this.clusterState === 'TERMINATING' && this.ends) {
          this.objects.set('logs/j-1/node/last.gz', '');
          this.clusterState = 'TERMINATED';
        }
        break;
      case 'TerminateJobFlows':
        this.changes.push('terminate');
        this.clusterState = 'TERMINATING';
        answer({});
        break;
      case 'DescribeStep': {
        const step = this.steps.find(({ Id }) => Id === input.StepId);
        answer({ Step: step && { Id: step.Id, Name: step.Name, Status: status(step) } });
        break;
      }
      case 'ListSteps':
        answer({
          Steps: this.live.map((step) => ({ Id: step.Id, Name: step.Name, Status: status(step) })),
        });
        break;
      case 'AddJobFlowSteps': {
        const [asked] = input.Steps as { Name: string; HadoopJarStep: { Args: string[] } }[];
        const step = {
          Id: `s-${this.steps.length + 1}`,
          Name: asked?.Name ?? '',
          State: 'RUNNING',
          args: asked?.HadoopJarStep.Args ?? [],
        };
        this.steps.push(step);
        this.changes.push(`submit ${step.Name}`);
        if (step.args.includes('--settings')) this.#runJob(step);
        else step.State = this.endState;
        answer({ StepIds: [step.Id] });
        break;
      }
      case 'CancelSteps': {
        this.changes.push(`cancel ${String(input.StepCancellationOption)}`);
        const [id] = input.StepIds as string[];
        const step = this.steps.find(({ Id }) => Id === id);
        if (step && this.cancels) step.State = 'CANCELLED';
        answer({});
        break;
      }
      default:
        response.writeHead(501).end();
    }
  }

  /** What `spark-submit` would do: read the settings, enter the generation, beat. */
  #runJob(step: Step): void {
    const of = (option: string): string => step.args[step.args.indexOf(option) + 1] ?? '';
    const key = (uri: string): string => uri.replace(/^s3:\/\/[^/]+\//, '');
    const { generation } = this.json(key(of('--settings')));
    this.objects.set(`${key(of('--control'))}/generation.json`, JSON.stringify({ generation }));
    // It looks every second, and so at what was there before it.
    if (this.hears && Number(this.json(`${key(of('--control'))}/stop.json`).generation) >= Number(generation))
      step.State = 'COMPLETED';
    const failed = this.jobState === 'failed';
    if (failed) step.State = 'FAILED';
    if (!this.speaks) return;
    this.objects.set(
      key(of('--status')),
      JSON.stringify({
        version: 1,
        state: this.jobState,
        generation,
        checkpointId: null,
        sparkVersion: '4.1.1',
        applicationId: null,
        sparkUi: null,
        updatedAt: new Date().toISOString(),
        error: failed ? { code: 'ECOM_TOPIC_MISSING', message: 'The orders topic is not there.' } : null,
        totals: { orders: 0, duplicates: 0, late: 0, badRecords: {}, windowRows: 0 },
        queries: {},
      }),
    );
  }

  #s3(request: IncomingMessage, body: string, response: ServerResponse): void {
    const [, , ...rest] = new URL(request.url ?? '/', this.url).pathname.split('/');
    const key = decodeURIComponent(rest.join('/'));
    if (request.url?.includes('?versions')) {
      const versions = [...this.objects.keys()].map((one) => `<Version><Key>${one}</Key></Version>`);
      response.writeHead(200, { 'content-type': 'application/xml' });
      response.end(`<ListVersionsResult>${versions.join('')}</ListVersionsResult>`);
      return;
    }
    if (request.url?.includes('list-type=2')) {
      const asked = new URL(request.url, this.url).searchParams;
      const [prefix = '', after = ''] = [asked.get('prefix') ?? '', asked.get('start-after') ?? ''];
      const contents = [...this.objects, ...this.logs]
        .filter(([one]) => one.startsWith(prefix) && one > after)
        .sort()
        .map(([one, { length }]) => `<Contents><Key>${one}</Key><Size>${length}</Size></Contents>`);
      response.writeHead(200, { 'content-type': 'application/xml' });
      response.end(`<ListBucketResult>${contents.join('')}</ListBucketResult>`);
      this.onListed();
      return;
    }
    if (request.method === 'POST') {
      for (const [, gone = ''] of body.matchAll(/<Key>([^<]+)<\/Key>/g)) this.objects.delete(gone);
      response.writeHead(200, { 'content-type': 'application/xml' }).end('<DeleteResult/>');
      return;
    }
    if (request.method === 'PUT') {
      const there = this.objects.get(key);
      const known = request.headers['if-match'];
      const isNew = request.headers['if-none-match'] === '*';
      const isOvertaken = key.endsWith('/step.json') && this.overtakes-- > 0;
      if (
        isOvertaken ||
        (isNew && there !== undefined) ||
        (known !== undefined && (there === undefined || known !== etag(there)))
      ) {
        response.writeHead(412, { 'content-type': 'application/xml' });
        response.end('<Error><Code>PreconditionFailed</Code><Message>another stands there</Message></Error>');
        return;
      }
      this.objects.set(key, body);
      this.changes.push(`put ${key}`);
      if (key.endsWith('/stop.json') && this.hears) this.#stopJobs(Number(JSON.parse(body).generation));
      response.writeHead(200, { etag: etag(body) }).end();
      return;
    }
    if (this.outlives && key.startsWith('status/') && this.objects.has(key))
      this.objects.set(
        key,
        JSON.stringify({ ...this.json(key), updatedAt: new Date(this.#beats++).toISOString() }),
      );
    const object = this.objects.get(key) ?? this.logs.get(key);
    if (object === undefined) {
      response.writeHead(404, { 'content-type': 'application/xml' });
      response.end(
        request.method === 'HEAD'
          ? undefined
          : '<Error><Code>NoSuchKey</Code><Message>none</Message></Error>',
      );
      return;
    }
    response.writeHead(200, { 'content-length': Buffer.byteLength(object), etag: etag(object) });
    response.end(request.method === 'HEAD' ? undefined : object);
  }

  #stopJobs(generation: number): void {
    for (const step of this.live)
      if (Number(/-g(\d+)$/.exec(step.Name)?.[1]) <= generation) step.State = 'COMPLETED';
  }
}
