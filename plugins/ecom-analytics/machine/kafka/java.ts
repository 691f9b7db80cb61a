import { spawn } from 'node:child_process';
import path from 'node:path';
import { EcomError } from '../../core/error.ts';

/** Kafka 4 and Spark 4 need it. */
export const minJavaMajor = 17;

export interface Java {
  /** The `java` program. */
  readonly command: string;
  readonly major: number;
}

/** The text that `java -version` prints, or undefined when it cannot be run. */
function versionText(command: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(command, ['-version'], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
      windowsHide: true,
    });
    let text = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    child.once('error', () => resolve(undefined)).once('close', () => resolve(text));
  });
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
  const text = await versionText(command, env);
  // macOS has a `java` that only says that there is none.
  const major = text === undefined ? undefined : javaMajor(text);
  const where = home ? `JAVA_HOME=${home}` : 'java on the PATH';
  if (major === undefined) {
    throw new EcomError('ECOM_JAVA_MISSING', {
      what: `There is no Java ${minJavaMajor} or later`,
      where,
      fix: `Install a Java runtime of version ${minJavaMajor} or 21, or set JAVA_HOME to one.`,
    });
  }
  if (major < minJavaMajor) {
    throw new EcomError('ECOM_JAVA_TOO_OLD', {
      what: `Java ${major} is too old`,
      where,
      fix: `Install a Java runtime of version ${minJavaMajor} or 21, or set JAVA_HOME to one.`,
    });
  }
  return { command, major };
}
