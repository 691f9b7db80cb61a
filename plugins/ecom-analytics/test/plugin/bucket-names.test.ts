import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { refuseBuckets } from '../../plugin/bucket-names.ts';
import { AccountEndpoint, sessionIn } from './aws/account-endpoint.ts';
import { sampleStage, stages } from './resources/sample-stage.ts';

let account: AccountEndpoint;
beforeEach(async () => {
  account = new AccountEndpoint();
  await account.start();
});
afterEach(() => account.stop());

const session = (config: unknown = {}) => sessionIn(account, sampleStage(config));

const named = { buckets: { create: { prefix: 'shop' } } };

describe('before a stack is touched, a bucket name', () => {
  test('that is free is let pass', async () => {
    await expect(refuseBuckets(session())).resolves.toBeUndefined();
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
    const refused = refuseBuckets(session(named));
    await expect(refused).rejects.toMatchObject({ code: 'ECOM_BUCKET_TAKEN' });
    await expect(refused).rejects.toThrow(words);
    await expect(refused).rejects.toThrow('bucket shop-artifacts; serverless.yml');
    await expect(refused).rejects.toThrow('buckets.create.prefix');
  });

  test('that has the account in it is asked for by its whole name', async () => {
    account.buckets.set('shop-dev-data-123456789012', { status: 200 });
    await expect(refuseBuckets(session())).rejects.toThrow('bucket shop-dev-data-123456789012');
  });

  test('of the same service and stage in another region says which prefix to give', async () => {
    account.buckets.set('shop-dev-data-123456789012', { status: 301, region: 'us-east-1' });
    const refused = refuseBuckets(session());
    await expect(refused).rejects.toMatchObject({ code: 'ECOM_BUCKET_TAKEN' });
    await expect(refused).rejects.toThrow('`buckets.create.prefix`, such as shop-dev-eu-west-1');
  });

  test('that S3 does not tell of is left to CloudFormation', async () => {
    account.buckets.set('shop-data', { status: 403 });
    await expect(refuseBuckets(session(named))).resolves.toBeUndefined();
  });

  test('of the stage’s own bucket is its own, also while the stack is still at work', async () => {
    account.buckets.set('shop-data', { status: 200 });
    account.resources.set('EcomDataBucket', { name: 'shop-data', status: 'CREATE_IN_PROGRESS' });
    await expect(refuseBuckets(session(named))).resolves.toBeUndefined();
  });

  test('that the stack could not make for the same reason is still taken', async () => {
    account.buckets.set('shop-data', { status: 403, region: 'eu-west-1' });
    account.resources.set('EcomDataBucket', { name: 'shop-data', status: 'CREATE_FAILED' });
    await expect(refuseBuckets(session(named))).rejects.toMatchObject({ code: 'ECOM_BUCKET_TAKEN' });
  });

  test('passes where buckets are existing ones', async () => {
    for (const name of ['shop-lake', 'shop-code']) account.buckets.set(name, { status: 200 });
    await expect(refuseBuckets(session(stages['bring-your-own']))).resolves.toBeUndefined();
  });
});

describe('a stage that is deployed', () => {
  beforeEach(() => {
    account.outputs = { EcomDataBucketName: 'shop-data', EcomArtifactsBucketName: 'shop-artifacts' };
    for (const kind of ['data', 'artifacts']) account.buckets.set(`shop-${kind}`, { status: 200 });
  });
  const made = () => {
    account.resources.set('EcomDataBucket', { name: 'shop-data', status: 'CREATE_COMPLETE' });
    account.resources.set('EcomArtifactsBucket', { name: 'shop-artifacts', status: 'CREATE_COMPLETE' });
  };
  const brought = { buckets: { existing: { data: 'shop-data', artifacts: 'shop-artifacts' } } };

  test('keeps the buckets that it made', async () => {
    made();
    await expect(refuseBuckets(session(named))).resolves.toBeUndefined();
  });

  test('keeps the existing buckets', async () => {
    await expect(refuseBuckets(session(brought))).resolves.toBeUndefined();
  });

  test.each([
    ['another prefix', { buckets: { create: { prefix: 'store' } } }, 'cannot become store-data'],
    ['no prefix any more', {}, 'cannot become shop-dev-data-123456789012'],
    [
      'another bucket for the job’s files',
      { buckets: { existing: { data: 'shop-data', artifacts: 'shop-code' } } },
      'artifacts bucket of this stage is shop-artifacts, and cannot become shop-code',
    ],
  ])('does not get others by %s', async (_, config, words) => {
    const refused = refuseBuckets(session(config));
    await expect(refused).rejects.toMatchObject({ code: 'ECOM_BUCKET_CHANGED' });
    await expect(refused).rejects.toThrow(words);
    await expect(refused).rejects.toThrow('sls remove --stage dev');
  });

  test('does not give its own bucket away, which its stack would delete', async () => {
    made();
    await expect(refuseBuckets(session(brought))).rejects.toThrow('would be deleted');
  });
});
