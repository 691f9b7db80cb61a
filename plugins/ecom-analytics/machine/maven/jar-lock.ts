import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { EcomError } from '../../core/error.ts';

/** A jar that a lock pins. */
const LockedJarSchema = v.strictObject({
  /** `pkg:maven/<group>/<artifact>@<version>[?classifier=<classifier>]`, https://github.com/package-url/purl-spec */
  purl: v.pipe(v.string(), v.regex(/^pkg:maven\/\w[\w.-]*\/\w[\w.-]*@\w[\w.-]*(\?classifier=[\w.-]+)?$/)),
  bytes: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** Lower-case hexadecimal. */
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
});

const JarLockSchema = v.array(LockedJarSchema);

export type LockedJar = v.InferOutput<typeof LockedJarSchema>;
export type JarLock = readonly LockedJar[];

/** The error of a lock that cannot be used. */
export function lockError(what: string, where: string, cause?: unknown): EcomError {
  const fix =
    'Install the dependencies again, which restores it. In the repository of ecom-analytics, write it with `npm run lock-jars`.';
  return new EcomError('ECOM_JAR_LOCK', { what, where, fix }, { cause });
}

/**
 * Checks a value that is to be a lock.
 *
 * @param where the file it comes from, for the message
 * @throws EcomError `ECOM_JAR_LOCK`
 */
export function parseJarLock(json: unknown, where: string): JarLock {
  const parsed = v.safeParse(JarLockSchema, json);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const place = [where, v.getDotPath(issue)].filter(Boolean).join(', ');
  throw lockError(`The list of locked jars is not valid: ${issue.message}`, place);
}

/** Reads a lock file. Throws EcomError `ECOM_JAR_LOCK`. */
export async function readJarLock(file: string): Promise<JarLock> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw lockError('The list of locked jars cannot be read', file, cause);
  }
  return parseJarLock(json, file);
}
