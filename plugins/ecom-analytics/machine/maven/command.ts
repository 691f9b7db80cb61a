import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { UsageError } from '../../core/error.ts';
import { parseArguments } from '../../functions/command-arguments.ts';
import { sha256Of } from './fetch-jars.ts';
import { jarAddress, jarPath } from './jar-address.ts';
import { type LockedJar, parseJarLock, readJarLock } from './jar-lock.ts';
import { download } from './resumable-download.ts';

const help = `Usage: npm run lock-jars -- --lock FILE [PURL ...]

Writes a list of locked jars: downloads each artifact once and notes its size and SHA-256.
Without a PURL it reads the artifacts of the present list again.

Options
  --lock FILE   the list to write
  --help        this text

Example
  npm run lock-jars -- --lock plugins/ecom-analytics/machine/kafka/jars.lock.json pkg:maven/org.apache.kafka/kafka-clients@4.1.1
`;

const fix = 'Run `npm run lock-jars -- --help` for the options.';

async function lockJar(purl: string, folder: string): Promise<LockedJar> {
  const file = path.join(folder, path.posix.basename(jarPath(purl)));
  const url = jarAddress(purl, process.env.ECOM_MAVEN_REPOSITORY);
  process.stderr.write(`${purl}\n`);
  await download(url, file);
  return { purl, bytes: (await stat(file)).size, sha256: await sha256Of(file) };
}

/** `npm run lock-jars`: writes a lock file for {@link fetchJars}. */
export async function main(args: readonly string[]): Promise<number> {
  const declared = { lock: { type: 'string' }, help: { type: 'boolean' } } as const;
  const { values, positionals } = parseArguments(args, declared, fix);
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  if (values.lock === undefined) {
    throw new UsageError('ECOM_USAGE', { what: 'The option --lock is missing', fix });
  }
  const purls =
    positionals.length > 0 ? positionals : (await readJarLock(values.lock)).map(({ purl }) => purl);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'ecom-jars-'));
  try {
    const lock: LockedJar[] = [];
    for (const purl of purls) lock.push(await lockJar(purl, folder));
    lock.sort((a, b) => (a.purl < b.purl ? -1 : 1));
    await writeFile(values.lock, `${JSON.stringify(parseJarLock(lock, values.lock), null, 2)}\n`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return 0;
}
