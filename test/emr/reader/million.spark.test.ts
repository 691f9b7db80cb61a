import { expect, it } from 'vitest';
import { describeWithJdk } from '../../../plugins/ecom-analytics/test/requirement.ts';
import { compareReaders } from './compare.ts';
import { mutatedRecords } from './mutated-records.ts';

describeWithJdk('the reader in Java', () => {
  it('reads a million records as OrderReader does', { timeout: 300_000 }, async () => {
    const { compared, differences } = await compareReaders(mutatedRecords(20_261_127, 1_000_000));
    expect(differences).toEqual([]);
    expect(compared).toBe(1_000_000);
  });
});
