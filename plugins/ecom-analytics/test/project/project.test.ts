import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { EcomError } from '../../core/error.ts';
import { loadDefinition, projectFolder } from '../../project/project.ts';

/** Where a command finds the shop's project, and how its definition is loaded. */

const root = path.resolve(import.meta.dirname, '../../../..');
let folder = '';
beforeEach(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'ecom project ü ')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
  writeFileSync(path.join(folder, file), text);
}

const definition = `import { definePipeline } from 'ecom-analytics';
export default definePipeline({
  currency: 'EUR' as const,
  rules: [],
  catalog: {
    products: [{ product_id: 'T1', product_name: 'Tea', category: 'Tea', price: 4.5, weight: 1 }],
    regions: [{ name: 'EU', utcOffsetHours: 1, weight: 1 }],
  },
});
`;

test('the project of a folder is found from any folder below it', () => {
  write('pipeline/definition.ts', definition);
  mkdirSync(path.join(folder, 'functions/events'), { recursive: true });
  for (const start of ['.', 'pipeline', 'functions/events'])
    expect(projectFolder(path.join(folder, start))).toBe(folder);
});

test('the nearest project is taken', () => {
  write('pipeline/definition.ts', definition);
  write('second/pipeline/definition.ts', definition);
  expect(projectFolder(path.join(folder, 'second/pipeline'))).toBe(path.join(folder, 'second'));
});

test('outside a project the folder itself is taken, and a command that needs the definition is refused', async () => {
  expect(projectFolder(folder)).toBe(folder);
  const error = await loadDefinition(folder).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(EcomError);
  expect(error).toMatchObject({ code: 'ECOM_PROJECT_MISSING', exitCode: 1 });
  expect(String(error)).toContain(`pipeline/definition.ts (${folder})`);
});

test("a project's definition is loaded from its TypeScript", async () => {
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
  write('package.json', '{ "type": "module" }');
  write('pipeline/definition.ts', definition);
  const { currency, catalog } = await loadDefinition(folder);
  expect(currency).toBe('EUR');
  expect(catalog.products.map(({ product_name }) => product_name)).toEqual(['Tea']);
});

test.each([
  ['nothing', 'export {};'],
  ['something else', 'export default { currency: "EUR" };'],
  ['a list', 'export default ["topics", "rules"];'],
])('a file that exports %s is refused by its name', async (_what, text) => {
  write('package.json', '{ "type": "module" }');
  write('pipeline/definition.ts', text);
  const error = await loadDefinition(folder).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'ECOM_DEFINITION' });
  expect(String(error)).toContain('(pipeline/definition.ts). Make it: export default definePipeline(');
});

test('what definePipeline refuses is shown as it says it', async () => {
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
  write('package.json', '{ "type": "module" }');
  write('pipeline/definition.ts', definition.replace("'EUR' as const", "'Euro'"));
  await expect(loadDefinition(folder)).rejects.toMatchObject({
    code: 'ECOM_DEFINITION',
    message: expect.stringContaining('currency'),
  });
});
