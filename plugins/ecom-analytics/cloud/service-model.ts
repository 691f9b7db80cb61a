import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/**
 * An AWS service as botocore's own `service-2.json` describes it: which operation a request is, what its input must look
 * like, and what its answer must look like. A service made of it cannot accept what AWS would refuse by its model, nor
 * answer what no SDK could read.
 */

interface Member {
  readonly shape: string;
  readonly location?: 'uri' | 'querystring' | 'header' | 'headers' | 'statusCode';
  readonly locationName?: string;
  readonly timestampFormat?: string;
}

interface Shape {
  readonly type: string;
  readonly required?: readonly string[];
  readonly members?: Readonly<Record<string, Member>>;
  readonly member?: Member;
  readonly key?: Member;
  readonly value?: Member;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly min?: number;
  readonly max?: number;
  readonly timestampFormat?: string;
}

interface Operation {
  readonly name: string;
  readonly http: { readonly method: string; readonly requestUri: string; readonly responseCode?: number };
  readonly input?: { readonly shape: string };
  readonly output?: { readonly shape: string };
  readonly errors?: readonly { readonly shape: string }[];
}

interface ModelFile {
  readonly metadata: {
    readonly protocol: string;
    readonly signingName?: string;
    readonly endpointPrefix: string;
  };
  readonly operations: Readonly<Record<string, Operation>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

/** A request as it came over the wire. */
export interface WireRequest {
  readonly method: string;
  /** Still percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Members by their model names. */
export type Members = Readonly<Record<string, unknown>>;

/** A request, read. */
export interface ServiceCall {
  readonly operation: string;
  readonly input: Members;
  /** What is wrong with the input; empty when nothing is. */
  readonly problems: readonly string[];
}

export class ServiceModel {
  /** The name that requests to it are signed with. */
  readonly signingName: string;
  readonly #file: ModelFile;
  readonly #routes: readonly {
    readonly operation: Operation;
    readonly path: RegExp;
    readonly labels: string[];
  }[];

