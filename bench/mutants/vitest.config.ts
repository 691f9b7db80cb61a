import { defineConfig } from 'vitest/config';

/** The tests of the room `MUTANTS_OF` of the kit, without those that start a program. */
export default defineConfig({
  test: {
    include: [`plugins/ecom-analytics/test/${process.env.MUTANTS_OF}/**/*.test.ts`],
    exclude: ['**/*.{kafka,browser,spark,cloud,pty,e2e,long}.test.ts'],
    testTimeout: 30_000,
  },
});
