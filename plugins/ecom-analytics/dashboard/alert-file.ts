import { open } from 'node:fs/promises';
import path from 'node:path';
import { type Alert, AlertSchema } from '../core/alert.ts';
import { parsedAs } from '../files/json-lines.ts';
import { runFiles } from '../files/output-folder.ts';

const chunkBytes = 1 << 20;
/** Read at most, from the end of the file: some 150,000 alerts, in half a second. */
const maxBytes = 64 << 20;
const lineEnd = 0x0a;

/** Lines of a file from its end, the last one first; at most so many bytes, and no line that begins before them. */
export async function* linesFromEnd(file: string, limitBytes = maxBytes): AsyncGenerator<string> {
  const handle = await open(file).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  });
  if (handle === null) return;
  try {
    const { size } = await handle.stat();
    const stop = Math.max(0, size - limitBytes);
    /** The beginning of what has been read: the end of a line whose start lies further ahead. */
    let rest: Buffer = Buffer.alloc(0);
    for (let end = size; end > stop; ) {
      const start = Math.max(stop, end - chunkBytes);
      const chunk = Buffer.alloc(end - start);
      await handle.read(chunk, 0, chunk.length, start);
      const bytes = Buffer.concat([chunk, rest]);
      let to = bytes.length;
      for (let at = bytes.lastIndexOf(lineEnd, to - 1); at >= 0; at = bytes.lastIndexOf(lineEnd, to - 1)) {
        if (at + 1 < to) yield bytes.toString('utf8', at + 1, to);
        to = at;
        if (to === 0) break;
      }
      rest = bytes.subarray(0, to);
      end = start;
    }
    // Whole only where the beginning of the file was reached.
    if (stop === 0 && rest.length > 0) yield rest.toString('utf8');
  } finally {
    await handle.close();
  }
}

/**
 * The alerts of a run that satisfy a condition, the newest first, from its file: what the dashboard no longer holds.
 *
 * @param hint a text that a line must hold to be looked at; null for every line
 */
export async function alertsFromEnd(
  folder: string,
  hint: string | null,
  isWanted: (alert: Alert) => boolean,
  limit: number,
): Promise<Alert[]> {
  const found: Alert[] = [];
  for await (const line of linesFromEnd(path.join(folder, runFiles.alerts))) {
    if (hint !== null && !line.includes(hint)) continue;
    const alert = parsedAs(AlertSchema, line);
    if (alert === null || !isWanted(alert)) continue;
    found.push(alert);
    if (found.length >= limit) break;
  }
  return found;
}
