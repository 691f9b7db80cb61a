import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { EcomError } from '../core/error.ts';
import { portError } from '../functions/command-arguments.ts';
import type { RunFeed } from '../run/feed.ts';
import { Acknowledgements } from './acknowledgements.ts';
import { AlertRequests, Refusal } from './alert-requests.ts';
import { EventStream } from './event-stream.ts';
import type { FrameMessage } from './message.ts';
import { narrowedBy } from './page/alert-search.ts';
import { pageFiles, pageVersion } from './page-files.ts';
import { RunHistory, type Watched } from './run-history.ts';
import { refusalOf } from './same-page.ts';

const host = '127.0.0.1';
/** Where the dashboard is unless the user says otherwise or somebody else is there. */
const defaultPort = 4600;
/** Frames are sent this far apart: a snapshot comes about twice a second. */
const frameMs = 400;
/** Of a request that changes something. */
const maxBodyBytes = 4096;
/** How long open connections may take to read their last frame. */
const closeMs = 500;

export interface DashboardOptions extends Watched {
  /** TCP port; 0 for any free one. By default 4600, or any free one when that is taken. */
  readonly port?: number;
}

/** A running dashboard: feed it, and close it when the process has nothing more to show. */
export interface Dashboard extends RunFeed {
  /** Where the page is, such as `http://127.0.0.1:4600/`. */
  readonly url: string;
  /**
   * Says which folder the run writes: from then on alerts are looked up there too, and can be acknowledged.
   *
   * @param folder absolute
   * @param use `read` where nothing may be written to it
   */
  runFolder(folder: string, use?: 'write' | 'read'): Promise<void>;
  /** Whether any page is open. */
  readonly isWatched: boolean;
  /** Sends what is still to be sent, then ends every connection. Pages keep what they show. */
  close(): Promise<void>;
}

/**
 * Nothing from elsewhere is loaded or asked, no other site may frame the page, and no text can become markup.
 * Source: Content Security Policy Level 3; Trusted Types.
 */
const securityHeaders = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store',
};

function refuse(response: ServerResponse, status: number, why: string, allow = 'GET'): void {
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    ...(status === 405 && { Allow: allow }),
  });
  response.end(`${why}\n`);
}

/** The body of a request, as JSON. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) throw new Refusal(413, 'The request is too long.');
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new Refusal(400, 'The request is not JSON.');
  }
}

/** Sends what was asked for, or why it cannot be had. */
async function answerJson(response: ServerResponse, answer: () => Promise<object>): Promise<void> {
  try {
    const json = JSON.stringify(await answer());
    response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8' });
    response.end(json);
  } catch (error) {
    // The page was closed before all of its request was here: nobody is left to answer.
    if (response.destroyed) return;
    if (error instanceof Refusal) refuse(response, error.status, error.message);
    else if (error instanceof EcomError) refuse(response, 400, error.message);
    else {
      refuse(response, 500, 'The dashboard failed to answer this request. Its terminal shows why.');
      process.stderr.write(
        `The dashboard failed to answer a request: ${error instanceof Error ? error.stack : error}\n`,
      );
    }
  }
}

/** The port that an option names, 0 for any free one; null where the text does not name one. */
export function readPort(text: string): number | null {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  return port <= 65_535 ? port : null;
}

/** The port that the server got. */
function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function listenOn(server: Server, port: number): Promise<void> {
  server.listen(port, host);
  await once(server, 'listening');
}

async function listen(server: Server, asked: number | undefined): Promise<void> {
  const port = asked ?? defaultPort;
  try {
    await listenOn(server, port);
  } catch (cause) {
    const error = portError(cause, port, `get ${defaultPort} or any free one`);
    if (error === cause || asked !== undefined) throw error;
    return listenOn(server, 0);
  }
}

/**
 * Says where the page is, and why it is not where it usually is.
 *
 * @param asked the port that was asked for, if any
 */
export function addressText(url: string, asked: number | null): string {
  const isMoved = asked === null && new URL(url).port !== String(defaultPort);
  return `${isMoved ? `Port ${defaultPort} is taken; the dashboard has another.\n` : ''}Dashboard: ${url}`;
}

/**
 * Starts the dashboard's server on 127.0.0.1.
 *
 * @throws EcomError `ECOM_PORT_TAKEN` when the port asked for is in use, `ECOM_PORT_REFUSED` when it may not be used
 */
