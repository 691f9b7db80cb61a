import { describe, expect, it } from 'vitest';
import { progressFeed, progressLine } from '../../run/run-progress.ts';
import { aSnapshot } from '../dashboard/samples.ts';

function aTerminal(isTTY: boolean) {
  const written: string[] = [];
  const terminal = { isTTY, columns: 200, write: (text: string) => written.push(text) };
  return { feed: progressFeed(terminal, () => 0.5), written };
}

describe('the progress of a run', () => {
  it('says which phase begins, the time of the run alone, and how far the drain is', () => {
    const { feed, written } = aTerminal(true);
    feed.phase({ name: 'installing' });
    feed.phase({ name: 'starting-kafka' });
    feed.phase({ name: 'starting-spark' });
    feed.phase({ name: 'running' });
    feed.snapshot(aSnapshot({ runMs: 7000 }));
    feed.phase({ name: 'draining', written: 1, windows: 3 });
    feed.snapshot(aSnapshot({ runMs: 9000 }));
    expect(written).toEqual([
      'Installing Spark and Kafka where they are missing\n',
      'Starting Kafka\n',
      'Starting Spark\n',
      expect.stringMatching(/^\r50 % · 7 s · /),
      expect.stringMatching(/^\rDraining 1 of 3 windows · 9 s · /),
    ]);
  });

  it.each([
    [1, '1 alert'],
    [1200, '1,200 alerts'],
  ])('counts alerts: %d', (alerts, text) => {
    const line = progressLine(aSnapshot({ alerts: { 'high-value': alerts } }), null, '');
    expect(line.split(' · ').at(-1)).toBe(text);
  });

  it('has no line to keep up to date where there is no terminal', () => {
    const { feed, written } = aTerminal(false);
    feed.phase({ name: 'starting-kafka' });
    feed.phase({ name: 'running' });
    feed.snapshot(aSnapshot());
    feed.phase({ name: 'draining', written: 0, windows: 3 });
    expect(written).toEqual(['Starting Kafka\n']);
  });
});
