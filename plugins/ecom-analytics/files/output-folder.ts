import { randomUUID } from 'node:crypto';
import {
  access,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  statfs,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { EngineName } from '../core/engine-name.ts';
import { EcomError, UsageError } from '../core/error.ts';
import { formatTimestamp } from '../core/timestamp.ts';
import { analyticsFolder } from '../core/window.ts';
import { JsonLinesFile } from './json-lines.ts';

/** What a run writes, below its output folder, besides {@link analyticsFolder}. */
export const runFiles = {
  /** How the run was started, written before all else. */
  run: 'run.json',
  /** Alerts that were acted on, once each. */
  alerts: 'alerts.jsonl',
  deadLetters: 'dead-letters.jsonl',
  /** Alerts that a person has acknowledged on the dashboard, there once one has. */
  acknowledged: 'acknowledged.jsonl',
  /** What came of it, written last. */
  summary: 'summary.json',
} as const;

/** Earlier runs, each in a folder named after its start. */
export const previousFolder = 'previous';

/** Window files are made here before they are renamed into place. */
const unfinishedFolder = '.unfinished';

/** A run whose `run.json` was not touched for this long is over, even where another process has its id by now. */
const silentAfterMs = 30_000;
const heartbeatMs = 5000;

/** `run.json`. */
export interface RunRecord {
  readonly id: string;
  readonly started: string;
  readonly engine: EngineName;
  /** The options as they were understood. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly pid: number;
}

/** The folder of a run that is under way. */
export interface OutputFolder {
  /** Absolute. */
  readonly path: string;
  readonly unfinished: string;
  readonly checkpointId: string;
  readonly alerts: JsonLinesFile;
  readonly deadLetters: JsonLinesFile;
  /** Closes the files and, where the run came to its end, writes its summary. */
  close(summary: object | null): Promise<void>;
}

/**
 * Makes an output folder ready for a run: moves an earlier run's files aside, never touches anyone else's.
 *
 * @param out absolute
 * @throws UsageError `ECOM_OUT_NOT_A_FOLDER`
 * @throws EcomError `ECOM_OUT_NOT_WRITABLE`, `ECOM_OUT_BUSY`, `ECOM_OUT_FOREIGN`
 */
export async function openOutputFolder(
  out: string,
  run: Pick<RunRecord, 'engine' | 'options'>,
  startedAtMs: number,
): Promise<OutputFolder> {
  try {
    await makeFolder(out);
    await moveEarlierRun(out);
    const unfinished = path.join(out, unfinishedFolder);
    await rm(unfinished, { recursive: true, force: true });
    const record: RunRecord = {
      id: randomUUID().slice(0, 8),
      started: formatTimestamp(startedAtMs),
      ...run,
      pid: process.pid,
    };
    await mkdir(unfinished);
    const writeJson = async (name: string, value: unknown): Promise<void> => {
      await writeFile(path.join(unfinished, name), `${JSON.stringify(value, null, 2)}\n`);
      await rename(path.join(unfinished, name), path.join(out, name));
    };
    const recordFile = path.join(out, runFiles.run);
    await writeJson(runFiles.run, record);
    const alerts = await JsonLinesFile.create(path.join(out, runFiles.alerts));
    const deadLetters = await JsonLinesFile.create(path.join(out, runFiles.deadLetters));
    const heartbeat = setInterval(() => {
      const now = new Date();
      // A run whose folder was taken away fails where it writes, not here.
      utimes(recordFile, now, now).catch(() => undefined);
    }, heartbeatMs).unref();
    return {
      path: out,
      unfinished,
      checkpointId: record.id,
      alerts,
      deadLetters,
      close: async (summary) => {
        clearInterval(heartbeat);
        await Promise.all([alerts.close(), deadLetters.close()]);
        if (summary !== null) await writeJson(runFiles.summary, summary);
        await rm(unfinished, { recursive: true, force: true });
      },
    };
  } catch (error) {
    throw await outputError(error, out);
  }
}

/** Bytes that can still be written to a folder; infinite where that cannot be told. */
async function freeBytes(folder: string): Promise<number> {
  return statfs(folder).then(
    ({ bavail, bsize, ffree, files }) => (files > 0 && ffree === 0 ? 0 : bavail * bsize),
    () => Number.POSITIVE_INFINITY,
  );
}

/** The system says that a disk is full, and not which: the output folder's, or that of temporary files. */
async function diskFull(error: unknown, out: string, free: typeof freeBytes): Promise<EcomError> {
  const temporary = tmpdir();
  const isTemporary = (await free(temporary)) < (await free(out));
  const where = isTemporary ? temporary : `--out ${out}`;
  const fix = isTemporary
    ? 'Free some space there, or name another folder for temporary files in TMPDIR (TEMP on Windows).'
    : 'Free some space, or name another --out.';
  const what = isTemporary ? 'The disk of the temporary folder is full' : 'The disk is full';
  return new EcomError(
    isTemporary ? 'ECOM_TEMP_FULL' : 'ECOM_OUT_NOT_WRITABLE',
    { what, where, fix },
    { cause: error },
  );
}

/** What the system answers where a folder cannot be used, symbolic links in a loop and names that are too long included. */
const unusable = ['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ELOOP', 'ENAMETOOLONG', 'EISDIR', 'EDQUOT', 'EIO'];

/** An error of the file system as one that a user can act on; any other as it is. */
export async function outputError(error: unknown, out: string, free = freeBytes): Promise<unknown> {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOSPC') return diskFull(error, out, free);
  if (code === 'EEXIST' || code === 'ENOTDIR') {
    return new UsageError(
      'ECOM_OUT_NOT_A_FOLDER',
      {
        what: 'The output folder is a file, or lies below one',
        where: `--out ${out}`,
        fix: 'Name a folder; it is created if it does not exist.',
      },
      { cause: error },
    );
  }
  if (typeof code === 'string' && unusable.includes(code)) {
    const file = error instanceof Error && 'path' in error ? String(error.path) : out;
    if (path.relative(out, file).startsWith('..') && path.relative(file, out).startsWith('..')) {
      return new EcomError(
        'ECOM_FILE_DENIED',
        {
          what: 'A file outside the output folder cannot be read or written',
          where: file,
          fix: `Check that it is there and its permissions. Temporary files go to ${tmpdir()}; TMPDIR names another folder.`,
        },
        { cause: error },
      );
    }
    return new EcomError(
      'ECOM_OUT_NOT_WRITABLE',
      {
        what: 'The output folder cannot be written',
        where: `--out ${out}`,
        fix: 'Check its path, its permissions and its disk, or name another --out.',
      },
      { cause: error },
    );
  }
  return error;
}

async function moveEarlierRun(out: string): Promise<void> {
  const entries = new Set(await readdir(out));
  const ours = [
    analyticsFolder,
    runFiles.alerts,
    runFiles.deadLetters,
    runFiles.acknowledged,
    runFiles.summary,
  ];
  const present = ours.filter((name) => entries.has(name));
  if (!entries.has(runFiles.run)) {
    if (present.length === 0) return;
    throw new EcomError('ECOM_OUT_FOREIGN', {
      what: `The output folder holds ${present.join(' and ')}, and no ${runFiles.run} that says which run wrote them`,
      where: `--out ${out}`,
      fix: 'Move them away, or name another --out.',
    });
  }
  const recordFile = path.join(out, runFiles.run);
  const { started, pid } = await readRecord(recordFile);
  const { mtimeMs } = await stat(recordFile);
  const over = entries.has(runFiles.summary) || Date.now() - mtimeMs > silentAfterMs;
  if (!over && pid !== null && isAlive(pid)) {
    throw new EcomError('ECOM_OUT_BUSY', {
      what: `Another run is writing there (process ${pid})`,
      where: `--out ${out}`,
      fix: 'Stop it first, or name another --out.',
    });
  }
  const target = await previousRunFolder(out, started ?? formatTimestamp(Math.round(mtimeMs)));
  await mkdir(target, { recursive: true });
  // Its record goes last: as long as that stands here, an interrupted move is taken up again.
  for (const name of [...present, runFiles.run]) {
    await rename(path.join(out, name), path.join(target, name));
  }
}

/**
 * Makes a folder and those above it. Node's own recursive `mkdir` never returns where the system answers ENOENT below a
 * folder that is there, as Linux does below /proc.
 */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST' && (await stat(folder)).isDirectory()) return;
    const parent = path.dirname(folder);
    if (code !== 'ENOENT' || parent === folder) throw error;
    await makeFolder(parent);
    await mkdir(folder).catch(async (second: unknown) => {
      // Another process may have been quicker.
      if (!(await stat(folder).catch(() => undefined))?.isDirectory()) throw second;
    });
  }
}

/** Colons are not portable in file names. Two runs may have started within one millisecond on different clocks. */
async function previousRunFolder(out: string, started: string): Promise<string> {
  const base = path.join(out, previousFolder, started.replaceAll(':', '-'));
  for (let count = 1; ; count++) {
    const candidate = count === 1 ? base : `${base}-${count}`;
    const taken = await access(path.join(candidate, runFiles.run)).then(
      () => true,
      () => false,
    );
    if (!taken) return candidate;
  }
}

/** What can be made out of a run's record; a damaged one still marks a run. */
async function readRecord(file: string): Promise<{ started: string | null; pid: number | null }> {
  const text = await readFile(file, 'utf8');
  try {
    const { started, pid }: Partial<RunRecord> = JSON.parse(text);
    return {
      started: typeof started === 'string' ? formatTimestamp(Date.parse(started)) : null,
      pid: Number.isSafeInteger(pid) && typeof pid === 'number' && pid > 0 ? pid : null,
    };
  } catch {
    return { started: null, pid: null };
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
