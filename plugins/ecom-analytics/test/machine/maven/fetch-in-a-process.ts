// Fetches the jars of a lock file, for the tests that need a second process: `<lock> <cache> <mirror>`.
import { fetchJars } from '../../../machine/maven/fetch-jars.ts';
import { readJarLock } from '../../../machine/maven/jar-lock.ts';

const [lock = '', cache = '', mirror = ''] = process.argv.slice(2);
const files = await fetchJars(await readJarLock(lock), { cache, mirror });
process.stdout.write(`${files.join('\n')}\n`);
