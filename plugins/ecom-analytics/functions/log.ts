/** What the functions log through: powertools' Logger fits it, and so does a silent or recording one. */
export interface Log {
  debug(message: string, ...attributes: LogAttributes[]): void;
  info(message: string, ...attributes: LogAttributes[]): void;
  warn(message: string, ...attributes: LogAttributes[]): void;
  error(message: string, ...attributes: LogAttributes[]): void;
}

/** Keys of one structured log line, beside its message. */
export interface LogAttributes {
  readonly [key: string]: unknown;
}

/** Says nothing. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
