import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { repository } from './packed.ts';

/** The YAML language server that VS Code's YAML extension runs, with the project's own editor settings. */

const require = createRequire(import.meta.url);

export interface Diagnostic {
  readonly message: string;
  readonly range: { readonly start: { readonly line: number } };
}

interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: {
    readonly items?: readonly { readonly section?: string }[];
    readonly uri?: string;
    readonly diagnostics?: Diagnostic[];
  };
  readonly result?: unknown;
}

/** Settings as they stand in settings.json, with dots in their keys. */
export type EditorSettings = Readonly<Record<string, unknown>>;

/** What a section such as `yaml` holds of the settings. */
function section(settings: EditorSettings, name: string): Record<string, unknown> {
  const inside = Object.entries(settings).filter(([setting]) => setting.startsWith(`${name}.`));
  return Object.fromEntries(inside.map(([setting, value]) => [setting.slice(name.length + 1), value]));
}

export class LanguageServer {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #settings: EditorSettings;
  readonly #answers = new Map<number, (result: unknown) => void>();
  readonly #diagnostics = new Map<string, (found: Diagnostic[]) => void>();
  readonly #open = new Set<string>();
  #nextId = 1;
  #version = 0;
  #buffer = Buffer.alloc(0);

  private constructor(settings: EditorSettings) {
    this.#settings = settings;
    const program = require.resolve('yaml-language-server/bin/yaml-language-server');
    this.#child = spawn(process.execPath, [program, '--stdio'], { stdio: 'pipe' });
    this.#child.stdout.on('data', (data: Buffer) => this.#read(data));
  }

  static async start(settings: EditorSettings): Promise<LanguageServer> {
    const server = new LanguageServer(settings);
    const rootUri = pathToFileURL(repository).href;
    await server.#request('initialize', {
      processId: process.pid,
      rootUri,
      workspaceFolders: [{ uri: rootUri, name: 'project' }],
      capabilities: { workspace: { configuration: true }, textDocument: { hover: {}, completion: {} } },
    });
    server.#notify('initialized', {});
    return server;
  }

  /** Gives the server a file of the project with this text, and answers what the server finds wrong in it. */
  open(file: string, text: string): Promise<Diagnostic[]> {
    const uri = pathToFileURL(path.join(repository, file)).href;
    const found = new Promise<Diagnostic[]>((resolve) => {
      this.#diagnostics.set(uri, resolve);
    });
    const version = ++this.#version;
    if (this.#open.has(uri))
      this.#notify('textDocument/didChange', { textDocument: { uri, version }, contentChanges: [{ text }] });
    else this.#notify('textDocument/didOpen', { textDocument: { uri, languageId: 'yaml', version, text } });
    this.#open.add(uri);
    return found;
  }

  /** What is shown at a place of an open file: `textDocument/hover` or `textDocument/completion`, as JSON. */
  async at(request: 'hover' | 'completion', file: string, line: number, character: number): Promise<string> {
    const uri = pathToFileURL(path.join(repository, file)).href;
    const params = { textDocument: { uri }, position: { line, character } };
    return JSON.stringify(await this.#request(`textDocument/${request}`, params));
  }

  stop(): void {
    this.#child.kill();
  }

  #send(message: object): void {
    const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }));
    this.#child.stdin.write(`Content-Length: ${body.length}\r\n\r\n`);
    this.#child.stdin.write(body);
  }

  #notify(method: string, params: object): void {
    this.#send({ method, params });
  }

  #request(method: string, params: object): Promise<unknown> {
    const id = this.#nextId++;
    const answered = new Promise((resolve) => {
      this.#answers.set(id, resolve);
    });
    this.#send({ id, method, params });
    return answered;
  }

  #read(data: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, data]);
    for (;;) {
      const end = this.#buffer.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.#buffer.toString('latin1', 0, end))?.[1]);
      const start = end + 4;
      if (this.#buffer.length < start + length) return;
      const message: Message = JSON.parse(this.#buffer.toString('utf8', start, start + length));
      this.#buffer = this.#buffer.subarray(start + length);
      this.#handle(message);
    }
  }

  #handle({ id, method, params, result }: Message): void {
    if (method === 'textDocument/publishDiagnostics' && params?.uri !== undefined) {
      this.#diagnostics.get(params.uri)?.(params.diagnostics ?? []);
    } else if (method === 'workspace/configuration') {
      const answer = (params?.items ?? []).map((item) => section(this.#settings, item.section ?? ''));
      this.#send({ id, result: answer });
    } else if (method !== undefined && id !== undefined) this.#send({ id, result: null });
    else if (typeof id === 'number') this.#answers.get(id)?.(result);
  }
}
