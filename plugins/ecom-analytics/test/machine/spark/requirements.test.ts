import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { sparkLines } from '../../../job/releases.ts';

test.each(Object.entries(sparkLines))(
  'Spark %s: the requirements pin the release of the table, by its hash',
  async (line, { spark }) => {
    const file = new URL(`../../../machine/spark/requirements/${line}.txt`, import.meta.url);
    const pins = (await readFile(file, 'utf8'))
      .split('\n')
      .filter((row) => row !== '' && !row.startsWith('#'));

    expect(pins[0]).toMatch(new RegExp(`^pyspark==${spark} --hash=sha256:[0-9a-f]{64}$`));
    expect(pins[1]).toMatch(/^py4j==\S+ --hash=sha256:[0-9a-f]{64}$/);
    expect(pins).toHaveLength(2);
  },
);
