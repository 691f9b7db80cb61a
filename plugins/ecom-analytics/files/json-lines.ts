import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import * as v from 'valibot';

/** A file of one JSON value a line, made by this run and only ever grown, whole lines in one write. */
export class JsonLinesFile {
  readonly #file: FileHandle;
  #writing: Promise<void> = Promise.resolve();

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Makes the file. It must not be there. */
  static async create(path: string): Promise<JsonLinesFile> {
    return new JsonLinesFile(await open(path, 'ax'));
  }

  /** Appends the values in the order of the calls; done once they can be read. */
  append(values: readonly unknown[]): Promise<void> {
    if (values.length === 0) return this.#writing;
    const lines = values.map((value) => `${JSON.stringify(value)}\n`).join('');
    this.#writing = this.#writing.then(() => this.#file.appendFile(lines));
    return this.#writing;
  }

  async close(): Promise<void> {
    await this.#writing.finally(() => this.#file.close());
  }
}

/**
 * The lines of UTF-8 text, as a stream. They end at `\n` alone: JSON may hold U+2028 and U+2029 as they are, and there
 * `node:readline` ends a line from Node 24 on.
 */
export async function* linesOf(text: Readable): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of text.setEncoding('utf8')) {
    const [first = '', ...more] = String(chunk).split('\n');
    const last = more.pop();
    rest += first;
    if (last === undefined) continue;
    yield rest;
    yield* more;
    rest = last;
  }
  if (rest !== '') yield rest;
}

/** The lines of a file, as {@link linesOf} tells them. */
export function readLines(file: string): AsyncGenerator<string> {
  return linesOf(createReadStream(file));
}

/** A JSON text, parsed and checked by a schema; null where it is anything else, such as a line that a kill cut short. */
export function parsedAs<T>(schema: v.GenericSchema<unknown, T>, text: string): T | null {
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), text);
  return read.success ? read.output : null;
}
