/** How far the download of several files has come. */
export interface JarProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly files: number;
}

export type ShowProgress = (progress: JarProgress) => void;

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

/**
 * Shows progress on stderr: a line that is written over on a terminal, elsewhere one line as it starts and one as it ends.
 *
 * @param what what is downloaded, such as `Kafka 4.1.1`
 */
export function progressOnStderr(what: string, stream: NodeJS.WriteStream = process.stderr): ShowProgress {
  let shownAtMs = Number.NEGATIVE_INFINITY;
  return ({ doneBytes, totalBytes, files }) => {
    const first = shownAtMs === Number.NEGATIVE_INFINITY;
    const last = doneBytes >= totalBytes;
    const line = `Downloading ${what}: ${megabytes(doneBytes)} of ${megabytes(totalBytes)} MB, ${files} files`;
    if (!stream.isTTY) {
      if (first || last) stream.write(`${line}\n`);
      shownAtMs = 0;
    } else if (last || performance.now() - shownAtMs > 100) {
      stream.write(`\r${line}${last ? '\n' : ''}`);
      shownAtMs = performance.now();
    }
  };
}
