import type { AlertGroup } from '../message.ts';
import { alertMatches, type Narrowed } from './alert-search.ts';

/** A rule that rings more often than this in a minute is summed up: nobody reads a line a second. */
const stormPerMinute = 60;
/** Lines in the document at once. */
export const maxLines = 60;

/** How often a rule rang: by the clock, in the last minute, while a run lasts; in all of the run once it is over. */
export interface Ringing {
  readonly rule: string;
  readonly times: number;
  readonly within: 'minute' | 'run';
}

/** A line of the list of alerts. */
export interface AlertLine {
  readonly key: string;
  /** The newest, where the line stands for a rule. */
  readonly group: AlertGroup;
  /** Of the rule that the line sums up: it rings too often to be read one by one, or would fill the list of a run that is over. */
  readonly ringing: Ringing | null;
}

/** Tells one rule and customer from another. */
export function groupKey({ alert }: AlertGroup): string {
  return JSON.stringify([alert.rule_id, alert.customer_id]);
}

/**
 * The list of alerts: first the rules that are summed up, the busiest on top, then the newest of the others. A rule that
 * was asked for is listed line by line however often it rings, and so is the answer to a search.
 *
 * @param groups oldest first
 */
export function alertLines(
  groups: readonly AlertGroup[],
  ringing: readonly Ringing[],
  narrowed: Narrowed,
): AlertLine[] {
  const asked = narrowed.rule !== '' || narrowed.customer !== '' || narrowed.q !== '';
  const matching = groups.toReversed().filter(({ alert }) => alertMatches(alert, narrowed));
  const storms = new Map(asked ? [] : stormsAmong(matching, ringing).map((storm) => [storm.rule, storm]));
  const summed = new Map<string, { key: string; group: AlertGroup; ringing: Ringing }>();
  const lines: AlertLine[] = [];
  for (const group of matching) {
    const { rule_id: key } = group.alert;
    const ringing = storms.get(key);
    if (ringing === undefined) lines.push({ key: groupKey(group), group, ringing: null });
    else if (!summed.has(key)) summed.set(key, { key, group, ringing });
  }
  const busiest = [...summed.values()].sort((a, b) => b.ringing.times - a.ringing.times);
  return [...busiest, ...lines].slice(0, maxLines);
}

/** The rules to sum up. @param matching newest first */
function stormsAmong(matching: readonly AlertGroup[], ringing: readonly Ringing[]): Ringing[] {
  const taken = new Map<string, number>();
  // Nothing moves once a run is over, and old orders are replayed in seconds: what counts is the room that a rule takes.
  const shown = matching.length > maxLines ? matching.slice(0, maxLines) : [];
  for (const { alert } of shown) taken.set(alert.rule_id, (taken.get(alert.rule_id) ?? 0) + 1);
  return ringing.filter(({ rule, times, within }) =>
    within === 'minute' ? times > stormPerMinute : (taken.get(rule) ?? 0) > maxLines / 2,
  );
}

/** Groups of memory and of the run's file together, oldest first; memory knows the newer ones, and the whole of their count. */
export function withFound(groups: readonly AlertGroup[], found: readonly AlertGroup[]): AlertGroup[] {
  const known = new Set(groups.map(groupKey));
  return [...found.filter((group) => !known.has(groupKey(group))), ...groups].sort((a, b) =>
    a.alert.detected_at < b.alert.detected_at ? -1 : a.alert.detected_at > b.alert.detected_at ? 1 : 0,
  );
}
