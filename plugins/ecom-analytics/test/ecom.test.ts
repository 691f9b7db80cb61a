import { tmpdir } from 'node:os';
import { afterEach, expect, test, vi } from 'vitest';
import { UsageError } from '../core/error.ts';
import { main } from '../ecom.ts';

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
  ['strat', 'Did you mean start?'],
  ['constructor', 'See ecom --help.'],
  ['--duration', 'See ecom --help.'],
])('ecom %s is refused: %s', async (name, fix) => {
  const error = await main([name]).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UsageError);
  expect(error).toMatchObject({ code: 'ECOM_COMMAND_UNKNOWN', exitCode: 2 });
  expect(String(error)).toContain(`There is no command "${name}". ${fix}`);
});

test("outside a project only what needs the shop's definition is refused", async () => {
  vi.spyOn(process, 'cwd').mockReturnValue(tmpdir());
  await expect(main(['start', '--duration', '1'])).rejects.toMatchObject({ code: 'ECOM_PROJECT_MISSING' });
  expect(await outputOf(['query', '--help'])).toMatchObject({ code: 0 });
});