  /** @param file a `service-2.json.gz` of botocore */
  constructor(file: string) {
    this.#file = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as ModelFile;
    this.signingName = this.#file.metadata.signingName ?? this.#file.metadata.endpointPrefix;
    this.#routes = Object.values(this.#file.operations).map((operation) => {
      const labels: string[] = [];
      const pattern = operation.http.requestUri.replace(/\{(\w+)\+?\}/g, (_, label: string) => {
        labels.push(label);
        return '([^/]+)';
      });
      return { operation, path: new RegExp(`^${pattern}/?$`), labels };
    });
  }

  /** The operation and input of a request; null when the service has no such operation. */
  read(request: WireRequest): ServiceCall | null {
    return this.#file.metadata.protocol === 'rest-json' ? this.#readRest(request) : this.#readTarget(request);
  }

  /**
   * An answer as JSON text.
   *
   * @throws Error when the answer is not what the model says: a bug of the service, never of its caller
   */
  write(operation: string, output: Members): { status: number; body: string } {
    const { http, output: shape } = this.#operation(operation);
    const status = http.responseCode ?? 200;
    if (shape === undefined) return { status, body: '{}' };
    const problems = this.#problems({ shape: shape.shape }, output, operation);
    if (problems.length > 0)
      throw new Error(`the answer of ${operation} is none by its model: ${problems.join('; ')}`);
    return { status, body: JSON.stringify(this.#toWire({ shape: shape.shape }, output)) };
  }

  /** Whether an operation may answer with an error of this name. */
  mayFailWith(operation: string, error: string): boolean {
    return (this.#operation(operation).errors ?? []).some(({ shape }) => shape === error);
  }

  #operation(name: string): Operation {
    const operation = this.#file.operations[name];
    if (operation === undefined) throw new Error(`the service has no operation ${name}`);
    return operation;
  }

  #shape(name: string): Shape {
    const shape = this.#file.shapes[name];
    if (shape === undefined) throw new Error(`the model has no shape ${name}`);
    return shape;
  }

  #readTarget(request: WireRequest): ServiceCall | null {
    const name =
      String(request.headers['x-amz-target'] ?? '')
        .split('.')
        .at(-1) ?? '';
    const operation = this.#file.operations[name];
    return operation === undefined ? null : this.#call(operation, request.body, new Map());
  }

  #readRest(request: WireRequest): ServiceCall | null {
    for (const { operation, path, labels } of this.#routes) {
      const match = operation.http.method === request.method ? path.exec(request.path) : null;
      if (match === null) continue;
      const outside = new Map(
        [...request.query.keys()].map((key): [string, string[]] => [key, request.query.getAll(key)]),
      );
      for (const [index, label] of labels.entries())
        outside.set(label, [decodeURIComponent(match[index + 1] ?? '')]);
      return this.#call(operation, request.body, outside);
    }
    return null;
  }

  #call(operation: Operation, body: string, outside: ReadonlyMap<string, readonly string[]>): ServiceCall {
    if (operation.input === undefined) return { operation: operation.name, input: {}, problems: [] };
    let json: unknown;
    try {
      json = body === '' ? {} : JSON.parse(body);
    } catch {
      return { operation: operation.name, input: {}, problems: ['the body is not JSON'] };
    }
    const shape = this.#shape(operation.input.shape);
    const input = this.#fromWire({ shape: operation.input.shape }, json) as Record<string, unknown>;
    for (const [name, member] of Object.entries(shape.members ?? {})) {
      const texts = member.location === undefined ? undefined : outside.get(member.locationName ?? name);
      if (texts !== undefined) input[name] = this.#fromTexts(member, texts);
    }
    return {
      operation: operation.name,
      input,
      problems: this.#problems({ shape: operation.input.shape }, input, operation.name),
    };
  }

  /** A list outside the body comes as its name repeated. */
  #fromTexts(member: Member, texts: readonly string[]): unknown {
    const { type, member: item } = this.#shape(member.shape);
    if (type === 'list') return item ? texts.map((text) => this.#fromText(item, text)) : texts;
    return this.#fromText(member, texts.at(-1) ?? '');
  }

  #fromText(member: Member, text: string): unknown {
    const { type } = this.#shape(member.shape);
    if (type === 'integer' || type === 'long') return Number(text);
    return type === 'boolean' ? text === 'true' : text;
  }

  /** Wire names to model names. Unknown keys are kept, so that the check finds them. */
  #fromWire(member: Member, value: unknown): unknown {
    const shape = this.#shape(member.shape);
    if (Array.isArray(value))
      return value.map((item) => (shape.member ? this.#fromWire(shape.member, item) : item));
    if (!isRecord(value)) return value;
    if (shape.type === 'map') {
      const of = shape.value;
      return mapValues(value, (item) => (of ? this.#fromWire(of, item) : item));
    }
    const byWireName = new Map(
      Object.entries(shape.members ?? {}).map(([name, one]) => [
        one.locationName ?? name,
        [name, one] as const,
      ]),
    );
    return Object.fromEntries(
      Object.entries(value).map(([wireName, item]) => {
        const known = byWireName.get(wireName);
        return known === undefined ? [wireName, item] : [known[0], this.#fromWire(known[1], item)];
      }),
    );
  }

  #toWire(member: Member, value: unknown): unknown {
    const shape = this.#shape(member.shape);
    if (value instanceof Date) {
      const iso = (member.timestampFormat ?? shape.timestampFormat) === 'iso8601';
      return iso ? value.toISOString() : value.getTime() / 1000;
    }
    if (Array.isArray(value))
      return value.map((item) => (shape.member ? this.#toWire(shape.member, item) : item));
    if (!isRecord(value)) return value;
    if (shape.type === 'map') {
      const of = shape.value;
      return mapValues(value, (item) => (of ? this.#toWire(of, item) : item));
    }
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .map(([name, item]) => {
          const one = shape.members?.[name];
          return one === undefined ? [name, item] : [one.locationName ?? name, this.#toWire(one, item)];
        }),
    );
  }

  /** Where a value is not what its shape says. */
  #problems(member: Member, value: unknown, at: string): string[] {
    const shape = this.#shape(member.shape);
    switch (shape.type) {
      case 'structure':
        return this.#structureProblems(shape, value, at);
      case 'list': {
        if (!Array.isArray(value)) return [`${at} is no list`];
        const of = shape.member;
        return of === undefined
          ? []
          : value.flatMap((item, index) => this.#problems(of, item, `${at}[${index}]`));
      }
      case 'map': {
        if (!isRecord(value)) return [`${at} is no map`];
        const of = shape.value;
        return of === undefined
          ? []
          : Object.entries(value).flatMap(([key, item]) => this.#problems(of, item, `${at}.${key}`));
      }
      case 'string':
        return stringProblems(shape, value, at);
      case 'integer':
      case 'long':
        return Number.isInteger(value) ? rangeProblems(shape, Number(value), at) : [`${at} is no integer`];
      case 'float':
      case 'double':
        return typeof value === 'number' ? rangeProblems(shape, value, at) : [`${at} is no number`];
      case 'boolean':
        return typeof value === 'boolean' ? [] : [`${at} is no boolean`];
      case 'timestamp':
        return value instanceof Date || typeof value === 'number' ? [] : [`${at} is no time`];
      default:
        return [];
    }
  }

  #structureProblems(shape: Shape, value: unknown, at: string): string[] {
    if (!isRecord(value)) return [`${at} is no structure`];
    const members = shape.members ?? {};
    const missing = (shape.required ?? []).filter((name) => value[name] === undefined);
    return [
      ...missing.map((name) => `${at} lacks ${name}`),
      ...Object.entries(value).flatMap(([name, item]) => {
        if (item === undefined) return [];
        const member = members[name];
        return member === undefined
          ? [`${at} has no member ${name}`]
          : this.#problems(member, item, `${at}.${name}`);
      }),
    ];
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function mapValues(
  record: Record<string, unknown>,
  of: (value: unknown) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, of(value)]));
}

function rangeProblems({ min, max }: Shape, value: number, at: string): string[] {
  if (min !== undefined && value < min) return [`${at} is below ${min}`];
  return max !== undefined && value > max ? [`${at} is above ${max}`] : [];
}

function stringProblems(shape: Shape, value: unknown, at: string): string[] {
  if (typeof value !== 'string') return [`${at} is no string`];
  if (shape.enum && !shape.enum.includes(value)) return [`${at} is none of ${shape.enum.join(', ')}`];
  return rangeProblems(shape, value.length, `the length of ${at}`);
}
