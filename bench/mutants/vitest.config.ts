import { defineConfig } from 'vitest/config';

/** The tests in the folder `MUTANTS_OF`, without those that start a program. */
export default defineConfig({
  test: {
    include: [`${process.env.MUTANTS_OF}/**/*.test.ts`],
    exclude: ['**/*.{kafka,browser,spark,cloud,pty,e2e,long}.test.ts'],
    testTimeout: 30_000,
  },
});
