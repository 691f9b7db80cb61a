import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { kitFolder } from '../../create/origin.ts';
import { replaceFiles } from '../../create/replace.ts';
import { textFile } from '../../create/tree.ts';
import { ownFolder } from './packed.ts';

let folder = '';
let remove = () => {};
beforeEach(() => {
  ({ folder, remove } = ownFolder());
  mkdirSync(path.join(folder, kitFolder));
  mkdirSync(path.join(folder, 'local'));
  for (const name of ['a.ts', 'local/b.ts', 'gone.ts']) writeFileSync(path.join(folder, name), 'old');
});
afterEach(() => remove());

/** All files and folders, and what the files hold. */
function contents(): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) => {
    const at = path.join(entry.parentPath, entry.name);
    return [path.relative(folder, at), entry.isFile() ? readFileSync(at, 'utf8') : '/'] as const;
  });
  return Object.fromEntries(entries);
}

const fresh = ['a.ts', 'new/deep/c.ts', 'local/b.ts'].map((file) => [file, textFile('new')] as const);

test('files are replaced, added and removed', async () => {
  await replaceFiles(folder, new Map(fresh), ['gone.ts']);
  expect(contents()).toEqual({
    [kitFolder]: '/',
    'a.ts': 'new',
    local: '/',
    'local/b.ts': 'new',
    new: '/',
    'new/deep': '/',
    'new/deep/c.ts': 'new',
  });
});

test('what was moved is moved back when a file does not go to its place', async () => {
  mkdirSync(path.join(folder, 'taken'));
  const before = contents();
  const files = new Map([...fresh, ['taken', textFile('new')] as const]);
  await expect(replaceFiles(folder, files, ['gone.ts'])).rejects.toThrow();
  expect(contents()).toEqual(before);
});

test('what a killed run left on its way is cleared, and what a live one has there is not', async () => {
  const gone = spawnSync(process.execPath, ['--version']).pid;
  for (const pid of [gone, process.ppid]) mkdirSync(path.join(folder, kitFolder, `update-${pid}`));
  await replaceFiles(folder, new Map(fresh), []);
  expect(readdirSync(path.join(folder, kitFolder))).toEqual([`update-${process.ppid}`]);
});

test('a folder that may not be written to is named, and nothing is changed', () => {
  // Root may write everywhere, so where the tests are root, nobody tries.
  const isRoot = process.getuid?.() === 0;
  if (isRoot) for (const at of [folder, path.join(folder, kitFolder)]) chownSync(at, 65534, 65534);
  chmodSync(path.join(folder, 'local'), 0o555);
  const before = contents();
  const script = `
    import { replaceFiles } from ${JSON.stringify(path.resolve('create/replace.ts'))};
    // Only now: nobody may not be allowed to read what is imported.
    if (${isRoot}) {
      process.setegid(65534);
      process.seteuid(65534);
    }
    const content = Buffer.from('new');
    const files = new Map(${JSON.stringify(fresh.map(([file]) => file))}.map((file) => [file, { content, executable: false }]));
    await replaceFiles(${JSON.stringify(folder)}, files, ['gone.ts']).catch(({ code, message }) => console.log(code, message));
  `;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', script];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(stdout).toMatch(
    /^ECOM_UPDATE_WRITE The folder may not be written to \(.*local.b\.ts\)\. Fix that and run/,
  );
  expect(contents()).toEqual(before);
});
