import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findJava } from '../plugins/ecom-analytics/machine/kafka/java.ts';
import { fetchJars } from '../plugins/ecom-analytics/machine/maven/fetch-jars.ts';
import { readJarLock } from '../plugins/ecom-analytics/machine/maven/jar-lock.ts';
import { virtualEnvironment } from '../plugins/ecom-analytics/machine/python/virtual-environment.ts';

/** Flink, for the benchmarks alone: its jars as PyPI has them, with its connector to Kafka. */

const contestant = (name: string): string => fileURLToPath(new URL(`./contestants/${name}`, import.meta.url));

/** What Flink's own scripts open of Java 17: https://nightlies.apache.org/flink/flink-docs-stable/docs/deployment/java_compatibility/ */
const opened = ['lang', 'net', 'io', 'nio', 'lang.reflect', 'text', 'time', 'util', 'util.concurrent'];

/** A program, and its arguments up to those of `FlinkSql.java` itself. */
export async function flinkSql(): Promise<readonly [command: string, ...args: string[]]> {
  const requirements = contestant('flink.txt');
  const { folder } = await virtualEnvironment({ name: 'flink', requirements });
  const files = await readdir(folder, { recursive: true });
  const own = files.filter((file) => /^lib[\\/].*[\\/]pyflink[\\/]lib[\\/][^\\/]+\.jar$/i.test(file));
  const connector = await fetchJars(await readJarLock(contestant('flink.lock.json')));
  const { command } = await findJava();
  return [
    command,
    ...['-Xmx2g', '-XX:+UseSerialGC', '-Dlog4j2.level=ERROR'],
    ...opened.map((name) => `--add-opens=java.base/java.${name}=ALL-UNNAMED`),
    ...['-cp', [...own.map((file) => path.join(folder, file)), ...connector].join(path.delimiter)],
    contestant('FlinkSql.java'),
  ];
}
