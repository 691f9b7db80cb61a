import { createServer, request, type Server } from 'node:http';

/** A message as the function published it. */
export interface PublishedMessage {
  readonly topic: string;
  readonly subject: string;
  readonly message: string;
  readonly attributes: Readonly<Record<string, string>>;
}

function publishedMessage(form: URLSearchParams): PublishedMessage {
  const attributes: Record<string, string> = {};
  for (let index = 1; form.has(`MessageAttributes.entry.${index}.Name`); index++) {
    const entry = `MessageAttributes.entry.${index}`;
    attributes[form.get(`${entry}.Name`) ?? ''] = form.get(`${entry}.Value.StringValue`) ?? '';
  }
  return {
    topic: form.get('TopicArn') ?? '',
    subject: form.get('Subject') ?? '',
    message: form.get('Message') ?? '',
    attributes,
  };
}

/** Passes calls of AWS on, and notes which they were and what SNS was given. */
export class RecordingProxy {
  /** `service:operation`; for S3 `s3:METHOD`. */
  readonly calls = new Set<string>();
  readonly published: PublishedMessage[] = [];
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
  }

  static async start(target: URL): Promise<RecordingProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const proxy = new RecordingProxy(server, `http://127.0.0.1:${port}`);
    server.on('request', (incoming, outgoing) => {
      const parts: Buffer[] = [];
      incoming.on('data', (part: Buffer) => parts.push(part));
      incoming.on('end', () => {
        const body = Buffer.concat(parts);
        const { method = 'GET', url = '/', headers } = incoming;
        proxy.#note(method, String(headers['x-amz-target'] ?? ''), body.toString());
        const passed = request(new URL(url, target), { method, headers }, (answer) => {
          outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(outgoing);
        });
        passed.on('error', () => outgoing.destroy());
        passed.end(body);
      });
    });
    return proxy;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #note(method: string, target: string, body: string): void {
    if (target.startsWith('DynamoDB_')) {
      this.calls.add(`dynamodb:${target.split('.')[1]}`);
      return;
    }
    const form = new URLSearchParams(body);
    const action = form.get('Action');
    if (action === null) {
      this.calls.add(`s3:${method}`);
      return;
    }
    this.calls.add(`sns:${action}`);
    if (action === 'Publish') this.published.push(publishedMessage(form));
  }
}
