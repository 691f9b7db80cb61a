import { describe, expect, it } from 'vitest';
import { untilRunning } from '../../../machine/spark/streaming-job.ts';
import { VirtualClock } from '../../functions/virtual-clock.ts';

/** A job that is running after `startsMs`, and that writes to its log until `silentFromMs`. */
function aJob(startsMs: number, silentFromMs: number) {
  const clock = new VirtualClock(0);
  return {
    clock,
    logFile: 'spark.log',
    state: async () => (clock.elapsed() >= startsMs ? ('running' as const) : null),
    logBytes: async () => Math.min(clock.elapsed(), silentFromMs),
  };
}

describe('a streaming job that starts', () => {
  it('is waited for while it shows that it lives, however long it takes', async () => {
    const job = aJob(600_000, 500_000);
    await untilRunning(job);
    expect(job.clock.elapsed()).toBeGreaterThanOrEqual(600_000);
  });

  it('is given up two minutes after its last sign of life', async () => {
    const job = aJob(600_000, 100_000);
    await expect(untilRunning(job)).rejects.toMatchObject({
      code: 'ECOM_SPARK_SILENT',
      message: expect.stringContaining('no sign of life for 120 seconds (spark.log)'),
    });
    expect(job.clock.elapsed()).toBeLessThan(230_000);
  });
});
