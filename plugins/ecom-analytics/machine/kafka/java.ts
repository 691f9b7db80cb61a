import path from 'node:path';
import { EcomError } from '../../core/error.ts';
import { programOutput } from '../child/program-output.ts';

/** Kafka 4 and Spark 4 need it. */
export const minJavaMajor = 17;

export interface Java {
  /** The `java` program. */
  readonly command: string;
  readonly major: number;
}

/** `17` of `openjdk version "17.0.15" 2025-04-15`, `8` of `java version "1.8.0_412"`; undefined when it is neither. */
export function javaMajor(text: string): number | undefined {
  const match = /version "(?:1\.)?(\d+)/.exec(text);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}

/**
 * Finds Java: below `JAVA_HOME` where that is set, else on the path.
 *
 * @throws EcomError `ECOM_JAVA_MISSING`, `ECOM_JAVA_TOO_OLD`
 */
export async function findJava(env: NodeJS.ProcessEnv = process.env): Promise<Java> {
  const home = env.JAVA_HOME;
  const command = home ? path.join(home, 'bin', 'java') : 'java';
  // macOS has a `java` that only says that there is none.
  const major = javaMajor((await programOutput(command, ['-version'], env))?.stderr ?? '');
  const where = home ? `JAVA_HOME=${home}` : 'java on the PATH';
  const fix = `Install a Java runtime of version ${minJavaMajor} or 21, or set JAVA_HOME to one.`;
  if (major === undefined)
    throw new EcomError('ECOM_JAVA_MISSING', {
      what: `There is no Java ${minJavaMajor} or later`,
      where,
      fix,
    });
  if (major < minJavaMajor)
    throw new EcomError('ECOM_JAVA_TOO_OLD', { what: `Java ${major} is too old`, where, fix });
  return { command, major };
}
