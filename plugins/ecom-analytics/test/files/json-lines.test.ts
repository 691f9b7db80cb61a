import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JsonLinesFile, readLines } from '../../files/json-lines.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'ecom-lines-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function linesOf(file: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of readLines(file)) lines.push(line);
  return lines;
}

describe('a file of JSON lines', () => {
  it('is read as it was written, whatever characters its texts hold', async () => {
    const values = ['\u2028', 'a\u2029b', '\u0085', '\v\f\x1c', '\r', '🦊'.repeat(100_000), ''];
    const file = path.join(folder, 'written.jsonl');
    const written = await JsonLinesFile.create(file);
    await written.append(values);
    await written.close();

    const lines = await linesOf(file);

    expect(lines.map((line) => JSON.parse(line))).toEqual(values);
  });

  it.each([
    ['', []],
    ['a', ['a']],
    ['a\n', ['a']],
    ['\n\na', ['', '', 'a']],
    ['a\r\nb\r', ['a\r', 'b\r']],
  ])('of %j has the lines %j', async (text, lines) => {
    const file = path.join(folder, 'read.jsonl');
    writeFileSync(file, text);

    expect(await linesOf(file)).toEqual(lines);
  });
});
