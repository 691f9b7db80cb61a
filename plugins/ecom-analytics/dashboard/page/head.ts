import { byId, put, setText } from './element.ts';
import type { Status } from './status.ts';

/** Writes the page's head. */
export function renderHead(now: Status): void {
  const runState = byId('run-state');
  setText(runState, now.runName);
  runState.dataset.run = now.run;
  put('run-detail', now.detail);
  const connection = byId('connection');
  setText(connection, now.linkText);
  connection.dataset.link = now.link;
  document.body.dataset.link = now.link;
  document.title = `${now.runName} · ecom-analytics`;
}
