import { writeFile } from 'node:fs/promises';
import { readerJar } from '../../../plugins/ecom-analytics/job/job-files.ts';
import { buildReaderJar } from './reader-jar.ts';

/** `npm run build-reader`: compiles `emr/reader/` and writes its jar, which the repository keeps. */
export async function main(): Promise<number> {
  const jar = await buildReaderJar();
  await writeFile(readerJar(), jar);
  console.log(`${readerJar()}: ${jar.length} bytes`);
  return 0;
}
