import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import shop from '../../../../pipeline/definition.ts';
import { stagesSchemaText, updateStagesSchema } from '../../project/editor-schema.ts';

/** The editor's schema of a project's `stages.yml`. */

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'ecom schema ü '));
  mkdirSync(path.join(folder, '.vscode'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = '.vscode/stages.schema.json';
const further = { ...shop, rules: shop.rules.map((rule) => ({ ...rule, id: `my-${rule.id}` })) };

test('that of this repository offers the rules of the shop (vitest -u writes it)', async () => {
  await expect(stagesSchemaText(shop)).toMatchFileSnapshot(`../../../../${file}`);
});

test("a project's follows its rules", () => {
  writeFileSync(path.join(folder, file), stagesSchemaText(shop));
  updateStagesSchema(folder, further);
  expect(readFileSync(path.join(folder, file), 'utf8')).toBe(stagesSchemaText(further));
  expect(stagesSchemaText(further)).toContain('"my-order-burst"');
  expect(readdirSync(path.join(folder, '.vscode'))).toEqual(['stages.schema.json']);
});

test('a project for another editor gets none', () => {
  updateStagesSchema(folder, further);
  rmSync(path.join(folder, '.vscode'), { recursive: true });
  updateStagesSchema(folder, further);
  expect(readdirSync(folder)).toEqual([]);
});
