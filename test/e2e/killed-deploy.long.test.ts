import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EMRClient, ListStepsCommand } from '@aws-sdk/client-emr';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { localEmrClusterId } from '../../plugins/ecom-analytics/cloud/cloud.ts';
import { describeWithSpark } from '../../plugins/ecom-analytics/test/requirement.ts';
import { type CommandOutcome, ProjectCopy, type Running } from './project-copy.ts';

/** osls asks this often how far a stack is, in milliseconds. */
const quickly = { SLS_AWS_MONITORING_FREQUENCY: '200' };

/** A deploy that ends anywhere between its first call to AWS and its last. */
describeWithSpark('a deploy that is ended by force', () => {
  let project: ProjectCopy;
  let cloud: Running;
  let emr: EMRClient;

  beforeAll(async () => {
    project = new ProjectCopy();
    cloud = project.start('npm run cloud -- --record calls');
    const deadline = Date.now() + 200_000;
    while (!/In another terminal/.test(cloud.output())) {
      if (Date.now() > deadline) throw new Error(cloud.output());
      await delay(200);
    }
    const { endpoint } = JSON.parse(readFileSync(path.join(project.folder, '.cache/cloud.json'), 'utf8'));
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    emr = new EMRClient({ endpoint, region: 'us-east-1', credentials });
  }, 240_000);

  afterAll(async () => {
    emr?.destroy();
    cloud?.interrupt();
    await cloud?.ended;
    project?.remove();
  }, 60_000);

  const sls = (line: string): Running => project.start(`npx sls ${line} --stage local`, quickly);

  /** Calls that a person's commands have made so far: those of functions and steps say whose they are. */
  function calls(): number {
    const lines = readFileSync(path.join(project.folder, 'calls/calls.jsonl'), 'utf8').split('\n');
    return lines.filter((line) => line.includes('"accessKeyId":"local"') && !line.includes('"application"'))
      .length;
  }

  async function runningSteps(): Promise<number> {
    const { Steps = [] } = await emr.send(
      new ListStepsCommand({ ClusterId: localEmrClusterId, StepStates: ['PENDING', 'RUNNING'] }),
    );
    return Steps.length;
  }

  async function expectDeployed(): Promise<void> {
    const outcome: CommandOutcome = await sls('deploy').ended;
    expect(outcome.code, outcome.output).toBe(0);
    expect(outcome.output).toContain('alert consumer: trigger on');
    expect(await runningSteps()).toBe(1);
    const { output } = await sls('info').ended;
    expect(output).toMatch(/step s-\w+ RUNNING, job running/);
  }

  test.each([
    ['SIGKILL', (deploy: Running) => deploy.kill()],
    ['Ctrl-C', (deploy: Running) => deploy.interrupt()],
  ])('by %s leaves a stage that the next deploy makes whole', { timeout: 900_000 }, async (_, end) => {
    const before = calls();
    await expectDeployed();
    const whole = calls() - before;
    expect((await sls('remove').ended).code).toBe(0);
    expect(whole).toBeGreaterThan(30);
    for (const share of [0.15, 0.35, 0.55, 0.75, 0.95]) {
      const from = calls();
      const deploy = sls('deploy');
      let over = false;
      void deploy.ended.then(() => {
        over = true;
      });
      while (!over && calls() - from < whole * share) await delay(20);
      end(deploy);
      await deploy.ended;
      expect(await runningSteps()).toBeLessThanOrEqual(1);
    }
    await expectDeployed();
    expect((await sls('remove').ended).code).toBe(0);
  });
});
