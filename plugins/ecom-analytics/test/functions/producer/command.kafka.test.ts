import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import pipeline from '../../../../../pipeline/definition.ts';
import { type Broker, startBroker } from '../../../machine/kafka/broker.ts';
import { createTopics } from '../../../machine/kafka/create-topics.ts';
import { describeWithJava } from '../../requirement.ts';
import { withAdmin } from '../kafka/topic-content.ts';

const root = path.resolve(import.meta.dirname, '../../../../..');

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcessWithoutNullStreams {
  const command = [path.join(root, 'plugins/ecom-analytics/source.mjs'), 'producer', ...args];
  return spawn(process.execPath, command, { cwd: root, env: { ...process.env, ...env } });
}

async function ended(child: ChildProcessWithoutNullStreams): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text) => {
    stdout += text;
  });
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

const run = (...args: readonly string[]): Promise<Ended> => ended(start(args));

describeWithJava('the command `producer`', () => {
  let broker: Broker;
  const total = async (): Promise<number> => {
    const offsets = await withAdmin(broker.bootstrapServers, (admin) =>
      admin.fetchTopicOffsets(pipeline.topics.orders.name),
    );
    return offsets.reduce((sum, { high }) => sum + Number(high), 0);
  };

  beforeAll(async () => {
    broker = await startBroker();
    await createTopics(broker.bootstrapServers, pipeline);
  });

  afterAll(async () => {
    await broker?.stop();
  });

  test('sends, shows the first orders, and gives the result as JSON and nothing else', async () => {
    const options = ['--duration', '1', '--rate', '3000', '--seed', '7', '--json'];
    const { code, stdout, stderr } = await run('--brokers', broker.bootstrapServers, ...options);
    const result: unknown = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(result).toMatchObject({ sent: 50, failed: 0, seed: 7, stoppedEarly: false });
    expect(stderr).toMatch(/^Sent order 1: [0-9a-f-]{36} - \$\d+\.\d\d$/m);
    expect(await total()).toBe(50);
  });

  test('ends with 2 when it is called wrongly, and says how to call it', async () => {
    const { code, stdout, stderr } = await run('--brokers', broker.bootstrapServers, '--rate', 'fast');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe(
      '--rate must be a number from 1 to 1000000. Run `npm run producer -- --help` for the options. (ECOM_USAGE)\n',
    );
  });

  test('ends early at Ctrl-C, with everything sent and counted', async () => {
    const before = await total();
    const child = start(['--brokers', broker.bootstrapServers, '--duration', '600', '--rate', '6000']);
    child.stderr.setEncoding('utf8');
    const result = ended(child);
    await new Promise<void>((resolve) => {
      child.stderr.on('data', (text: string) => {
        if (text.includes('Sent order 10')) resolve();
      });
    });
    child.kill('SIGINT');
    const { code, stdout } = await result;
    const sent = Number(/^Sent (\d+) orders/.exec(stdout)?.[1]);
    expect(code).toBe(130);
    expect(stdout).toContain('stopped early');
    expect(sent).toBeGreaterThanOrEqual(10);
    expect((await total()) - before).toBe(sent);
  });
});
