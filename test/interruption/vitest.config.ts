import { defineConfig } from 'vitest/config';
import own from '../../vitest.config.ts';

/** One test that hangs, run as the others are. */
export default defineConfig({
  test: {
    pool: own.test?.pool ?? 'forks',
    setupFiles: own.test?.setupFiles ?? [],
    include: ['test/interruption/hanging.ts'],
    testTimeout: 600_000,
  },
});
