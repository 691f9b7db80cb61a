import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { EcomError } from '../../core/error.ts';
import { outputError } from '../../files/output-folder.ts';

const out = path.resolve('/shop/data');

/** As Node reports it: a write to a file that is open names no path. */
function systemError(code: string, file?: string): Error {
  return Object.assign(new Error(`${code}: it failed`), { code, ...(file !== undefined && { path: file }) });
}

async function told(error: Error, free: Readonly<Record<string, number>> = {}) {
  const shown = await outputError(error, out, async (folder) => free[folder] ?? Number.POSITIVE_INFINITY);
  if (!(shown instanceof EcomError)) throw new Error(String(shown));
  return { code: shown.code, message: shown.message };
}

describe('an error of the file system during a run', () => {
  it('names the folder whose disk is full', async () => {
    expect(await told(systemError('ENOSPC'), { [out]: 0, [tmpdir()]: 5_000_000 })).toMatchObject({
      code: 'ECOM_OUT_NOT_WRITABLE',
      message: expect.stringContaining(`--out ${out}`),
    });
    const temporary = await told(systemError('ENOSPC'), { [out]: 5_000_000, [tmpdir()]: 4096 });
    expect(temporary).toMatchObject({
      code: 'ECOM_TEMP_FULL',
      message: expect.stringMatching(/^The disk of the temporary folder is full .* TMPDIR/),
    });
    expect(temporary.message).toContain(`(${tmpdir()})`);
    expect(temporary.message).not.toContain('--out');
  });

  it.each(['ELOOP', 'ENAMETOOLONG', 'EROFS'])(
    'says of %s that the folder cannot be written',
    async (code) => {
      expect(await told(systemError(code, out))).toMatchObject({ code: 'ECOM_OUT_NOT_WRITABLE' });
    },
  );

  it('names the output folder where one disk holds both', async () => {
    const { code } = await told(systemError('ENOSPC'), { [out]: 0, [tmpdir()]: 0 });
    expect(code).toBe('ECOM_OUT_NOT_WRITABLE');
  });

  it('names a file that is not of the output folder', async () => {
    const file = path.join(tmpdir(), 'ecom-replay-1', '0');
    expect(await told(systemError('EACCES', file))).toMatchObject({
      code: 'ECOM_FILE_DENIED',
      message: expect.stringContaining(`(${file})`),
    });
    for (const inside of [out, path.join(out, 'alerts.jsonl'), path.dirname(out), undefined]) {
      expect(await told(systemError('EACCES', inside))).toMatchObject({ code: 'ECOM_OUT_NOT_WRITABLE' });
    }
  });
});
