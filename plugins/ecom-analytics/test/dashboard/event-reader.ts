import type { FrameMessage, StateMessage } from '../../dashboard/message.ts';

/** A message as it was read off the wire. */
export interface ReadEvent {
  readonly id: string;
  readonly name: string;
  readonly data: Partial<StateMessage> & FrameMessage;
}

/** Reads server-sent events one at a time, as a browser would. */
export class EventReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #text = '';

  private constructor(reader: ReadableStreamDefaultReader<Uint8Array>) {
    this.#reader = reader;
  }

  static async open(url: string, lastEventId?: string): Promise<EventReader> {
    const response = await fetch(new URL('/events', url), {
      headers: lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId },
    });
    if (response.body === null) throw new Error(`no body: ${response.status}`);
    return new EventReader(response.body.getReader());
  }

  /** The next event, or null when the stream has ended. */
  async next(): Promise<ReadEvent | null> {
    for (;;) {
      const end = this.#text.indexOf('\n\n');
      if (end >= 0) {
        const fields = new Map(
          this.#text
            .slice(0, end)
            .split('\n')
            .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
        );
        this.#text = this.#text.slice(end + 2);
        const data = fields.get('data');
        if (data === undefined) continue;
        return { id: fields.get('id') ?? '', name: fields.get('event') ?? '', data: JSON.parse(data) };
      }
      const { value, done } = await this.#reader.read();
      if (done) return null;
      this.#text += this.#decoder.decode(value, { stream: true });
    }
  }

  /** The next event that a test cannot do without. */
  async expectNext(): Promise<ReadEvent> {
    const event = await this.next();
    if (event === null) throw new Error('the stream has ended');
    return event;
  }

  close(): Promise<void> {
    return this.#reader.cancel();
  }
}
