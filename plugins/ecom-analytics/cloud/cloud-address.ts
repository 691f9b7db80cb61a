import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { EcomError } from '../core/error.ts';
import { cacheFolder } from '../project/project.ts';

/** Where the running cloud says that it is; `plugins/ecom-analytics/plugin/local-cloud.ts` reads it. */
const addressFile = path.join(cacheFolder, 'cloud.json');

const AddressSchema = v.pipe(v.string(), v.parseJson(), v.object({ endpoint: v.string(), pid: v.number() }));

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Throws EcomError `ECOM_CLOUD_RUNNING` when the cloud of this project runs already. One that was killed is none. */
export function refuseSecondCloud(): void {
  if (!existsSync(addressFile)) return;
  const { success, output } = v.safeParse(AddressSchema, readFileSync(addressFile, 'utf8'));
  if (!success || !isAlive(output.pid)) return;
  throw new EcomError('ECOM_CLOUD_RUNNING', {
    what: `The local cloud of this project is already running, at ${output.endpoint}`,
    where: `process ${output.pid}`,
    fix: 'Use that one, or end it with Ctrl-C in its terminal.',
  });
}

/** Writes where the cloud of this process is; the answer takes it away again. */
export function announceCloud(endpoint: string): () => void {
  mkdirSync(path.dirname(addressFile), { recursive: true });
  writeFileSync(`${addressFile}.part`, JSON.stringify({ endpoint, pid: process.pid }));
  renameSync(`${addressFile}.part`, addressFile);
  return () => rmSync(addressFile, { force: true });
}
