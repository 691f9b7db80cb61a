import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { wallClock } from '../../plugins/ecom-analytics/clock.ts';
import { openSession, type Session } from '../../plugins/ecom-analytics/session.ts';
import { refuseTakenBuckets } from '../../plugins/ecom-analytics/taken-buckets.ts';
import { AccountEndpoint } from './aws/account-endpoint.ts';
import { sampleStage, stages } from './resources/sample.ts';

let account: AccountEndpoint;
beforeEach(async () => {
  account = new AccountEndpoint();
  await account.start();
});
afterEach(() => account.stop());

function session(config: unknown = {}): Session {
  return openSession({
    input: sampleStage(config),
    region: 'eu-west-1',
    stackName: 'shop-dev',
    sdkSettings: async () => ({
      region: 'eu-west-1',
      endpoint: account.url,
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      maxAttempts: 1,
    }),
    clock: wallClock,
    progress: () => {},
    isLocal: false,
  });
}

const named = { buckets: { create: { prefix: 'shop' } } };

describe('before a stack is touched, a bucket name', () => {
  test('that is free is let pass', async () => {
    await expect(refuseTakenBuckets(session())).resolves.toBeUndefined();
  });

  test.each([
    ['of somebody else', { status: 403, region: 'eu-west-1' }, 'you may not read'],
    ['in another region', { status: 301, region: 'us-east-1' }, 'in another region'],
    [
      'in another region, where S3 says only so much',
      { status: 400, region: 'us-east-1' },
      'in another region',
    ],
    ['that can be read, but is not of this stage', { status: 200 }, 'this stage has not made it'],
  ])('%s is refused', async (_, standing, words) => {
    account.buckets.set('shop-artifacts', standing);
    const refused = refuseTakenBuckets(session(named));
    await expect(refused).rejects.toMatchObject({ code: 'ECOM_BUCKET_TAKEN' });
    await expect(refused).rejects.toThrow(words);
    await expect(refused).rejects.toThrow('bucket shop-artifacts; serverless.yml');
    await expect(refused).rejects.toThrow('buckets.create.prefix');
  });

  test('that has the account in it is asked for by its whole name', async () => {
    account.buckets.set('shop-dev-data-123456789012', { status: 200 });
    await expect(refuseTakenBuckets(session())).rejects.toThrow('bucket shop-dev-data-123456789012');
  });

  test('that S3 does not tell of is left to CloudFormation', async () => {
    account.buckets.set('shop-data', { status: 403 });
    await expect(refuseTakenBuckets(session(named))).resolves.toBeUndefined();
  });

  test('of the stage’s own bucket is its own, also while the stack is still at work', async () => {
    account.buckets.set('shop-data', { status: 200 });
    account.resources.set('EcomDataBucket', { name: 'shop-data', status: 'CREATE_IN_PROGRESS' });
    await expect(refuseTakenBuckets(session(named))).resolves.toBeUndefined();
  });

  test('that the stack could not make for the same reason is still taken', async () => {
    account.buckets.set('shop-data', { status: 403, region: 'eu-west-1' });
    account.resources.set('EcomDataBucket', { name: 'shop-data', status: 'CREATE_FAILED' });
    await expect(refuseTakenBuckets(session(named))).rejects.toMatchObject({ code: 'ECOM_BUCKET_TAKEN' });
  });

  test('is not asked for where buckets are brought along', async () => {
    account.refusal = { status: 500, code: 'Internal', message: 'nobody should ask' };
    await expect(refuseTakenBuckets(session(stages['bring-your-own']))).resolves.toBeUndefined();
  });
});
