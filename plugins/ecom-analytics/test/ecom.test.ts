import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { UsageError } from '../core/error.ts';
import { main } from '../ecom.ts';
import { loadDefinition } from '../project/project.ts';
import { noon, row, writeRun } from './report/written-run.ts';

const commands = [
  'start',
  'dashboard',
  'report',
  'query',
  'rules',
  'producer',
  'invoke',
  'cloud',
  'explain',
  'debug',
];

afterEach(() => vi.restoreAllMocks());

/** What a command writes to stdout, and its exit code. */
async function outputOf(args: readonly string[]) {
  let output = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    output += text;
    return true;
  });
  const code = await main(args);
  return { code, output };
}

test.each([[[]], [['--help']], [['-h']], [['help']]])('ecom %j lists the commands', async (args) => {
  const { code, output } = await outputOf(args);
  expect(code).toBe(0);
  expect(output).toContain('ecom COMMAND --help');
  const listed = [...output.matchAll(/^ {2}(\w+) {2,}\S/gm)].map(([, name]) => name);
  expect(listed).toEqual(commands);
});

test.each(commands)('ecom %s --help says how it is used', async (name) => {
  const { code, output } = await outputOf([name, '--help']);
  expect(code).toBe(0);
  expect(output).toMatch(new RegExp(`\\b${name}\\b.*\n[^]*^Example`, 'm'));
});

test.each(commands)('ecom %s helps whatever is wrong: where it is run, or beside it', async (name) => {
  vi.spyOn(process, 'cwd').mockReturnValue(tmpdir());
  const { output } = await outputOf([name, '--help']);
  for (const args of [
    ['--nonsense', '-h'],
    ['--rate', 'fast', '--help'],
    ['one', 'two', 'three', '-h'],
  ])
    expect(await outputOf([name, ...args])).toEqual({ code: 0, output });
});

test('the dashes that pnpm and yarn hand on before the options mean nothing', async () => {
  await expect(main(['start', '--', '--rate', 'fast'])).rejects.toMatchObject({
    code: 'ECOM_OPTION_RANGE',
    message: expect.stringContaining('--rate'),
  });
  expect(await outputOf(['start', '--', '--help'])).toMatchObject({ code: 0 });
});

test.each([
  ['strat', 'Did you mean start? Run `npx ecom --help`'],
  ['constructor', 'Run `npx ecom --help`'],
  ['--duration', 'Run `npx ecom --help`'],
])('ecom %s is refused: %s', async (name, fix) => {
  const error = await main([name]).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UsageError);
  expect(error).toMatchObject({ code: 'ECOM_COMMAND_UNKNOWN', exitCode: 2 });
  expect(String(error)).toContain(`There is no command "${name}". ${fix}`);
});

test.each([
  ['start --durtion 5', '--duration'],
  ['start --engine sprak', 'spark'],
  ['dashboard --prot 0', '--port'],
  ['report --repaly x', '--replay'],
  ['start --replay x --rows itmes', 'items'],
  ['query --saevd x', '--saved'],
  ['query --saved top-categoris', 'top-categories'],
  ['rules --repaly x', '--replay'],
  ['producer --brokrs x', '--brokers'],
  ['invoke --brokrs x', '--brokers'],
  ['invoke producr x.json', 'producer'],
  ['cloud --recrod x', '--record'],
  ['explain --jsn', '--json'],
])('ecom %s: did you mean %s?', async (line, meant) => {
  await expect(main(line.split(' '))).rejects.toMatchObject({
    name: 'UsageError',
    exitCode: 2,
    message: expect.stringContaining(`Did you mean ${meant}? `),
  });
});

test("outside a project only what needs the shop's definition is refused", async () => {
  vi.spyOn(process, 'cwd').mockReturnValue(tmpdir());
  await expect(main(['start', '--duration', '1'])).rejects.toMatchObject({ code: 'ECOM_PROJECT_MISSING' });
  expect(await outputOf(['query', '--help'])).toMatchObject({ code: 0 });
});

test('a broken definition keeps nobody from reading what a run wrote', async () => {
  const run = await writeRun([[row(noon, 'Books', 'US', 3, 30)]]);
  vi.spyOn(process, 'cwd').mockReturnValue(run.folder);
  mkdirSync(path.join(run.folder, 'pipeline'));
  writeFileSync(path.join(run.folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(path.join(run.folder, 'pipeline/definition.ts'), 'export default definePipeline({');
  let said = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += text;
    return true;
  });
  try {
    const { code, output } = await outputOf(['report', run.folder]);
    expect(code).toBe(0);
    expect(output).toContain('Report: file://');
    expect(said).toContain('pipeline/definition.ts cannot be loaded');
    // It gets as far as the folder.
    await expect(main(['dashboard', 'nowhere'])).rejects.toMatchObject({ code: 'ECOM_RUN_NOT_FOUND' });
    const why = await loadDefinition(run.folder).catch(String);
    await expect(main(['report', '--replay', 'orders.csv']).catch(String)).resolves.toBe(why);
  } finally {
    run.remove();
  }
});
