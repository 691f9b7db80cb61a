import { spawn } from 'node:child_process';
import path from 'node:path';

/** `npm run check`: format, lint, types and dead code, side by side. Each tool's own output is shown when it fails. */

const root = path.resolve(import.meta.dirname, '..');

const checks: readonly (readonly [name: string, script: string, ...args: string[]])[] = [
  ['format and lint', '@biomejs/biome/bin/biome', 'ci', '.', '--colors=off'],
  ['types', 'typescript/bin/tsc', '--project', '.'],
  ['types of the kit', 'typescript/bin/tsc', '--project', 'plugins/ecom-analytics'],
  ['types of the dashboard page', 'typescript/bin/tsc', '--project', 'plugins/ecom-analytics/dashboard/page'],
  ['types of the scaffolder', 'typescript/bin/tsc', '--project', 'create'],
  ['types of the benchmarks', 'typescript/bin/tsc', '--project', 'bench'],
  ['dead code', 'knip/bin/knip.js'],
];

function run(script: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(root, 'node_modules', script), ...args], {
      cwd: root,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
    child.on('error', reject);
    child.on('exit', (code) => resolve({ code: code ?? 1, output }));
  });
}

export async function main(): Promise<number> {
  let failed = 0;
  await Promise.all(
    checks.map(async ([name, script, ...args]) => {
      const { code, output } = await run(script, args);
      console.log(`${code === 0 ? 'ok    ' : 'failed'} ${name}`);
      if (code !== 0) {
        failed++;
        console.log(output);
      }
    }),
  );
  return failed === 0 ? 0 : 1;
}
