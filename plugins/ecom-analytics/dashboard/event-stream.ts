import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { frameEvent, type StateMessage, stateEvent } from './message.ts';

/** Browsers open at most six connections to one host; more than this is no audience but a leak. */
const maxClients = 32;
/** What a tab that lost its connection for a moment may be told again. */
const maxRecentBytes = 500_000;
/** A client that has not read for this long is dropped; it comes back by itself when it can. */
const maxStuckMs = 30_000;
/** How soon a page that lost the server tries again. */
const retryMs = 1000;
/** A comment now and then finds connections whose other end is gone. */
const heartbeatMs = 15_000;

interface Client {
  readonly response: ServerResponse;
  /** The last frame written to it. */
  sent: number;
  /** Since when its buffer has been full, epoch milliseconds; null while it keeps up. */
  stuckSinceMs: number | null;
}

/**
 * Server-sent events to any number of pages. A client whose buffer is full gets nothing more until it has drained, and then
 * what it missed, or everything anew where that is too much: one message at a time is all that waits for a client.
 * Format: WHATWG HTML, "Server-sent events".
 */
export class EventStream {
  readonly #state: () => StateMessage;
  readonly #now: () => number;
  /** Ids of another server's frames must not be taken for ours. */
  readonly #bootId = randomUUID().slice(0, 8);
  readonly #clients = new Set<Client>();
  readonly #recent: { readonly seq: number; readonly text: string }[] = [];
  #recentBytes = 0;
  #seq = 0;
  readonly #heartbeat: NodeJS.Timeout;

  /**
   * @param state all that has been published so far
   * @param now epoch milliseconds
   */
  constructor(state: () => StateMessage, now: () => number = Date.now) {
    this.#state = state;
    this.#now = now;
    this.#heartbeat = setInterval(() => this.#beat(), heartbeatMs).unref();
  }

  /**
   * Adds a client, whose response's headers it writes.
   *
   * @param lastEventId what the client says it has seen, if it has
   * @returns false when there are too many already; the response is then untouched
   */
  attach(response: ServerResponse, lastEventId: string | null): boolean {
    if (this.#clients.size >= maxClients) return false;
    response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' });
    const client: Client = { response, sent: this.#seqOf(lastEventId), stuckSinceMs: null };
    this.#clients.add(client);
    response.on('close', () => this.#clients.delete(client));
    response.on('drain', () => {
      client.stuckSinceMs = null;
      this.#catchUp(client);
    });
    response.write(`retry: ${retryMs}\n\n`);
    this.#catchUp(client);
    return true;
  }

  get isWatched(): boolean {
    return this.#clients.size > 0;
  }

  /** Sends a frame to all. */
  publish(frame: object): void {
    const seq = ++this.#seq;
    const text = this.#event(frameEvent, seq, frame);
    this.#recent.push({ seq, text });
    this.#recentBytes += text.length;
    while (this.#recentBytes > maxRecentBytes && this.#recent.length > 1) {
      this.#recentBytes -= this.#recent.shift()?.text.length ?? 0;
    }
    for (const client of this.#clients) this.#catchUp(client);
  }

  /** Ends every connection once it has been told all. */
  close(): void {
    clearInterval(this.#heartbeat);
    for (const { response } of this.#clients) response.end();
  }

  #event(name: string, seq: number, data: object): string {
    // JSON has no raw line breaks, so one data line is enough.
    return `id: ${this.#bootId}.${seq}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
  }

  #seqOf(lastEventId: string | null): number {
    const [bootId, seq] = lastEventId?.split('.') ?? [];
    return bootId === this.#bootId && seq !== undefined && /^\d+$/.test(seq) ? Number(seq) : -1;
  }

  #catchUp(client: Client): void {
    if (client.stuckSinceMs !== null) {
      if (this.#now() - client.stuckSinceMs > maxStuckMs) client.response.destroy();
      return;
    }
    if (client.sent === this.#seq) return;
    const oldest = this.#recent[0]?.seq ?? this.#seq + 1;
    const known = client.sent >= 0 && client.sent >= oldest - 1 && client.sent < this.#seq;
    const text = known
      ? this.#recent
          .slice(client.sent + 1 - oldest)
          .map((frame) => frame.text)
          .join('')
      : this.#event(stateEvent, this.#seq, this.#state());
    client.sent = this.#seq;
    if (!client.response.write(text)) client.stuckSinceMs = this.#now();
  }

  #beat(): void {
    for (const client of this.#clients) {
      if (client.stuckSinceMs === null) client.response.write(': here\n\n');
      else this.#catchUp(client);
    }
  }
}
