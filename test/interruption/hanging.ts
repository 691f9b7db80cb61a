import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { startBroker } from '../../plugins/ecom-analytics/machine/kafka/broker.ts';
import { ProjectCopy } from '../e2e/project-copy.ts';

/** Starts what tests start, each in its way, says so, and never ends. */
test('hangs', async () => {
  const family = path.resolve(
    import.meta.dirname,
    '../../plugins/ecom-analytics/test/machine/child/family.mjs',
  );
  const broker = await startBroker();
  const project = new ProjectCopy();
  const line = project.start(`"${process.execPath}" "${family}" deaf`);
  const child = spawn(process.execPath, [family], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  await expect.poll(() => line.output(), { timeout: 60_000 }).toContain('pids');
  writeFileSync(path.join(process.env.TMPDIR ?? '', 'started'), broker.bootstrapServers);
  await new Promise(() => undefined);
});
