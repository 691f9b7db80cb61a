import { gunzipSync } from 'node:zlib';
import { Bucket } from '../aws/objects.ts';
import type { DeployedStage } from '../session.ts';

/** A log of a step, or of the container that its driver ran in. */
export interface StepLog {
  readonly key: string;
  readonly text: string;
}

/** Where the cluster puts its logs: its own bucket's, or that of the existing cluster. */
async function logPlace(stage: DeployedStage): Promise<{ bucket: Bucket; prefix: string } | undefined> {
  const uri = (await stage.emr.facts())?.logUri ?? null;
  const found = /^s3:\/\/([^/]+)\/(.*)/.exec(uri ?? '');
  if (!found) return undefined;
  const [, bucket = '', folder = ''] = found;
  const prefix = folder === '' || folder.endsWith('/') ? folder : `${folder}/`;
  return { bucket: new Bucket(stage.clients, bucket), prefix: `${prefix}${stage.emr.id}/` };
}

/** The YARN application that a step submitted, as its own log tells. */
function yarnApplication(text: string): string | undefined {
  return /application_\d+_\d+/.exec(text)?.[0];
}

async function read(bucket: Bucket, key: string): Promise<StepLog | undefined> {
  const bytes = await bucket.bytes(key);
  if (bytes === undefined) return undefined;
  const text = key.endsWith('.gz') ? gunzipSync(bytes).toString('utf8') : Buffer.from(bytes).toString('utf8');
  return { key, text };
}

/**
 * The logs of a step: EMR's own, and the driver's, which in cluster mode are those of its first YARN container. EMR brings
 * them about every five minutes.
 */
export async function stepLogs(stage: DeployedStage, stepId: string): Promise<StepLog[]> {
  const place = await logPlace(stage);
  if (place === undefined) return [];
  const { bucket, prefix } = place;
  const own: StepLog[] = [];
  for (const name of ['controller.gz', 'stderr.gz', 'stdout.gz']) {
    const log = await read(bucket, `${prefix}steps/${stepId}/${name}`);
    if (log) own.push(log);
  }
  const application = own.map(({ text }) => yarnApplication(text)).find((id) => id !== undefined);
  if (application === undefined) return own;
  const containers = await bucket.list(`${prefix}containers/${application}/`);
  const driver = containers.filter(({ key }) => /_000001\/(stderr|stdout)\.gz$/.test(key));
  for (const { key } of driver) {
    const log = await read(bucket, key);
    if (log) own.push(log);
  }
  return own;
}

const lastLines = 3;

const linesOf = ({ text }: StepLog): string[] => text.trimEnd().split('\n');

/**
 * What the job says as it fails: a message that ends with its code. Else the last lines of the driver's log.
 *
 * The job says it on stderr, but Spark runs Python as a process whose stderr goes into its own stdout.
 */
export function lastError(logs: readonly StepLog[]): string | undefined {
  for (const log of [...logs].reverse()) {
    const coded = linesOf(log).findLast((line) => /\S[.?!] \(ECOM_\w+\)$/.test(line));
    if (coded !== undefined) return coded;
  }
  const driver = logs.filter(({ key }) => key.includes('stderr')).at(-1);
  const tail = driver === undefined ? '' : linesOf(driver).slice(-lastLines).join(' | ');
  return tail === '' ? undefined : tail;
}

/** The driver's own last error, as far as its logs have arrived. */
export async function driverError(stage: DeployedStage, stepId: string): Promise<string | undefined> {
  return lastError(await stepLogs(stage, stepId));
}
