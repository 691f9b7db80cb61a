import { put } from './element.ts';
import { counted } from './format.ts';
import type { RunModel } from './model.ts';

/** A screen reader is told of new alerts this often at most. */
const announceMs = 15_000;

/** Tells screen readers of new alerts, whichever view is shown. */
export class Announcer {
  readonly #model: RunModel;
  #announcedMs = 0;
  #announcedCount: number | null = null;

  constructor(model: RunModel) {
    this.#model = model;
  }

  /** @param silent whether the reader has asked for quiet */
  render(atMs: number, silent: boolean): void {
    if (this.#model.snapshot === null) return;
    const total = this.#model.alertCount;
    // What was there when the page came, or when another run began, is not news.
    const before = Math.min(this.#announcedCount ?? total, total);
    this.#announcedCount = before;
    if (silent || total <= before || atMs - this.#announcedMs < announceMs) return;
    const newest = this.#model.alerts.at(-1)?.alert;
    this.#announcedMs = atMs;
    this.#announcedCount = total;
    const last = newest === undefined ? '' : ` The last one, ${newest.severity}: ${newest.reason}.`;
    put('alerts-announcer', `${counted(total - before, 'new alert')}.${last}`);
  }
}