export async function startDashboard(options: DashboardOptions): Promise<Dashboard> {
  const history = new RunHistory(options, (alertId) => requests.folder?.acknowledgements.at(alertId) ?? null);
  const requests = new AlertRequests(options.definition, history, Date.now);
  const files = await pageFiles();
  const page = pageVersion(files);
  const stream = new EventStream(() => ({
    ...history.state(),
    page,
    acknowledges: requests.folder?.isWritable ?? false,
  }));
  let hosts: ReadonlySet<string> = new Set();
  let origins: ReadonlySet<string> = new Set();
  let timer: NodeJS.Timeout | undefined;

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const frame = history.takeFrame();
    if (frame !== null) stream.publish(frame);
  };
  const flushSoon = (): void => {
    timer ??= setTimeout(flush, frameMs).unref();
  };
  /** What the feed says is in a frame soon. */
  const told =
    <T>(take: (said: T) => void) =>
    (said: T): void => {
      take(said);
      flushSoon();
    };

  const asked: Readonly<Record<string, (params: URLSearchParams) => Promise<object>>> = {
    '/alert': (params) => requests.alert(params.get('id') ?? ''),
    '/alerts': (params) => requests.search(narrowedBy((name) => params.get(name))),
    '/limit': (params) => requests.limit(params.get('rule') ?? '', params.get('more-than') ?? ''),
  };
  const acknowledge = async (body: unknown): Promise<object> => {
    const group = await requests.acknowledge(body);
    flushSoon();
    return group;
  };

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
    const [pathname = '/', query] = (request.url ?? '/').split('?', 2);
    const file = files.get(pathname);
    const ask = Object.hasOwn(asked, pathname) ? asked[pathname] : undefined;
    const changes = pathname === '/acknowledge';
    const refusal = ask || changes ? refusalOf(request.headers, changes, origins) : null;
    // A page elsewhere can point a name of its own at 127.0.0.1 (DNS rebinding); its requests carry that name.
    if (!hosts.has(request.headers.host?.toLowerCase() ?? '')) {
      refuse(response, 403, 'This dashboard answers on its own address only.');
    } else if (changes && request.method !== 'POST') {
      refuse(response, 405, 'Alerts are acknowledged with POST.', 'POST');
    } else if (!changes && request.method !== 'GET') {
      refuse(response, 405, 'This dashboard can only be read: use GET.');
    } else if (refusal !== null) {
      refuse(response, 403, refusal);
    } else if (changes) {
      void answerJson(response, async () => acknowledge(await readJson(request)));
    } else if (ask !== undefined) {
      void answerJson(response, () => ask(new URLSearchParams(query)));
    } else if (pathname === '/events') {
      const since = request.headers['last-event-id'] ?? new URLSearchParams(query).get('since');
      if (!stream.attach(response, typeof since === 'string' ? since : null)) {
        refuse(response, 503, 'Too many pages are watching this run.');
      }
    } else if (file === undefined) {
      refuse(response, 404, 'There is no such page.');
    } else {
      response.writeHead(200, { 'Content-Type': file.type });
      response.end(file.body);
    }
  };

  const server = createServer(answer);
  await listen(server, options.port);
  const port = portOf(server);
  hosts = new Set([`${host}:${port}`, `localhost:${port}`, ...(port === 80 ? [host, 'localhost'] : [])]);
  origins = new Set([...hosts].map((name) => `http://${name}`));

  return {
    url: `http://${host}:${port}/`,
    get isWatched() {
      return stream.isWatched;
    },
    phase: told((phase) => history.phase(phase)),
    snapshot(snapshot) {
      history.snapshot(snapshot);
      if (snapshot.finished) flush();
      else flushSoon();
    },
    orders: (orders) => history.sent(orders),
    windows: told((rows) => history.windows(rows, Date.now())),
    alerts: told((alerts) => history.rang(alerts)),
    operations: told((operations) => history.operations(operations)),
    async runFolder(folder, use = 'write') {
      const isWritable = use === 'write';
      requests.folder = {
        path: folder,
        acknowledgements: await Acknowledgements.open(folder),
        isWritable,
      };
      stream.publish({ acknowledges: isWritable } satisfies FrameMessage);
    },
    async close() {
      flush();
      stream.close();
      await new Promise<void>((resolve) => {
        const force = setTimeout(() => server.closeAllConnections(), closeMs);
        server.close(() => {
          clearTimeout(force);
          resolve();
        });
        server.closeIdleConnections();
      });
    },
  };
}
