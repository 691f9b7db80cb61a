import { EcomError } from '../../core/error.ts';
import { jarLockFile, readerJar } from '../../job/job-files.ts';
import { type SparkLineName, sparkLines } from '../../job/releases.ts';
import { kafkaLockFile } from '../kafka/broker.ts';
import { findJava } from '../kafka/java.ts';
import { fetchJars } from '../maven/fetch-jars.ts';
import { type JarLock, lockError, readJarLock } from '../maven/jar-lock.ts';
import { progressOnStderr } from '../maven/jar-progress.ts';
import { findPython } from '../python/find-python.ts';
import { localFilesLock, localFilesOptions } from './local-files.ts';
import { type PySpark, providePySpark } from './pyspark.ts';

/** All that a run with Spark needs from this machine. */
export interface Installation {
  readonly line: SparkLineName;
  readonly pyspark: PySpark;
  /** Paths of the connector jars, and of the reader of orders. */
  readonly jars: readonly string[];
  /** Options of `spark-submit` for a job whose files are on this machine. */
  readonly localFiles: readonly string[];
}

/** The locked jars of a line, in the order of the table. Throws EcomError `ECOM_JAR_LOCK` where the lock lacks one. */
async function lockOf(line: SparkLineName): Promise<JarLock> {
  const lock = await readJarLock(jarLockFile());
  return sparkLines[line].jars.map((purl) => {
    const jar = lock.find((locked) => locked.purl === purl);
    if (jar !== undefined) return jar;
    throw lockError(`The list of locked jars lacks ${purl}`, jarLockFile());
  });
}

/** Hadoop's file system needs a native program on Windows that is nowhere to be had as a package. */
function checkPlatform(platform: NodeJS.Platform): void {
  if (platform !== 'win32') return;
  throw new EcomError('ECOM_SPARK_PLATFORM', {
    what: 'Spark does not write files on Windows without programs that cannot be installed from here',
    where: '--engine spark',
    fix: 'Run it in WSL 2, or use --engine embedded.',
  });
}

/**
 * Finds Java and Python, then fetches what is missing: jars of Kafka and of the connector, PySpark.
 *
 * @throws EcomError `ECOM_SPARK_PLATFORM`, `ECOM_JAVA_MISSING`, `ECOM_JAVA_TOO_OLD`, `ECOM_PYTHON_MISSING`,
 * `ECOM_PYTHON_TOO_OLD` before anything is downloaded; those of `fetchJars`; `ECOM_PYSPARK_INSTALL`
 */
export async function prepareSpark(line: SparkLineName): Promise<Installation> {
  checkPlatform(process.platform);
  await findJava();
  const python = await findPython();
  await fetchJars(await readJarLock(kafkaLockFile), { onProgress: progressOnStderr('Kafka') });
  const jars = await fetchJars(await lockOf(line), {
    onProgress: progressOnStderr(`the connector of Spark ${line}`),
  });
  const [localFiles = ''] = await fetchJars(await readJarLock(localFilesLock));
  const pyspark = await providePySpark(line, python);
  return { line, jars: [...jars, readerJar()], pyspark, localFiles: localFilesOptions(line, localFiles) };
}
