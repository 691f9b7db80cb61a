import { defineConfig } from 'vitest/config';

/** The tests below the folder `MUTANTS_OF` of `test/`, without those that start a program. */
export default defineConfig({
  test: {
    include: [`test/${process.env.MUTANTS_OF}/**/*.test.ts`],
    exclude: ['**/*.{kafka,browser,spark,cloud,pty,e2e,long}.test.ts'],
    testTimeout: 30_000,
  },
});
