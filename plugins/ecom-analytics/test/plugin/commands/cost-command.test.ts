import { expect, test } from 'vitest';
import { systemClock } from '../../../functions/clock.ts';
import { costCommand } from '../../../plugin/commands/cost-command.ts';
import { openSession } from '../../../plugin/session.ts';
import { sampleStage } from '../resources/sample-stage.ts';

async function costOf(stage: string, json: boolean): Promise<string> {
  const session = openSession({
    input: sampleStage({}, stage),
    region: 'us-east-1',
    stackName: `shop-${stage}`,
    sdkSettings: () => Promise.reject(new Error('nobody is asked')),
    clock: systemClock,
    progress: () => {},
    isLocal: stage === 'local',
  });
  const printed: string[] = [];
  expect(await costCommand(session, { json }, (text) => printed.push(text))).toBe(0);
  return printed.join('\n');
}

test('a stage on AWS has its items and their sum', async () => {
  expect(await costOf('dev', false)).toMatch(/MSK, 2 × .*\n[\s\S]*Total +\$\d+\.\d\d/);
  expect(JSON.parse(await costOf('dev', true))).toMatchObject({ region: 'us-east-1' });
});

test('the stage on this machine costs nothing, and no sum is shown', async () => {
  const text = await costOf('local', false);
  expect(text).toContain('Stage local costs nothing');
  expect(text).not.toContain('$');
  expect(JSON.parse(await costOf('local', true))).toEqual({
    region: 'this machine',
    items: [],
    monthlyUsd: 0,
    notPriced: [],
  });
});
