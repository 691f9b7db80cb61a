import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findPython } from '../../../machine/python/find-python.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'ecom-python-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A program in place of a Python that says it is of some version. */
async function installPython(name: string, version: string): Promise<void> {
  const file = path.join(folder, name);
  await writeFile(file, `#!/bin/sh\necho ${version}\n`);
  await chmod(file, 0o755);
}

describe.skipIf(process.platform === 'win32')('finding Python', () => {
  test('prefers the python3 of the machine', async () => {
    await installPython('python3', '3.12.1');
    await installPython('python3.11', '3.11.7');

    expect(await findPython({ PATH: folder })).toEqual({ command: 'python3', version: '3.12.1' });
  });

  test('passes over one that is too old where there is a newer one beside it', async () => {
    await installPython('python3', '3.9.18');
    await installPython('python3.11', '3.11.7');

    expect(await findPython({ PATH: folder })).toEqual({ command: 'python3.11', version: '3.11.7' });
  });

  test('passes over one that cannot make virtual environments', async () => {
    await writeFile(path.join(folder, 'python3'), '#!/bin/sh\necho 3.12.1; exit 1\n', { mode: 0o755 });
    await installPython('python3.11', '3.11.7');

    expect(await findPython({ PATH: folder })).toEqual({ command: 'python3.11', version: '3.11.7' });
  });

  test('says that there is none', async () => {
    await expect(findPython({ PATH: folder })).rejects.toMatchObject({
      code: 'ECOM_PYTHON_MISSING',
      message: expect.stringContaining('3.10'),
    });
  });

  test('says that there is only one that is too old', async () => {
    await installPython('python3', '3.9.18');

    await expect(findPython({ PATH: folder })).rejects.toMatchObject({
      code: 'ECOM_PYTHON_TOO_OLD',
      message: expect.stringContaining('3.9.18'),
    });
  });

  test('takes the one that ECOM_PYTHON names, and no other', async () => {
    await installPython('python3', '3.12.1');
    await installPython('old', '3.8.2');

    const finding = findPython({ PATH: folder, ECOM_PYTHON: path.join(folder, 'old') });

    await expect(finding).rejects.toMatchObject({ code: 'ECOM_PYTHON_TOO_OLD' });
  });
});
