import { configDefaults, defineConfig } from 'vitest/config';

/** Tests that start a broker, a browser, Spark, a pty or the local cloud: one file at a time, on two cores. */
const heavy = '{test,plugins/ecom-analytics/test}/**/*.{kafka,browser,spark,cloud,pty,e2e}.test.ts';
/** Minutes each, beyond CI's time: `npm run test:long`. */
const long = '{test,plugins/ecom-analytics/test}/**/*.long.test.ts';

export default defineConfig({
  test: {
    expect: { requireAssertions: true },
    pool: 'forks',
    setupFiles: ['test/end-with-vitest.ts'],
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['{test,plugins/ecom-analytics/test}/**/*.test.ts'],
          exclude: [...configDefaults.exclude, heavy, long],
          // Loading the same modules again for each of the files would take as long as the tests.
          isolate: false,
          // A bound for what hangs, not a measure: a busy machine takes its time.
          testTimeout: 30_000,
          hookTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'heavy',
          include: [heavy],
          fileParallelism: false,
          // Spark starts some sixty times and lives for seconds: what the second compiler of Java makes of it comes too late.
          env: { SPARK_SUBMIT_OPTS: '-XX:TieredStopAtLevel=1' },
          // A bound for what hangs, not a measure: Spark takes minutes to start on a busy machine.
          testTimeout: 240_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'long',
          include: [long],
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
