import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deleteCommand, planCommand } from '../../../plugin/commands/topics-command.ts';
import { StageCloud } from './stage-cloud.ts';

let cloud: StageCloud;
beforeEach(async () => {
  cloud = await StageCloud.start();
  await cloud.deploy();
});
afterEach(() => cloud.stop());

const detailed = { 'detailed-exitcode': true };

describe('the plan of the topics', () => {
  test('ends with 0 where nothing is to be done, and with 2 where something is', async () => {
    expect((await cloud.run(planCommand, detailed)).code).toBe(0);
    cloud.msk.topics.delete('ecommerce-alerts');
    const { code, printed } = await cloud.run(planCommand, { ...detailed, json: true });
    expect(code).toBe(2);
    expect(JSON.parse(printed)).toMatchObject({
      changes: [{ kind: 'create', topic: { name: 'ecommerce-alerts' } }],
    });
  });

  test('ends with 1 where it refuses a topic, as one of another stage', async () => {
    cloud.msk.tags['ecom-analytics:topic:ecommerce-alerts'] = 'shop/prod';
    const { code, printed } = await cloud.run(planCommand, { ...detailed, json: true });
    expect(code).toBe(1);
    expect(JSON.parse(printed)).toMatchObject({ refused: [{ code: 'ECOM_TOPIC_OWNED' }] });
  });

  test.each([
    ['is no JSON', 'not JSON', 'ECOM_OBJECT_INVALID'],
    ['is of a version that it does not know', '{"version":9}', 'ECOM_LEDGER'],
  ])('is not made from a ledger that %s', async (_, ledger, code) => {
    cloud.spark.objects.set('ledger/topics.json', ledger);
    await expect(cloud.run(planCommand)).rejects.toMatchObject({ code });
  });
});

test('topics are deleted only after a yes', async () => {
  await expect(cloud.run(deleteCommand)).rejects.toMatchObject({ code: 'ECOM_TOPIC_DELETE_YES' });
  expect(cloud.msk.topics.size).toBe(3);
});

test('topics that were the stage’s own on another cluster are not its own here', async () => {
  const ledger = cloud.spark.json('ledger/topics.json');
  cloud.spark.objects.set(
    'ledger/topics.json',
    JSON.stringify({ ...ledger, cluster: 'arn:aws:kafka:eu-west-1:123456789012:cluster/left/1' }),
  );
  await cloud.run(deleteCommand, { yes: true });
  expect(cloud.msk.topics.size).toBe(3);
});
