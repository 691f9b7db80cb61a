import type {
  OperationLimits,
  Operations,
  QueryHealth,
  RefusedSample,
  StreamHealth,
} from '../../job/stream-health.ts';
import type { RunInfo } from '../message.ts';
import { count, counted, latency, moment, span } from './format.ts';

/** What is said of the person on call's figures, decided without a document. */

/** How a figure lies to its limit; `none` where it has no limit. */
export type Level = 'none' | 'ok' | 'near' | 'over';

/** A figure as it is shown: color and shape come from its level, and `note` says the same in words. */
export interface Fact {
  readonly name: string;
  readonly text: string;
  readonly level: Level;
  /** Empty where the level says nothing to worry about. */
  readonly note: string;
}

/** From this share of a limit on, a figure is near it. */
const nearShare = 0.5;
/** A batch may take this long, or as long as its trigger where that is longer: alerts and windows are there within seconds. */
const leastBatchLimitMs = 5000;

/** Where a figure lies to its limit. */
export function levelOf(value: number | null, limit: number | null): Level {
  if (value === null || limit === null) return 'none';
  if (value > limit) return 'over';
  return value > limit * nearShare ? 'near' : 'ok';
}

function fact(name: string, text: string, level: Level, limit: string): Fact {
  const words = {
    none: '',
    ok: '',
    near: `over half its limit of ${limit}`,
    over: `over its limit of ${limit}`,
  };
  return { name, text, level, note: words[level] };
}

/** All records that a query has yet to read. */
export function recordsBehind({ behind }: QueryHealth): number {
  return Object.values(behind).reduce((sum, records) => sum + records, 0);
}

function behindFact(query: QueryHealth, { behind: limit }: OperationLimits): Fact {
  const behind = recordsBehind(query);
  return fact('Lag', counted(behind, 'record'), levelOf(behind, limit), counted(limit, 'record'));
}

function batchFact({ batchMs, triggerMs }: QueryHealth): Fact {
  if (batchMs === null) return fact('Last batch', '–', 'none', '');
  const limit = triggerMs === null ? null : Math.max(triggerMs, leastBatchLimitMs);
  const every = triggerMs === null || triggerMs === 0 ? '' : `, one every ${span(triggerMs)}`;
  return fact('Last batch', `${latency(batchMs)}${every}`, levelOf(batchMs, limit), span(limit ?? 0));
}

function rate(rows: number): string {
  return rows > 0 && rows < 10 ? rows.toFixed(1) : count(rows);
}

function rateFact({ rowsPerSecond, mostRowsPerSecond }: QueryHealth): Fact {
  const most = mostRowsPerSecond === null ? '' : `, last batch processed ${rate(mostRowsPerSecond)}/s`;
  return fact('Throughput', `${rate(rowsPerSecond)}/s arriving${most}`, 'none', '');
}

function watermarkFact(query: QueryHealth, limits: OperationLimits, nowMs: number): Fact {
  const { watermarkMs, isIdle, closesWindows } = query;
  if (watermarkMs === null) return fact('Watermark', '–', 'none', '');
  // Old orders are behind the clock by years, and nothing is wrong.
  if (limits.watermarkMs === null) return fact('Watermark', moment(watermarkMs, nowMs), 'none', '');
  const age = Math.max(0, nowMs - watermarkMs);
  // Where no orders come, event time stands still.
  const isJudged = closesWindows && !isIdle;
  const level = isJudged ? levelOf(age, limits.watermarkMs) : 'none';
  return fact('Watermark', `${span(age)} behind the clock`, level, span(limits.watermarkMs));
}

function wordFact({ saidMs, isIdle }: QueryHealth, { silentMs }: StreamHealth, nowMs: number): Fact {
  const ago = Math.max(0, nowMs - saidMs);
  const what = isIdle ? ', nothing to read' : '';
  return fact('Last progress report', `${span(ago)} ago${what}`, levelOf(ago, silentMs), span(silentMs));
}

