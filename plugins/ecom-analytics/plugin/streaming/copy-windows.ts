import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { analyticsFolder, isWindowFile } from '../../core/window.ts';
import { openOutputFolder, outputError } from '../../files/output-folder.ts';
import { mapConcurrently } from '../../functions/concurrency.ts';
import type { ListedObject } from '../aws/objects.ts';
import { StreamError } from '../error-kinds.ts';
import type { DeployedStage } from '../session.ts';
import { type HourRange, hourOfFile, hourPrefix, isWithin } from './hours.ts';

/** What was copied. */
export interface CopiedWindows {
  /** Absolute. */
  readonly out: string;
  readonly files: number;
  readonly bytes: number;
  /** First and last hour that there are files of; null where there are none. */
  readonly hours: { readonly first: string; readonly last: string } | null;
  /** Hours of which some rows cannot be seen: their files are being joined, or a compaction that does so was killed. */
  readonly joining: readonly string[];
}

interface Listing {
  readonly files: readonly ListedObject[];
  readonly joining: readonly string[];
}

/** The checkpoint of a compaction's file in an hour's folder, by its kind. Both names: `emr/ecom_streaming/window_names.py`. */
const journal = /\/_compaction-([^/]+)\.json$/;
const whole = (checkpoint: string): string => `compact-${checkpoint}.parquet`;

async function listHours({ data }: DeployedStage, range: HourRange): Promise<Listing> {
  const after = range.since === undefined ? undefined : hourPrefix(range.since);
  const listed = (await data.list(`${analyticsFolder}/`, after)).filter(({ key }) => {
    const hour = hourOfFile(key);
    return hour !== undefined && isWithin(hour, range);
  });
  const keys = new Set(listed.map(({ key }) => key));
  const joining = [...keys].flatMap((key) => {
    const checkpoint = journal.exec(key)?.[1];
    if (checkpoint === undefined) return [];
    // The whole file is put in place last, and then the journal goes.
    return keys.has(path.posix.join(path.posix.dirname(key), whole(checkpoint)))
      ? []
      : (hourOfFile(key) ?? []);
  });
  return { files: listed.filter(({ key }) => isWindowFile(key)), joining: [...new Set(joining)] };
}

const tries = 3;
const betweenTriesMs = 2000;

/**
 * Copies the window files of some hours into a folder, as a run would have written them: each row once, though a compaction
 * may join files meanwhile. An earlier run or copy that lies there moves to `previous/`. Where there are no files, nothing is
 * touched.
 *
 * @param out absolute
 * @throws EcomError what `openOutputFolder` does
 * @throws StreamError `ECOM_WINDOWS_MOVING` where files go as often as they are read
 */
export async function copyWindows(
  stage: DeployedStage,
  range: HourRange,
  out: string,
): Promise<CopiedWindows> {
  const { data, input, clock } = stage;
  let listing = await listHours(stage, range);
  if (listing.files.length === 0) return copied(listing, out);
  const options = { stage: input.stage, copyOf: `s3://${data.name}/${analyticsFolder}`, ...range };
  const folder = await openOutputFolder(out, { engine: 'spark', options }, clock.now());
  try {
    for (let attempt = 1; attempt <= tries; attempt++) {
      const missing = await fetchFiles(stage, listing.files, folder.unfinished);
      const now = await listHours(stage, range);
      const there = new Set(now.files.map(({ key }) => key));
      // What a compaction has taken meanwhile, it has put elsewhere; what it took while files were listed, as well.
      if (!missing && listing.files.every(({ key }) => there.has(key))) {
        await rename(path.join(folder.unfinished, analyticsFolder), path.join(out, analyticsFolder));
        return copied({ files: listing.files, joining: now.joining }, out);
      }
      listing = now;
      await rm(path.join(folder.unfinished, analyticsFolder), { recursive: true, force: true });
      await clock.sleep(betweenTriesMs);
    }
  } catch (error) {
    throw await outputError(error, out);
  } finally {
    await folder.close(null);
  }
  throw new StreamError('ECOM_WINDOWS_MOVING', {
    what: `Window files were taken away while they were copied, ${tries} times`,
    where: `s3://${data.name}/${analyticsFolder}/`,
    fix: 'A compaction joins them: run this again when it has ended.',
  });
}

function copied({ files, joining }: Listing, out: string): CopiedWindows {
  const hours = files.flatMap(({ key }) => hourOfFile(key) ?? []).sort();
  const [first] = hours;
  const last = hours.at(-1);
  return {
    out,
    files: files.length,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    hours: first === undefined || last === undefined ? null : { first, last },
    joining,
  };
}

/** Fetches files into a folder. Answers whether one of them is there no more; then the others do not matter. */
async function fetchFiles(
  { data, progress }: DeployedStage,
  files: readonly ListedObject[],
  folder: string,
): Promise<boolean> {
  let fetched = 0;
  let isMissing = false;
  const fetchFile = async ({ key }: ListedObject): Promise<void> => {
    if (isMissing) return;
    const bytes = await data.bytes(key);
    if (bytes === undefined) {
      isMissing = true;
      return;
    }
    const target = path.join(folder, ...key.split('/'));
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, bytes);
    fetched++;
    if (fetched % 100 === 0) progress(`${fetched} of ${files.length} window files copied`);
  };
  await mapConcurrently(files, 8, fetchFile);
  return isMissing;
}
