import { phaseText } from '../../run/feed.ts';
import { span, stopwatch } from './format.ts';
import type { RunModel } from './model.ts';

/** A run that says nothing for this long has stalled, or its process is very busy. */
const quietMs = 5000;

/** What the page's head says, as data. */
export interface Status {
  /** Of the run. */
  readonly run: 'waiting' | 'starting' | 'running' | 'draining' | 'finished';
  readonly runName: string;
  readonly detail: string;
  /** Of the page's link to it. */
  readonly link: 'connecting' | 'live' | 'quiet' | 'lost' | 'ended';
  readonly linkText: string;
}

/**
 * Decides what to say.
 *
 * @param link whether the server answers; null before it ever has
 * @param atMs the page's own clock
 */
export function status(model: RunModel, link: boolean | null, atMs: number): Status {
  const { snapshot, run, phase } = model;
  if (run?.kind === 'stage') return stageStatus(model, link);
  const state = runState(model);
  const phaseNow = state === 'finished' || phase === null ? '' : phaseText(phase);
  const detail = [
    ...(phaseNow === '' ? [] : [phaseNow]),
    // Copied windows do not say how long the run took.
    ...(snapshot === null || snapshot.runMs === 0 ? [] : [stopwatch(model.runMs(atMs))]),
    ...(snapshot === null ? [] : [`${snapshot.engine} engine`]),
    ...(run?.source ? [run.source] : []),
  ].join(' · ');
  return { run: state, runName: runNames[state], detail, ...linkStatus(state, link, model.silentMs(atMs)) };
}

/** A stage is asked now and then; its own figures say how old they are. */
function stageStatus({ run, operations }: RunModel, link: boolean | null): Status {
  const isOld = link === true && (operations?.problem ?? null) !== null;
  const to = isOld ? ({ link: 'quiet', linkText: 'Not refreshed' } as const) : linkStatus('running', link, 0);
  return { run: 'running', runName: 'Stage', detail: run?.source ?? '', ...to };
}

const runNames = {
  waiting: 'Waiting',
  starting: 'Starting',
  running: 'Running',
  draining: 'Draining',
  finished: 'Finished',
} as const;

/** What the run is at, as a word. */
export function runName(model: RunModel): string {
  return runNames[runState(model)];
}

function runState({ snapshot, phase }: RunModel): Status['run'] {
  if (snapshot?.finished) return 'finished';
  if (phase?.name === 'draining') return 'draining';
  if (snapshot !== null) return 'running';
  return phase === null || phase.name === 'running' ? 'waiting' : 'starting';
}

function linkStatus(
  state: Status['run'],
  link: boolean | null,
  silentMs: number,
): Pick<Status, 'link' | 'linkText'> {
  if (state === 'finished') return { link: 'ended', linkText: 'These are the final numbers' };
  if (link === null) return { link: 'connecting', linkText: 'Connecting' };
  if (!link) return { link: 'lost', linkText: 'Disconnected, retrying' };
  if ((state === 'running' || state === 'draining') && silentMs > quietMs)
    return { link: 'quiet', linkText: `No update for ${span(silentMs)}` };
  return { link: 'live', linkText: state === 'waiting' ? 'Connected, waiting for the run' : 'Live' };
}
