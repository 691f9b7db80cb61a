import type { Members, ServiceModel, WireRequest } from './service-model.ts';

/** An error that the service answers with: its name in the model, and its HTTP status. */
export class ServiceFault extends Error {
  override readonly name: string;
  readonly status: number;

  constructor(name: string, status: number, message: string) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

/** What the service does, by operation. An operation without a handler answers 501, never a made-up success. */
export type Handlers = Readonly<Record<string, (input: Members) => Promise<Members>>>;

export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

function fault(name: string, status: number, message: string): WireAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': name },
    body: JSON.stringify({ __type: name, message, Message: message }),
  };
}

/** Answers requests to one AWS service by its own model. */
export class AwsService {
  readonly #model: ServiceModel;
  readonly #handlers: Handlers;
  readonly #validationFault: string;

  /** @param validationFault the service's name for an input that is not by its model */
  constructor(model: ServiceModel, handlers: Handlers, validationFault: string) {
    this.#model = model;
    this.#handlers = handlers;
    this.#validationFault = validationFault;
  }

  get signingName(): string {
    return this.#model.signingName;
  }

  async answer(request: WireRequest): Promise<WireAnswer> {
    const call = this.#model.read(request);
    if (call === null) return fault('UnknownOperationException', 404, 'The service has no such operation.');
    const { operation, input, problems } = call;
    if (problems.length > 0) return fault(this.#validationFault, 400, problems.join('; '));
    const handler = this.#handlers[operation];
    if (handler === undefined) {
      return fault('NotImplemented', 501, `The local cloud does not do ${operation}.`);
    }
    try {
      const { status, body } = this.#model.write(operation, await handler(input));
      return { status, headers: { 'content-type': 'application/json' }, body };
    } catch (error) {
      if (error instanceof ServiceFault) return fault(error.name, error.status, error.message);
      throw error;
    }
  }
}