/** The figures of a query. */
export function queryFacts(
  query: QueryHealth,
  stream: StreamHealth,
  limits: OperationLimits,
  nowMs: number,
): Fact[] {
  const facts = [
    behindFact(query, limits),
    batchFact(query),
    rateFact(query),
    watermarkFact(query, limits, nowMs),
    wordFact(query, stream, nowMs),
  ];
  // What has ended is not late.
  return isOver(stream) ? facts.map((one) => ({ ...one, level: 'none', note: '' })) : facts;
}

function isOver({ state }: StreamHealth): boolean {
  return state === 'finished' || state === 'stopped';
}

/** The figures of an application. */
export function streamFacts(stream: StreamHealth, limits: OperationLimits, nowMs: number): Fact[] {
  const { heartbeatMs, state, isHealthy } = stream;
  const ago = heartbeatMs === null ? null : Math.max(0, nowMs - heartbeatMs);
  const level = isOver(stream) ? 'none' : levelOf(ago, limits.heartbeatMs);
  const text = ago === null ? 'none yet' : `${span(ago)} ago`;
  return [
    {
      name: 'State',
      text: state,
      level: isHealthy ? (isOver(stream) ? 'none' : 'ok') : 'over',
      note: isHealthy ? '' : 'not healthy',
    },
    fact('Last heartbeat', text, level, span(limits.heartbeatMs)),
  ];
}

/** What to say first. */
export interface Verdict {
  readonly level: Level;
  readonly text: string;
}

/** Whether somebody should look closer, and at what. */
export function verdict(operations: Operations, kind: RunInfo['kind'], nowMs: number): Verdict {
  const { streams, refused, limits, problem } = operations;
  if (problem !== null) return { level: 'over', text: `These figures could not be refreshed. ${problem}` };
  if (streams.length === 0) {
    return kind === 'stage'
      ? {
          level: 'over',
          text: 'The stream has never been started. Start it with `npx sls ecom stream start`.',
        }
      : {
          level: 'none',
          text: 'This run is over. What it refused is below; query progress is not stored.',
        };
  }
  const judged = streams.flatMap((stream) => [
    ...streamFacts(stream, limits, nowMs).map((one) => ({ where: stream.name, ...one })),
    ...stream.queries.flatMap((query) =>
      queryFacts(query, stream, limits, nowMs).map((one) => ({ where: query.name, ...one })),
    ),
  ]);
  const said = (level: Level): string[] =>
    judged
      .filter((one) => one.level === level)
      .map(({ where, name, note }) => `${name.toLowerCase()} of ${where} is ${note}`);
  const over = said('over');
  if (over.length > 0) return { level: 'over', text: `Needs attention: ${over.join('; ')}.` };
  const near = [
    ...said('near'),
    // Without their number: this is read aloud whenever it changes.
    ...(refused.length > 0 ? ['records were refused'] : []),
  ];
  if (near.length > 0) return { level: 'near', text: `Keep an eye on this: ${near.join('; ')}.` };
  if (streams.every(isOver))
    return { level: 'none', text: 'Nothing is running: every application has finished or was stopped.' };
  return { level: 'ok', text: 'Everything is within its limits.' };
}

/** Partitions in the order of their numbers, each with what every query has yet to read of it. */
export function partitionRows(
  queries: readonly QueryHealth[],
): { partition: string; behind: (number | null)[] }[] {
  const partitions = [...new Set(queries.flatMap(({ behind }) => Object.keys(behind)))];
  partitions.sort((a, b) => Number(a) - Number(b));
  return partitions.map((partition) => ({
    partition,
    behind: queries.map(({ behind }) => behind[partition] ?? null),
  }));
}

/** Where a refused record stands. */
export function coordinates({ topic, partition, offset, isLine }: RefusedSample): string {
  return isLine ? `${topic}, line ${offset}` : `${topic}, partition ${partition}, offset ${offset}`;
}

/** What the figures are judged by. */
export function limitsText({ behind, watermarkMs, heartbeatMs }: OperationLimits): string {
  const watermark = watermarkMs === null ? '' : `, a watermark ${span(watermarkMs)} behind the clock`;
  return `Limits: a lag of ${counted(behind, 'record')}${watermark}, a batch that takes longer than both its trigger interval and ${span(leastBatchLimitMs)}, ${span(heartbeatMs)} without a heartbeat.`;
}

/** An address that a link may lead to; it comes from the job's status object. */
export function isWebAddress(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}
