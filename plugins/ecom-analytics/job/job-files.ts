import { jobFile } from '../project/package-files.ts';

/** The reader of orders (`emr/reader/`), one jar for every line of Spark. */
export const readerJar = (): string => jobFile('reader/reader.jar');

/** The lock of every line's jars, for `fetchJars`. */
export const jarLockFile = (): string => jobFile('jars.lock.json');
