import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import WebSocket from 'ws';

/**
 * Runs a program under Node's inspector as VS Code's debugger does: before each script that has a source map, it waits
 * until the breakpoints in the map's sources are set. https://chromedevtools.github.io/devtools-protocol/v8/Debugger/
 */

export interface Breakpoint {
  /** Absolute. */
  readonly file: string;
  /** From 1, as an editor counts. */
  readonly line: number;
  /** What to read there. */
  readonly expression: string;
}

/** Where the program stopped, by its source maps, and what the expression was there. */
export interface Stop {
  readonly file: string;
  readonly line: number;
  readonly value: unknown;
}

interface Location {
  readonly scriptId: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

interface Paused {
  readonly reason: string;
  readonly data?: { readonly scriptId: string };
  readonly callFrames: readonly { readonly callFrameId: string; readonly location: Location }[];
  readonly hitBreakpoints?: readonly string[];
}

interface Parsed {
  readonly scriptId: string;
  readonly url: string;
  readonly sourceMapURL: string;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params: unknown;
  readonly result: unknown;
  readonly error?: { readonly message: string };
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A connection to the inspector of a process. */
class Inspector {
  readonly #socket: WebSocket;
  readonly #answers = new Map<number, Waiting>();
  #nextId = 1;

  constructor(socket: WebSocket, onEvent: (method: string, params: unknown) => void) {
    this.#socket = socket;
    socket.on('message', (data) => {
      const { id, method, params, result, error }: Message = JSON.parse(String(data));
      if (id === undefined) onEvent(method ?? '', params);
      else if (error === undefined) this.#answers.get(id)?.resolve(result);
      else this.#answers.get(id)?.reject(new Error(error.message));
    });
  }

  send<Result>(method: string, params: object = {}): Promise<Result> {
    const id = this.#nextId++;
    this.#socket.send(JSON.stringify({ id, method, params }));
    return new Promise<unknown>((resolve, reject) =>
      this.#answers.set(id, { resolve, reject }),
    ) as Promise<Result>;
  }
}

/** A script with its source map. */
class MappedScript {
  readonly #map: SourceMap;
  /** Where the sources of the map are relative to. */
  readonly #folder: string;

  constructor({ url, sourceMapURL }: Parsed) {
    const [, inline] = /^data:application\/json;(?:charset=[^;]+;)?base64,(.*)$/.exec(sourceMapURL) ?? [];
    const text =
      inline === undefined
        ? readFileSync(fileURLToPath(new URL(sourceMapURL, url)), 'utf8')
        : Buffer.from(inline, 'base64').toString('utf8');
    this.#map = new SourceMap(JSON.parse(text));
    this.#folder = path.dirname(fileURLToPath(url));
  }

  has(file: string): boolean {
    return this.#map.payload.sources.some((source) => path.resolve(this.#folder, source) === file);
  }

  /** The place in the TypeScript of a place in the script. */
  original(line: number, column: number): { file: string; line: number } | undefined {
    const entry = this.#map.findEntry(line, column);
    if (!('originalSource' in entry)) return undefined;
    return { file: path.resolve(this.#folder, entry.originalSource), line: entry.originalLine + 1 };
  }

  /** The first place in the script of a line of the TypeScript. */
  generated(code: string, { file, line }: Breakpoint): { lineNumber: number; columnNumber: number } {
    for (const [lineNumber, text] of code.split('\n').entries())
      for (let columnNumber = 0; columnNumber < text.length; columnNumber++) {
        const original = this.original(lineNumber, columnNumber);
        if (original?.file === file && original.line === line) return { lineNumber, columnNumber };
      }
    throw new Error(`No code was made of ${file}:${line}`);
  }
}

/**
 * Runs a program of Node to its end, and stops at each breakpoint whenever it comes by.
 *
 * @param args the program and its arguments
 * @returns the stops in their order, and what the program printed
 */
export async function debug(
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  breakpoints: readonly Breakpoint[],
): Promise<{ stops: Stop[]; output: string }> {
  const child = spawn(process.execPath, ['--inspect-brk=127.0.0.1:0', ...args], { cwd, env });
  let output = '';
  child.stdout.on('data', (data: Buffer) => {
    output += data;
  });
  const closed = once(child, 'close');
  try {
    const socket = new WebSocket(await addressOf(child.stderr));
    await once(socket, 'open');
    const stops = await stopAt(socket, breakpoints);
    await closed;
    return { stops, output };
  } finally {
    child.kill('SIGKILL');
  }
}

/** The address that Node prints. */
function addressOf(stderr: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve, reject) => {
    let shown = '';
    stderr.on('data', (data: Buffer) => {
      shown += data;
      const [, address] = /^Debugger listening on (ws:\S+)$/m.exec(shown) ?? [];
      if (address !== undefined) resolve(address);
    });
    stderr.on('end', () => reject(new Error(`Node opened no inspector:\n${shown}`)));
  });
}

function stopAt(socket: WebSocket, breakpoints: readonly Breakpoint[]): Promise<Stop[]> {
  const scripts = new Map<string, MappedScript>();
  const set = new Map<string, Breakpoint>();
  const stops: Stop[] = [];

  async function setIn(scriptId: string): Promise<void> {
    const script = scripts.get(scriptId);
    const inScript = breakpoints.filter(({ file }) => script?.has(file));
    if (script === undefined || inScript.length === 0) return;
    const { scriptSource } = await inspector.send<{ scriptSource: string }>('Debugger.getScriptSource', {
      scriptId,
    });
    for (const breakpoint of inScript) {
      const location = { scriptId, ...script.generated(scriptSource, breakpoint) };
      const { breakpointId } = await inspector.send<{ breakpointId: string }>('Debugger.setBreakpoint', {
        location,
      });
      set.set(breakpointId, breakpoint);
    }
  }

  async function read({ callFrames, hitBreakpoints: [hit = ''] = [] }: Paused): Promise<void> {
    const [frame] = callFrames;
    const breakpoint = set.get(hit);
    if (frame === undefined || breakpoint === undefined) return;
    const { callFrameId, location } = frame;
    const { result } = await inspector.send<{ result: { value: unknown } }>('Debugger.evaluateOnCallFrame', {
      callFrameId,
      expression: breakpoint.expression,
      returnByValue: true,
    });
    const place = scripts.get(location.scriptId)?.original(location.lineNumber, location.columnNumber);
    stops.push({ file: place?.file ?? '', line: place?.line ?? 0, value: result.value });
  }

  let inspector: Inspector;
  return new Promise((resolve, reject) => {
    inspector = new Inspector(socket, (method, params) => {
      if (method === 'Debugger.scriptParsed') {
        const parsed = params as Parsed;
        if (parsed.sourceMapURL !== '' && parsed.url.startsWith('file:'))
          scripts.set(parsed.scriptId, new MappedScript(parsed));
      } else if (method === 'Debugger.paused') {
        const paused = params as Paused;
        const work = paused.reason === 'instrumentation' ? setIn(paused.data?.scriptId ?? '') : read(paused);
        work.then(() => inspector.send('Debugger.resume')).catch(reject);
        // Node waits at its end for the debugger to go.
      } else if (method === 'Runtime.executionContextDestroyed') socket.close();
    });
    socket.on('close', () => resolve(stops)).on('error', reject);
    (async () => {
      await inspector.send('Runtime.enable');
      await inspector.send('Debugger.enable');
      const instrumentation = 'beforeScriptWithSourceMapExecution';
      await inspector.send('Debugger.setInstrumentationBreakpoint', { instrumentation });
      await inspector.send('Runtime.runIfWaitingForDebugger');
    })().catch(reject);
  });
}
