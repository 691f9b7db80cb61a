import type { FrameMessage, StateMessage } from '../message.ts';

/** How soon to try again where the browser has given up. */
const retryMs = 2000;

interface Listener {
  state(message: StateMessage): void;
  frame(message: FrameMessage): void;
  connected(up: boolean): void;
}

/**
 * Listens to the server for as long as the page is open. The browser reconnects by itself after most failures and says
 * what it saw last; after those where it gives up (an answer that is no event stream, a refused connection in some
 * browsers) this starts anew and says so itself. Messages come from the server that sent the page, so they are trusted
 * to have their shape.
 */
export function listen(listener: Listener): void {
  let lastId = '';
  const connect = (): void => {
    const source = new EventSource(lastId === '' ? '/events' : `/events?since=${encodeURIComponent(lastId)}`);
    source.addEventListener('open', () => listener.connected(true));
    source.addEventListener('state', (event) => {
      lastId = event.lastEventId;
      listener.state(JSON.parse(event.data));
    });
    source.addEventListener('frame', (event) => {
      lastId = event.lastEventId;
      listener.frame(JSON.parse(event.data));
    });
    source.addEventListener('error', () => {
      listener.connected(false);
      if (source.readyState !== EventSource.CLOSED) return;
      source.close();
      setTimeout(connect, retryMs);
    });
  };
  connect();
}
