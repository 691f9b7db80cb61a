import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findJava, javaMajor } from '../../../machine/kafka/java.ts';
import { describeWithJava } from '../../requirement.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'ecom-java-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

/** A program in place of `java` that answers as some Java, or as macOS without one, does. */
async function installJava(script: string): Promise<void> {
  const program = path.join(home, 'bin', 'java');
  await mkdir(path.dirname(program));
  await writeFile(program, `#!/bin/sh\n${script}\n`);
  await chmod(program, 0o755);
}

test.each([
  ['openjdk version "17.0.15" 2025-04-15', 17],
  ['java version "1.8.0_412"', 8],
  ['openjdk version "21" 2023-09-19', 21],
  ['The operation couldn’t be completed. Unable to locate a Java Runtime.', undefined],
])('reads the version from %s', (text, major) => {
  expect(javaMajor(text)).toBe(major);
});

describe('a machine without a Java that Kafka runs on', () => {
  test('hears that there is none on the path', async () => {
    await expect(findJava({ PATH: home })).rejects.toMatchObject({ code: 'ECOM_JAVA_MISSING' });
  });

  test('hears that JAVA_HOME names none', async () => {
    await expect(findJava({ JAVA_HOME: home })).rejects.toMatchObject({
      code: 'ECOM_JAVA_MISSING',
      message: expect.stringContaining(home),
    });
  });

  test.skipIf(process.platform === 'win32')('hears it of a program that only says so', async () => {
    await installJava('echo "Unable to locate a Java Runtime." >&2; exit 1');

    await expect(findJava({ JAVA_HOME: home })).rejects.toMatchObject({ code: 'ECOM_JAVA_MISSING' });
  });

  test.skipIf(process.platform === 'win32')('hears that its Java is too old', async () => {
    await installJava(`echo 'openjdk version "11.0.27" 2025-04-15' >&2`);

    await expect(findJava({ JAVA_HOME: home })).rejects.toMatchObject({
      code: 'ECOM_JAVA_TOO_OLD',
      message: expect.stringContaining('Java 11'),
    });
  });
});

describeWithJava('a machine with Java', () => {
  test('is found by its path', async () => {
    expect((await findJava({ PATH: process.env.PATH })).major).toBeGreaterThanOrEqual(17);
  });
});
