import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline as pipeStream } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { EcomError } from '../../core/error.ts';

export interface DownloadOptions {
  /** Called with the number of bytes each time some have been written. */
  readonly onBytes?: (count: number) => void;
  /** Tries in all. */
  readonly attempts?: number;
  /** Before the second try; doubled for each further one. Milliseconds. */
  readonly backoffMs?: number;
  /** A connection that delivers nothing for this long is given up. Milliseconds. */
  readonly stallMs?: number;
}

/** What a repository answers for good: trying again would give the same. */
class Refused extends Error {}

/** There is no way to the server, or it says nothing. */
class NoAnswer extends Error {}

async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.size ?? 0;
}

/** Asks for the rest of a file, of which `have` bytes are there. */
async function ask(url: string, have: number, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { headers: have > 0 ? { range: `bytes=${have}-` } : {}, signal });
  } catch (error) {
    // fetch says only "fetch failed"; why is in its cause.
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new NoAnswer(cause instanceof Error ? cause.message || cause.name : String(cause), {
      cause: error,
    });
  }
}

/** One try: goes on where an earlier one broke off. */
async function attempt(
  url: string,
  file: string,
  onBytes: (count: number) => void,
  stallMs: number,
): Promise<void> {
  const stalled = new AbortController();
  const stall = new Error(`nothing came for ${Math.round(stallMs / 1000)} seconds`);
  const timer = setTimeout(() => stalled.abort(stall), stallMs);
  try {
    const have = await sizeOf(file);
    const response = await ask(url, have, stalled.signal);
    const { status, body } = response;
    if (!response.ok || body === null) {
      await body?.cancel();
      const message = `the server answered ${status} ${response.statusText}`.trimEnd();
      throw status >= 500 || status === 408 || status === 429 ? new Error(message) : new Refused(message);
    }
    const resumed = status === 206;
    if (!resumed) onBytes(-have);
    const counted = async function* (): AsyncGenerator<Uint8Array> {
      for await (const chunk of body) {
        timer.refresh();
        onBytes(chunk.byteLength);
        yield chunk;
      }
    };
    await pipeStream(counted, createWriteStream(file, { flags: resumed ? 'a' : 'w' }));
  } finally {
    clearTimeout(timer);
  }
}

function failure(url: string, cause: unknown): EcomError {
  return new EcomError(
    cause instanceof NoAnswer ? 'ECOM_OFFLINE' : 'ECOM_JAR_DOWNLOAD',
    {
      what: `A jar cannot be downloaded: ${cause instanceof Error ? cause.message : cause}`,
      where: url,
      fix:
        cause instanceof Refused
          ? 'Set ECOM_MAVEN_REPOSITORY to the base URL of a repository that has it.'
          : 'Check the network and run the command again, or set ECOM_MAVEN_REPOSITORY to the URL of a mirror.',
    },
    { cause },
  );
}

/**
 * Downloads a URL into a file of the caller's own. A broken connection is resumed; connection errors, stalls and answers
 * 5xx, 408 and 429 are tried again, other answers are final.
 *
 * @throws EcomError `ECOM_OFFLINE` when there was no answer, `ECOM_JAR_DOWNLOAD` when it was a refusal or broke off
 */
export async function download(url: string, file: string, options: DownloadOptions = {}): Promise<void> {
  const { onBytes = () => undefined, attempts = 5, backoffMs = 500, stallMs = 30_000 } = options;
  for (let tried = 1; ; tried++) {
    try {
      return await attempt(url, file, onBytes, stallMs);
    } catch (error) {
      if (error instanceof Refused || tried >= attempts) throw failure(url, error);
      await delay(backoffMs * 2 ** (tried - 1));
    }
  }
}
