import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fetchJars } from '../../../machine/maven/fetch-jars.ts';
import type { JarProgress } from '../../../machine/maven/jar-progress.ts';
import { answerRange, lockedJar, serveRepository } from './maven-repository.ts';

const content = randomBytes(300_000);
const jar = lockedJar(content);

let cache: string;
beforeEach(async () => {
  cache = await mkdtemp(path.join(os.tmpdir(), 'ecom jars é '));
});
afterEach(() => rm(cache, { recursive: true, force: true }));

async function filesInCache(): Promise<string[]> {
  const entries = await readdir(cache, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

describe('jars that are missing', () => {
  test('are downloaded into the layout of a Maven repository', async () => {
    await using repository = await serveRepository(answerRange(content));

    const [file] = await fetchJars([jar], { cache, mirror: repository.url });

    expect(file).toBe(path.join(cache, 'org', 'example', 'shop', '1.0', 'shop-1.0.jar'));
    expect(content.equals(await readFile(file ?? ''))).toBe(true);
    expect(await filesInCache()).toEqual(['shop-1.0.jar']);
  });

  test('are announced with how much has come and how much there is', async () => {
    await using repository = await serveRepository(answerRange(content));
    const seen: JarProgress[] = [];

    await fetchJars([jar], { cache, mirror: repository.url, onProgress: (progress) => seen.push(progress) });

    expect(seen.at(-1)).toEqual({ doneBytes: content.length, totalBytes: content.length, files: 1 });
    expect(seen.map(({ doneBytes }) => doneBytes)).toEqual(
      seen.map(({ doneBytes }) => doneBytes).sort((a, b) => a - b),
    );
  });

  test('come four at a time', async () => {
    let open = 0;
    let most = 0;
    let fourCame = (): void => undefined;
    const four = new Promise<void>((resolve) => {
      fourCame = resolve;
    });
    await using repository = await serveRepository(async (request, response) => {
      most = Math.max(most, ++open);
      if (open === 4) fourCame();
      await four;
      await delay(20); // a fifth would come meanwhile
      open--;
      answerRange(content)(request, response);
    });
    const lock = Array.from({ length: 12 }, (_, index) => lockedJar(content, `shop-${index}`));

    const files = await fetchJars(lock, { cache, mirror: repository.url });

    expect(files).toHaveLength(12);
    expect(most).toBe(4);
  });
});

describe('jars in the cache', () => {
  test('are not asked for again', async () => {
    await using repository = await serveRepository(answerRange(content));
    await fetchJars([jar], { cache, mirror: repository.url });
    const progress: JarProgress[] = [];

    await fetchJars([jar], { cache, mirror: repository.url, onProgress: (p) => progress.push(p) });

    expect(repository.requests).toHaveLength(1);
    expect(progress).toEqual([]);
  });

  test('are fetched again when they have been altered, also where the size is the same', async () => {
    await using repository = await serveRepository(answerRange(content));
    const [file = ''] = await fetchJars([jar], { cache, mirror: repository.url });
    await writeFile(file, randomBytes(content.length));

    await fetchJars([jar], { cache, mirror: repository.url });

    expect(content.equals(await readFile(file))).toBe(true);
  });

  test('are whole after two processes have fetched them at once', async () => {
    await using repository = await serveRepository(async (request, response) => {
      await delay(50);
      answerRange(content)(request, response);
    });
    const lock = path.join(cache, 'lock.json');
    await writeFile(lock, JSON.stringify([jar]));
    const program = fileURLToPath(new URL('./fetch-in-a-process.ts', import.meta.url));
    const run = () =>
      promisify(execFile)(process.execPath, ['--import', 'tsx', program, lock, cache, repository.url]);

    const results = await Promise.all([run(), run()]);

    const [file = ''] = results.map(({ stdout }) => stdout.trim());
    expect(content.equals(await readFile(file))).toBe(true);
    expect(await filesInCache()).toEqual(expect.not.arrayContaining([expect.stringMatching(/part$/)]));
  });
});

describe('a repository that fails', () => {
  const quick = { backoffMs: 1, attempts: 3 };

  test('with other bytes than the locked ones leaves no file behind', async () => {
    await using repository = await serveRepository(answerRange(randomBytes(content.length)));

    const fetching = fetchJars([jar], { cache, mirror: repository.url });

    await expect(fetching).rejects.toMatchObject({ code: 'ECOM_JAR_HASH' });
    expect(await filesInCache()).toEqual([]);
  });

  test('by breaking off is asked for the rest', async () => {
    await using repository = await serveRepository((request, response) => {
      if (request.headers.range) return answerRange(content)(request, response);
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 100_000), () => response.destroy());
    });

    const [file = ''] = await fetchJars([jar], { cache, mirror: repository.url, ...quick });

    expect(content.equals(await readFile(file))).toBe(true);
    expect(repository.requests).toHaveLength(2);
    expect(repository.requests[1]).toMatch(/bytes=\d+-$/);
  });

  test('by breaking off and knowing no ranges is asked for all of it', async () => {
    let asked = 0;
    await using repository = await serveRepository((_request, response) => {
      response.writeHead(200, { 'content-length': content.length });
      if (asked++ > 0) response.end(content);
      else response.write(content.subarray(0, 100_000), () => response.destroy());
    });
    const progress: JarProgress[] = [];

    const [file = ''] = await fetchJars([jar], {
      cache,
      mirror: repository.url,
      ...quick,
      onProgress: (p) => progress.push(p),
    });

    expect(content.equals(await readFile(file))).toBe(true);
    expect(progress.at(-1)?.doneBytes).toBe(content.length);
  });

  test('by saying nothing is asked again', async () => {
    let asked = 0;
    await using repository = await serveRepository((request, response) => {
      if (asked++ > 0) answerRange(content)(request, response);
    });

    const files = await fetchJars([jar], { cache, mirror: repository.url, ...quick, stallMs: 200 });

    expect(files).toHaveLength(1);
    expect(repository.requests).toHaveLength(2);
  });

  test('with 503 for a while is asked again', async () => {
    let asked = 0;
    await using repository = await serveRepository((request, response) => {
      if (asked++ > 1) answerRange(content)(request, response);
      else response.writeHead(503).end();
    });

    const files = await fetchJars([jar], { cache, mirror: repository.url, ...quick });

    expect(files).toHaveLength(1);
    expect(repository.requests).toHaveLength(3);
  });

  test('with 404 is believed, and the message names the address', async () => {
    await using repository = await serveRepository((_request, response) => response.writeHead(404).end());

    const fetching = fetchJars([jar], { cache, mirror: repository.url, ...quick });

    await expect(fetching).rejects.toMatchObject({
      code: 'ECOM_JAR_DOWNLOAD',
      message: expect.stringContaining(`${repository.url}/org/example/shop/1.0/shop-1.0.jar`),
    });
    expect(repository.requests).toHaveLength(1);
    expect(await filesInCache()).toEqual([]);
  });

  test('by not being there means that the machine is offline', async () => {
    const gone = await serveRepository(() => undefined);
    await gone[Symbol.asyncDispose]();

    const fetching = fetchJars([jar], { cache, mirror: gone.url, ...quick });

    await expect(fetching).rejects.toMatchObject({
      code: 'ECOM_OFFLINE',
      message: expect.stringContaining('ECOM_MAVEN_REPOSITORY'),
    });
  });
});
