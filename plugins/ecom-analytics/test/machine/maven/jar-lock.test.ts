import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { main } from '../../../machine/maven/command.ts';
import { jarAddress, jarPath } from '../../../machine/maven/jar-address.ts';
import { parseJarLock, readJarLock } from '../../../machine/maven/jar-lock.ts';
import { answerRange, lockedJar, serveRepository } from './maven-repository.ts';

describe('the address of a jar', () => {
  const withClassifier = 'pkg:maven/software.amazon.msk/aws-msk-iam-auth@2.3.2?classifier=all';

  test('has the classifier in the file name alone', () => {
    expect(jarPath(withClassifier)).toBe(
      'software/amazon/msk/aws-msk-iam-auth/2.3.2/aws-msk-iam-auth-2.3.2-all.jar',
    );
  });

  test('lies below the mirror where there is one, else below the public repository', () => {
    const below = jarPath(withClassifier);

    expect(jarAddress(withClassifier, 'http://127.0.0.1:1/maven/')).toBe(`http://127.0.0.1:1/maven/${below}`);
    const address = new URL(jarAddress(withClassifier));
    expect(address.protocol).toBe('https:');
    expect(address.pathname.endsWith(`/${below}`)).toBe(true);
  });

  test.each(['pkg:npm/kafkajs@2.2.4', 'pkg:maven/org.example/shop', 'kafka-clients'])(
    'is refused for %s',
    (purl) => {
      expect(() => jarAddress(purl)).toThrow(expect.objectContaining({ code: 'ECOM_JAR_LOCK' }));
    },
  );
});

describe('a lock file', () => {
  test('of Kafka names each jar once', async () => {
    const lock = await readJarLock(
      fileURLToPath(new URL('../../../machine/kafka/jars.lock.json', import.meta.url)),
    );

    const purls = lock.map(({ purl }) => purl);
    expect(new Set(purls).size).toBe(purls.length);
    expect(purls).toContain('pkg:maven/org.apache.kafka/kafka_2.13@4.1.1');
  });

  test.each([
    ['no list', {}],
    ['a short hash', [{ purl: 'pkg:maven/org.example/shop@1.0', bytes: 1, sha256: 'abc' }]],
    ['a path in the purl', [{ ...lockedJar(Buffer.from('x')), purl: 'pkg:maven/../shop@1.0' }]],
  ])('with %s is refused', (_what, json) => {
    expect(() => parseJarLock(json, 'jars.lock.json')).toThrow(
      expect.objectContaining({
        code: 'ECOM_JAR_LOCK',
        message: expect.stringContaining('jars.lock.json'),
      }),
    );
  });

  test('that is missing is named', async () => {
    await expect(readJarLock('no/such.lock.json')).rejects.toMatchObject({
      code: 'ECOM_JAR_LOCK',
      message: expect.stringContaining('no/such.lock.json'),
    });
  });
});

describe('npm run lock-jars', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'ecom-lock-'));
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true, force: true });
  });

  test('notes the size and the hash of each artifact, and notes them again from the list alone', async () => {
    const content = Buffer.from('a jar');
    await using repository = await serveRepository(answerRange(content));
    vi.stubEnv('ECOM_MAVEN_REPOSITORY', repository.url);
    const lock = path.join(folder, 'jars.lock.json');
    const jar = lockedJar(content);

    expect(await main(['--lock', lock, jar.purl])).toBe(0);
    expect(JSON.parse(await readFile(lock, 'utf8'))).toEqual([jar]);

    await writeFile(lock, JSON.stringify([{ ...jar, sha256: '0'.repeat(64) }]));
    expect(await main(['--lock', lock])).toBe(0);
    expect(await readJarLock(lock)).toEqual([jar]);
  });

  test.each([[['--nonsense']], [[]]])('refuses %j as usage', async (args) => {
    await expect(main(args)).rejects.toMatchObject({ exitCode: 2 });
  });
});
