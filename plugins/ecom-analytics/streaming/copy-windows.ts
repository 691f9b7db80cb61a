import { CopyFolder } from '../../../local/run/copy-folder.ts';
import { analyticsFolder, isWindowFile } from '../../../pipeline/window.ts';
import { concurrently } from '../aws/concurrently.ts';
import type { ListedObject } from '../aws/objects.ts';
import { StreamError } from '../error.ts';
import type { DeployedStage } from '../session.ts';
import { type HourRange, hourOfFile, isWithin } from './hours.ts';

/** What was copied. */
export interface CopiedWindows {
  /** Absolute. */
  readonly out: string;
  readonly files: number;
  readonly bytes: number;
  /** First and last hour that there are files of; null where there are none. */
  readonly hours: { readonly first: string; readonly last: string } | null;
  /** Files of hours that were not asked for. */
  readonly otherFiles: number;
  /** Hours of which some rows cannot be seen: their files are being joined. */
  readonly joining: readonly string[];
}

/** What a compaction leaves in the folder of an hour as long as it is under way: `emr/ecom_streaming/window_names.py`. */
const isJournal = (key: string): boolean => /\/_compaction-[^/]+\.json$/.test(key);

interface Listing {
  readonly files: readonly ListedObject[];
  readonly otherFiles: number;
  readonly joining: readonly string[];
}

async function listHours({ data }: DeployedStage, range: HourRange): Promise<Listing> {
  const listed = await data.list(`${analyticsFolder}/`);
  const asked = (key: string): boolean => {
    const hour = hourOfFile(key);
    return hour !== undefined && isWithin(hour, range);
  };
  const windowFiles = listed.filter(({ key }) => isWindowFile(key));
  const files = windowFiles.filter(({ key }) => asked(key));
  const journals = listed.map(({ key }) => key).filter((key) => isJournal(key) && asked(key));
  return {
    files,
    otherFiles: windowFiles.length - files.length,
    joining: [...new Set(journals.flatMap((key) => hourOfFile(key) ?? []))],
  };
}

/** A file that was listed is there no more. */
class Gone extends Error {}

const tries = 3;

/**
 * Copies the window files of some hours into a folder, where they take the place of an earlier copy: as somebody sees
 * them who lists and reads the files, each row once. Where there are none, the folder is left as it is.
 *
 * @param out absolute
 * @throws EcomError what {@link CopyFolder.open} does
 * @throws StreamError `ECOM_WINDOWS_MOVING` where files go as often as they are read
 */
export async function copyWindows(
  stage: DeployedStage,
  range: HourRange,
  out: string,
): Promise<CopiedWindows> {
  const folder = await CopyFolder.open(out);
  for (let attempt = 1; attempt <= tries; attempt++) {
    const listing = await listHours(stage, range);
    if (listing.files.length > 0) {
      const isWhole = await copyFiles(stage, listing.files, folder);
      if (!isWhole) continue;
    }
    const { files, otherFiles, joining } = listing;
    const hours = files.flatMap(({ key }) => hourOfFile(key) ?? []).sort();
    const [first] = hours;
    const last = hours.at(-1);
    return {
      out,
      files: files.length,
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
      hours: first === undefined || last === undefined ? null : { first, last },
      otherFiles,
      joining,
    };
  }
  throw new StreamError('ECOM_WINDOWS_MOVING', {
    what: `Window files were taken away while they were copied, ${tries} times`,
    where: `s3://${stage.data.name}/${analyticsFolder}/`,
    fix: 'A compaction joins them: run this again when it has ended.',
  });
}

/** Returns false, with the earlier copy as it was, where a compaction has taken a file that was listed. */
async function copyFiles(
  { data, input, progress, clock }: DeployedStage,
  files: readonly ListedObject[],
  folder: CopyFolder,
): Promise<boolean> {
  const origin = {
    stage: input.stage,
    bucket: data.name,
    copiedAt: new Date(clock.now()).toISOString(),
    files: files.length,
  };
  let copied = 0;
  try {
    await folder.replace(origin, async (write) => {
      await concurrently(files, 8, async ({ key }) => {
        const bytes = await data.bytes(key);
        // Else the rows that it held are in a file that was not listed.
        if (bytes === undefined) throw new Gone(key);
        await write(key, bytes);
        copied++;
        if (copied % 100 === 0) progress(`${copied} of ${files.length} window files copied`);
      });
    });
    return true;
  } catch (error) {
    if (error instanceof Gone) return false;
    throw error;
  }
}
