import type { RevenueSeries } from '../message.ts';
import { everyBucket, latestFinal, othersName, spreadOver } from './buckets.ts';
import { byId, byIdAs, disclose, element, foreign, put, show, tableOf } from './element.ts';
import { bucket, bucketStart, lengthName, money } from './format.ts';
import type { RunModel } from './model.ts';
import { RevenueSplit } from './revenue-split.ts';

/** Revenue by category and by location, over the same buckets of event time. */
export class RevenuePanel {
  readonly #model: RunModel;
  readonly #category = new RevenueSplit('category', (index) => this.#hover(index));
  readonly #location = new RevenueSplit('location', (index) => this.#hover(index));
  readonly #slider = byIdAs('bucket-pick', HTMLInputElement);
  readonly #asTable = byId('revenue-table');
  #buckets: number[] = [];
  /** The bucket's start that was chosen; null follows the latest one that is final. */
  #chosen: number | null = null;
  #hovered: number | null = null;
  #drawn: unknown = null;

  constructor(model: RunModel) {
    this.#model = model;
    this.#slider.addEventListener('input', () => {
      const index = Number(this.#slider.value);
      this.#chosen = index === this.#latest ? null : (this.#buckets[index] ?? null);
      this.#renderPick();
    });
    disclose(this.#asTable, () => this.#renderTable());
  }

  render(): void {
    const { revenue } = this.#model;
    if (revenue === this.#drawn) return;
    this.#drawn = revenue;
    this.#buckets = everyBucket(revenue);
    const none = this.#buckets.length === 0;
    byId('revenue-empty').hidden = !none;
    byId('revenue-body').hidden = none;
    for (const control of byId('revenue-head').querySelectorAll<HTMLElement>('.pick, button'))
      control.hidden = none;
    this.#renderWords();
    if (none) return;
    const spread = (series: readonly RevenueSeries[]): RevenueSeries[] =>
      series.map((one) => ({ ...one, revenue: spreadOver(this.#buckets, revenue, one.revenue) }));
    this.#category.draw(spread(revenue.byCategory), this.#buckets, revenue.openFromMs);
    this.#location.draw(spread(revenue.byLocation), this.#buckets, revenue.openFromMs);
    this.#renderPick();
    this.#renderTable();
  }

  #hover(index: number | null): void {
    if (index === this.#hovered) return;
    this.#hovered = index;
    this.#renderPick();
  }

  #renderWords(): void {
    const { revenue, run } = this.#model;
    const windowMs = run?.windowMs ?? revenue.bucketMs;
    const oneWindow = revenue.bucketMs === windowMs;
    put('revenue-heading', `Revenue per ${oneWindow ? 'window' : lengthName(revenue.bucketMs)}`);
    const slides = run !== null && run.slideMs < run.windowMs;
    const notes = [
      oneWindow ? `one ${lengthName(windowMs)} each, event time, UTC` : 'event time, UTC',
      ...(slides ? ['each order counted once'] : []),
      ...(revenue.openFromMs === null ? [] : ['hatched: still open']),
    ];
    put('revenue-note', notes.join('; '));
  }

  /** The latest bucket that is final; the latest of all where none is. */
  get #latest(): number {
    return latestFinal(this.#buckets, this.#model.revenue);
  }

  #renderPick(): void {
    const last = this.#buckets.length - 1;
    const latest = this.#latest;
    const chosen = this.#chosen === null ? latest : this.#buckets.indexOf(this.#chosen);
    if (chosen < 0) this.#chosen = null;
    const index = this.#hovered ?? (chosen < 0 ? latest : chosen);
    const name = this.#name(index);
    const start = this.#buckets[index] ?? 0;
    this.#slider.max = String(last);
    this.#slider.value = String(index);
    this.#slider.setAttribute('aria-valuetext', name);
    put('bucket-name', name);
    const head = bucketStart(start, this.#model.revenue.bucketMs, Date.now());
    this.#category.pick(index, head);
    this.#location.pick(index, head);
  }

  #name(index: number): string {
    const start = this.#buckets[index];
    if (start === undefined) return '';
    const { bucketMs, openFromMs } = this.#model.revenue;
    const isOpen = openFromMs !== null && start >= openFromMs;
    const which = isOpen ? ' (open)' : index === this.#latest ? ' (latest)' : '';
    return `${bucket(start, bucketMs, Date.now())}${which}`;
  }

  #renderTable(): void {
    if (this.#asTable.hidden) return;
    const { revenue } = this.#model;
    const columns = [...revenue.byCategory, ...revenue.byLocation];
    const rows = revenue.starts.map((start, index) => [
      bucket(start, revenue.bucketMs, Date.now()),
      ...columns.map((series) => money(series.revenue[index] ?? 0)),
    ]);
    const head = ['Event time', ...columns.map((series) => foreign(series.name ?? othersName))];
    show(this.#asTable, element('table', {}, ...tableOf(head, rows.reverse())));
  }
}
