import { addCents, type CentsSum } from '../core/money.ts';
import {
  firstWindowStart,
  lastWindowStart,
  type Windowing,
  type WindowRow,
  windowRow,
} from '../core/window.ts';

/** What was counted of one category and location in one pane. */
interface Cell {
  readonly category: string;
  readonly location: string;
  orders: number;
  sumCents: CentsSum;
  minCents: number;
  maxCents: number;
  /** The customer of each order, by number, with repetitions. */
  readonly customers: number[];
}

/** Cells by category, then location. */
type Pane = Map<string, Map<string, Cell>>;

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/**
 * The windows that are still open. An order is counted once, in a pane: the longest stretch of event time that no window's
 * edge cuts. A window is the sum of its panes, taken when it closes.
 * Idea: Li et al., "No pane, no gain", SIGMOD Record 34(1), 2005.
 */
export class WindowState {
  readonly #windowing: Windowing;
  readonly #paneMs: number;
  /** By start. */
  readonly #panes = new Map<number, Pane>();
  #watermarkMs = Number.NEGATIVE_INFINITY;
  /** End of the latest window that any order fell into. */
  #lastEndMs = Number.NEGATIVE_INFINITY;
  /** Per customer number, the last window row that counted it. */
  #countedIn = new Uint32Array(1024);
  #rowNumber = 0;

  constructor(windowing: Windowing) {
    this.#windowing = windowing;
    this.#paneMs = greatestCommonDivisor(windowing.sizeMs, windowing.slideMs);
  }

  /** End of the latest window that any order fell into; null before the first. */
  get lastEndMs(): number | null {
    return this.#lastEndMs === Number.NEGATIVE_INFINITY ? null : this.#lastEndMs;
  }

  /** How many panes are kept. */
  get panes(): number {
    return this.#panes.size;
  }

  /**
   * Counts an order in its windows that are open.
   *
   * @param customer the customer's number, from 0
   * @returns whether all of its windows were open
   */
  add(
    eventTimeMs: number,
    category: string,
    location: string,
    totalCents: number,
    customer: number,
  ): boolean {
    const { sizeMs, slideMs } = this.#windowing;
    const lastEndMs = lastWindowStart(eventTimeMs, slideMs) + sizeMs;
    if (lastEndMs <= this.#watermarkMs) return false;
    this.#lastEndMs = Math.max(this.#lastEndMs, lastEndMs);
    const cell = this.#cell(Math.floor(eventTimeMs / this.#paneMs) * this.#paneMs, category, location);
    cell.orders++;
    cell.sumCents = addCents(cell.sumCents, totalCents);
    cell.minCents = Math.min(cell.minCents, totalCents);
    cell.maxCents = Math.max(cell.maxCents, totalCents);
    cell.customers.push(customer);
    return firstWindowStart(eventTimeMs, this.#windowing) + sizeMs > this.#watermarkMs;
  }

  /** Moves the watermark, never back, and closes the windows that it has passed: their rows, earliest first. */
  advance(watermarkMs: number): WindowRow[] {
    const { sizeMs, slideMs } = this.#windowing;
    const closing = new Set<number>();
    for (const paneMs of this.#panes.keys()) {
      for (let startMs = firstWindowStart(paneMs, this.#windowing); startMs <= paneMs; startMs += slideMs) {
        const endMs = startMs + sizeMs;
        if (endMs <= watermarkMs && endMs > this.#watermarkMs) closing.add(startMs);
      }
    }
    const rows = [...closing].sort((a, b) => a - b).flatMap((startMs) => this.#close(startMs));
    this.#watermarkMs = Math.max(this.#watermarkMs, watermarkMs);
    for (const paneMs of this.#panes.keys()) {
      if (lastWindowStart(paneMs, slideMs) + sizeMs <= watermarkMs) this.#panes.delete(paneMs);
    }
    return rows;
  }

  #cell(paneMs: number, category: string, location: string): Cell {
    let pane = this.#panes.get(paneMs);
    if (pane === undefined) {
      pane = new Map();
      this.#panes.set(paneMs, pane);
    }
    let cells = pane.get(category);
    if (cells === undefined) {
      cells = new Map();
      pane.set(category, cells);
    }
    let cell = cells.get(location);
    if (cell === undefined) {
      cell = {
        category,
        location,
        orders: 0,
        sumCents: 0,
        minCents: Number.POSITIVE_INFINITY,
        maxCents: 0,
        customers: [],
      };
      cells.set(location, cell);
    }
    return cell;
  }

  #close(startMs: number): WindowRow[] {
    const rows: WindowRow[] = [];
    const panes: Pane[] = [];
    for (let paneMs = startMs; paneMs < startMs + this.#windowing.sizeMs; paneMs += this.#paneMs) {
      const pane = this.#panes.get(paneMs);
      if (pane !== undefined) panes.push(pane);
    }
    for (const category of new Set(panes.flatMap((pane) => [...pane.keys()]))) {
      const ofCategory = panes.flatMap((pane) => pane.get(category) ?? []);
      for (const location of new Set(ofCategory.flatMap((cells) => [...cells.keys()]))) {
        rows.push(
          this.#row(
            startMs,
            category,
            location,
            ofCategory.flatMap((cells) => cells.get(location) ?? []),
          ),
        );
      }
    }
    return rows;
  }

  #row(windowStartMs: number, category: string, location: string, cells: readonly Cell[]): WindowRow {
    let orders = 0;
    let sumCents: CentsSum = 0;
    let minCents = Number.POSITIVE_INFINITY;
    let maxCents = 0;
    for (const cell of cells) {
      orders += cell.orders;
      sumCents = addCents(sumCents, cell.sumCents);
      minCents = Math.min(minCents, cell.minCents);
      maxCents = Math.max(maxCents, cell.maxCents);
    }
    const customers = this.#distinctCustomers(cells);
    return windowRow(
      { windowStartMs, category, location, orders, sumCents, minCents, maxCents, customers },
      this.#windowing,
    );
  }

  /** Exact, without a set: each row has a number, and each customer remembers the last row that counted it. */
  #distinctCustomers(cells: readonly Cell[]): number {
    this.#rowNumber++;
    if (this.#rowNumber > 0xffffffff) {
      this.#countedIn.fill(0);
      this.#rowNumber = 1;
    }
    let distinct = 0;
    for (const { customers } of cells) {
      for (const customer of customers) {
        if (customer >= this.#countedIn.length) this.#makeRoomFor(customer);
        if (this.#countedIn[customer] === this.#rowNumber) continue;
        this.#countedIn[customer] = this.#rowNumber;
        distinct++;
      }
    }
    return distinct;
  }

  #makeRoomFor(customer: number): void {
    const wider = new Uint32Array(Math.max(customer + 1, this.#countedIn.length * 2));
    wider.set(this.#countedIn);
    this.#countedIn = wider;
  }
}
