import type { Log, LogAttributes } from '../../functions/log.ts';

/** Keeps what is logged. */
export class RecordingLog implements Log {
  readonly lines: { readonly level: string; readonly message: string; readonly attributes: LogAttributes }[] =
    [];

  readonly #at =
    (level: string) =>
    (message: string, attributes: LogAttributes = {}): void => {
      this.lines.push({ level, message, attributes });
    };

  readonly debug = this.#at('debug');
  readonly info = this.#at('info');
  readonly warn = this.#at('warn');
  readonly error = this.#at('error');

  messages(level: string): string[] {
    return this.lines.filter((line) => line.level === level).map((line) => line.message);
  }
}
