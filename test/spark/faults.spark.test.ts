import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeWithSpark } from '../../plugins/ecom-analytics/test/requirement.ts';
import { FaultTrial } from './faults/fault-trial.ts';

/** The short version of `npm run test:faults`. */
describeWithSpark('the streaming job', () => {
  let folder: string;
  let trial: FaultTrial | undefined;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'ecom-faults-'));
  });
  afterEach(async () => {
    await trial?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('loses and repeats nothing when it or what it needs is taken away', { timeout: 600_000 }, async () => {
    trial = await FaultTrial.open({ seed: 1, folder, orders: 100_000 });
    const killed = await trial.killBeforeCommit();
    expect(killed.note).toContain('no commit');
    // A query that ended over what it found, and was started again, would have taken the longer.
    expect(await trial.newestLog()).not.toContain('terminated with error');
    const survived = [
      killed,
      await trial.killBroker(),
      await trial.takeOutputAway(),
      await trial.wakeOldGeneration(),
      await trial.finish(),
    ];
    expect(survived.at(-1)?.rows).toBeGreaterThan(100);
    expect(survived.map(({ note }) => note)).toContainEqual(expect.stringContaining('no commit'));
  });
});
