import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { minPython } from '../../plugins/ecom-analytics/machine/python/find-python.ts';
import { describeWithShellcheck } from '../../plugins/ecom-analytics/test/requirement.ts';

const script = fileURLToPath(new URL('../../emr/bootstrap.sh', import.meta.url));
const text = readFileSync(script, 'utf8');

describeWithShellcheck('the bootstrap script', () => {
  it('has nothing that shellcheck objects to', () => {
    const { stdout } = spawnSync('shellcheck', [script], {
      encoding: 'utf8',
    });
    expect(stdout).toBe('');
  });
});

describe.skipIf(process.platform === 'win32')('the bootstrap script on a node', () => {
  let node: string;
  beforeEach(() => {
    node = mkdtempSync(path.join(os.tmpdir(), 'ecom-node-'));
    mkdirSync(path.join(node, 'bin'));
    for (const tool of ['bash', 'env', 'sed', 'uname', 'id', 'cat', 'chmod'])
      symlinkSync(execFileSync('which', [tool], { encoding: 'utf8' }).trim(), path.join(node, 'bin', tool));
    program('sudo', 'exec "$@"');
  });
  afterEach(() => rmSync(node, { recursive: true, force: true }));

  function program(name: string, body: string): void {
    const file = path.join(node, 'bin', name);
    writeFileSync(file, `#!/usr/bin/env bash\n${body}\n`);
    chmodSync(file, 0o755);
  }

  /** A package manager that installs what the packages bring, and keeps a list of its calls. */
  function dnf(): void {
    const put = (name: string, body: string) =>
      `printf '#!/usr/bin/env bash\\n%s\\n' '${body}' >"$bin/${name}"; chmod +x "$bin/${name}"`;
    program(
      'dnf',
      `bin=${path.join(node, 'bin')}; echo "$*" >>${path.join(node, 'calls')}
for package; do case $package in
  python3.11) ${put('python3.11', 'exit 0')} ;;
  java-17-*) ${put('java', 'echo "openjdk version \\"17.0.12\\" 2024-07-16" >&2')} ;;
esac; done`,
    );
  }

  const calls = (): string[] => {
    const file = path.join(node, 'calls');
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  };

  function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
    const env = { PATH: path.join(node, 'bin') };
    const { status, stdout, stderr } = spawnSync(script, args, { env, encoding: 'utf8' });
    return { status, stdout, stderr };
  }

  it('asks for what the job asks for', () => {
    expect(text).toContain(`min_python=${minPython}\n`);
    const preflight = readFileSync(new URL('../../emr/ecom_streaming/preflight.py', import.meta.url), 'utf8');
    expect(text).toContain(`min_java=${/_MIN_JAVA: Final = (\d+)/.exec(preflight)?.[1]}\n`);
  });

  it('installs what is missing, and nothing the second time', () => {
    program('python3', 'exit 1'); // an older one
    dnf();

    expect(run()).toMatchObject({
      status: 0,
      stdout: 'Installed python3.11 java-17-amazon-corretto-headless\n',
    });
    expect(run()).toMatchObject({ status: 0, stdout: expect.stringContaining('Nothing is missing') });

    expect(calls()).toEqual(['install --assumeyes --quiet python3.11 java-17-amazon-corretto-headless']);
  });

  it('only says what is missing when asked to check', () => {
    dnf();
    program('python3', 'exit 0');
    program('java', 'echo \'openjdk version "1.8.0_412"\' >&2');

    const { status, stderr } = run('--check');

    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^This node lacks java-17-amazon-corretto-headless \(.+\)\. Run it .* \(ECOM_NODE_LACKS\)\n$/,
    );
    expect(calls()).toEqual([]);
  });

  it('fails where the packages cannot be had, and where they do not help', () => {
    program('dnf', 'echo "Cannot download repomd.xml" >&2; exit 1');
    expect(run()).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/repomd.*\n.* \(ECOM_NODE_INSTALL\)\n$/),
    });

    program('dnf', 'exit 0');
    expect(run()).toMatchObject({ status: 1, stderr: expect.stringContaining('(ECOM_PYTHON_TOO_OLD)') });
  });

  it('knows no other argument', () => {
    expect(run('--force')).toMatchObject({ status: 2, stderr: expect.stringContaining('(ECOM_USAGE)') });
  });
});
