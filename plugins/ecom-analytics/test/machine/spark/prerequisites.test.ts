import { execFile } from 'node:child_process';
import { access, chmod, cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { serveRepository } from '../maven/maven-repository.ts';

const root = fileURLToPath(new URL('../../../../..', import.meta.url));

/** A copy of the project without anything downloaded, and a folder that is the whole PATH. */
let folder: string;
let bin: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'ecom start '));
  bin = path.join(folder, 'bin');
  await mkdir(bin);
  const parts = ['plugins', 'emr', 'pipeline', 'package.json', 'package-lock.json'];
  for (const part of parts) await cp(path.join(root, part), path.join(folder, part), { recursive: true });
  await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function install(name: string, script: string): Promise<void> {
  await writeFile(path.join(bin, name), `#!/bin/sh\n${script}\n`);
  await chmod(path.join(bin, name), 0o755);
}

const java17 = `echo 'openjdk version "17.0.15" 2025-04-15' >&2`;

async function exists(name: string): Promise<boolean> {
  return access(path.join(folder, name)).then(
    () => true,
    () => false,
  );
}

/** Runs `npm start -- --engine spark` there; how it failed, and what it asked the repository for. */
async function start(): Promise<{ code: unknown; stderr: string; stdout: string; requests: string[] }> {
  await using repository = await serveRepository((_request, response) => response.writeHead(404).end());
  const args = [
    'plugins/ecom-analytics/source.mjs',
    'start',
    '--engine',
    'spark',
    '--duration',
    '1',
    '--json',
  ];
  const env = { PATH: bin, ECOM_MAVEN_REPOSITORY: repository.url };
  const failure = await promisify(execFile)(process.execPath, args, { cwd: folder, env }).then(
    () => ({ code: 0, stderr: '', stdout: '' }),
    (error) => error,
  );
  return { ...failure, requests: repository.requests };
}

describe.skipIf(process.platform === 'win32')('a machine that lacks what Spark needs', () => {
  test.each([
    ['Java', async () => undefined, 'ECOM_JAVA_MISSING'],
    ['Java 17', () => install('java', `echo 'java version "1.8.0_412"' >&2`), 'ECOM_JAVA_TOO_OLD'],
    ['Python', () => install('java', java17), 'ECOM_PYTHON_MISSING'],
    [
      'Python 3.10',
      async () => {
        await install('java', java17);
        await install('python3', 'echo 3.9.2');
      },
      'ECOM_PYTHON_TOO_OLD',
    ],
  ])('is shown that it is %s, before anything is downloaded or written', async (_what, prepare, code) => {
    await prepare();

    const outcome = await start();

    expect(outcome.stderr).toContain(`(${code})`);
    expect(outcome.code).toBe(1);
    expect(outcome.stdout).toBe('');
    expect(outcome.requests).toEqual([]);
    expect(await exists('.cache')).toBe(false);
    expect(await exists('data')).toBe(false);
  });

  test('is shown which jar cannot be fetched, once the rest is there', async () => {
    await install('java', java17);
    await install('python3', 'echo 3.11.7');

    const outcome = await start();

    expect(outcome.stderr).toContain('(ECOM_JAR_DOWNLOAD)');
    expect(outcome.code).toBe(1);
    expect(await exists('data')).toBe(false);
  });
});
