import { afterEach, expect, test, vi } from 'vitest';
import { main } from '../../debug/command.ts';
import { kit } from '../core/kit.ts';

afterEach(() => vi.unstubAllEnvs());

test.each([
  ['an unknown option', ['--rtae', '5'], 'ECOM_OPTION_UNKNOWN'],
  ['a value that an option does not take', ['5678', '--duration', 'long'], 'ECOM_OPTION_RANGE'],
  ['an engine without a job to debug', ['--engine', 'embedded'], 'ECOM_OPTION_CONFLICT'],
  ['a port that is none', ['70000'], 'ECOM_USAGE'],
])('%s is refused before a debugger is installed', async (_, args, code) => {
  // Without Python, the debugger cannot be.
  vi.stubEnv('PATH', '');
  await expect(main(args, kit)).rejects.toMatchObject({ code, exitCode: 2 });
});
