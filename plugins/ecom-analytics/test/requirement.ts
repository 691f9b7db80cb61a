import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe } from 'vitest';
import { findPython } from '../machine/python/find-python.ts';

/** What some tests need beyond Node. Where it is missing they are skipped, and say why; CI installs all of it. */

function javaMajor(): number {
  const { stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  return Number(/version "(\d+)/.exec(stderr ?? '')?.[1] ?? 0);
}

const chromiumPlaces = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The system's Chromium, or undefined. */
export const chromiumPath = process.env.CHROMIUM_PATH ?? chromiumPlaces.find((place) => existsSync(place));

/** A `describe` that runs only where Java 17 or later is installed. */
export function describeWithJava(name: string, body: () => void): void {
  const found = javaMajor();
  describe.skipIf(found < 17)(found < 17 ? `${name} (skipped: needs Java 17 or later)` : name, body);
}

/** A `describe` that runs only where a JDK is installed: a Java 17 or later with its compiler. */
export function describeWithJdk(name: string, body: () => void): void {
  const missing = javaMajor() < 17 || spawnSync('javac', ['-version']).status !== 0;
  describe.skipIf(missing)(missing ? `${name} (skipped: needs a JDK 17 or later)` : name, body);
}

/** A `describe` that runs only with the compiler of JDK 17: another one may write other bytes for the same class. */
export function describeWithJdk17(name: string, body: () => void): void {
  const { stdout } = spawnSync('javac', ['-version'], { encoding: 'utf8' });
  const missing = !stdout?.startsWith('javac 17.');
  describe.skipIf(missing)(missing ? `${name} (skipped: needs JDK 17)` : name, body);
}

const hasPython = await findPython().then(
  () => true,
  () => false,
);

/** A `describe` that runs only where Python 3.10 or later is installed. */
export function describeWithPython(name: string, body: () => void): void {
  describe.skipIf(!hasPython)(hasPython ? name : `${name} (skipped: needs Python 3.10)`, body);
}

/** A `describe` that runs only where Spark can: Java 17 or later and Python 3.10 or later, not on Windows. */
export function describeWithSpark(name: string, body: () => void): void {
  const missing = process.platform === 'win32' || javaMajor() < 17 || !hasPython;
  describe.skipIf(missing)(missing ? `${name} (skipped: needs Java 17 and Python 3.10)` : name, body);
}

/** A `describe` that runs only where Chromium is installed. */
export function describeWithChromium(name: string, body: () => void): void {
  const missing = chromiumPath === undefined;
  describe.skipIf(missing)(missing ? `${name} (skipped: needs Chromium)` : name, body);
}

/** A `describe` that runs only where shellcheck is installed. */
export function describeWithShellcheck(name: string, body: () => void): void {
  const missing = spawnSync('shellcheck', ['--version']).status !== 0;
  describe.skipIf(missing)(missing ? `${name} (skipped: needs shellcheck)` : name, body);
}
