import type { DeadLetter } from '../core/dead-letter.ts';
import type { Batch, OrderSink } from '../functions/producer/send-orders.ts';
import type { ReplayFindings } from '../import/found.ts';

/** Orders, the alerts that the producer sends beside them, and the tick that follows them. */
export type SourceBatch = Batch;

/** Where a source sends what it has. A call that is awaited holds the source back: that is the backpressure. */
export interface SourceSink extends OrderSink {
  /** Takes rows of a replayed file that are no orders. */
  refuse(rows: readonly DeadLetter[]): Promise<void>;
}

/** Where a run's orders come from; the same for every engine. */
export interface OrderSource {
  /** What it is, in a few words. */
  readonly title: string;
  /** What someone should know before the run, a sentence each. */
  readonly notes: readonly string[];
  /**
   * `now`: orders are sent as they are placed, and ticks beside them, so event time follows the clock.
   * `past`: old orders are replayed, and they alone move event time.
   */
  readonly eventTime: 'now' | 'past';
  /** Whether orders come with what was meant by them, so that the rules can be scored. */
  readonly labelled: boolean;
  /** What came of the rows of a replayed file. */
  readonly findings?: ReplayFindings;
  /** Removes what it holds. */
  close?(): void;
  /** Whether orders come at a pace, or as fast as they are taken. */
  readonly paced: boolean;
  /** The share that has been sent, 0 to 1; null where there is no end. */
  progress(): number | null;
  /** Sends everything, until the end or until the run is stopped. Rejects when the sink does. */
  send(sink: SourceSink): Promise<void>;
}
