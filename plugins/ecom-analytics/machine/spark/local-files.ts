import type { SparkLineName } from '../../job/releases.ts';
import { kitFile } from '../../project/package-files.ts';

/**
 * Hadoop makes a process, `chmod`, for every file that it writes on a machine without its native library, and a batch of
 * the streaming job writes some thirty: measured on two cores, a third of a batch's time. This file system does it in Java.
 * On EMR the native library is there.
 */
export const localFilesLock = kitFile('machine/spark/local-files.lock.json');

/** It knows the older of Hadoop's two interfaces alone, so Spark has to be told to keep its checkpoints by that one. */
const checkpointFiles: Readonly<Record<SparkLineName, string>> = {
  '4.1': 'org.apache.spark.sql.execution.streaming.checkpointing.FileSystemBasedCheckpointFileManager',
  '4.0': 'org.apache.spark.sql.execution.streaming.FileSystemBasedCheckpointFileManager',
  '3.5': 'org.apache.spark.sql.execution.streaming.FileSystemBasedCheckpointFileManager',
};

/** Options of `spark-submit` for a job whose files are on this machine. `jar` is the path of the locked one. */
export function localFilesOptions(line: SparkLineName, jar: string): readonly string[] {
  const settings = {
    'spark.hadoop.fs.file.impl': 'com.globalmentor.apache.hadoop.fs.BareLocalFileSystem',
    'spark.sql.streaming.checkpointFileManagerClass': checkpointFiles[line],
  };
  return [
    '--driver-class-path',
    jar,
    ...Object.entries(settings).flatMap(([name, value]) => ['--conf', `${name}=${value}`]),
  ];
}
