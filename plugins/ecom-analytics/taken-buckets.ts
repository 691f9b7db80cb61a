import { callerIdentity } from './aws/identity.ts';
import { Bucket, type BucketStanding } from './aws/objects.ts';
import { AwsError } from './error.ts';
import { bucketName, ids } from './resources/stage.ts';
import type { Session } from './session.ts';

const why: Readonly<Record<Exclude<BucketStanding, 'free' | 'unknown'>, string>> = {
  elsewhere: 'there is a bucket of this name in another region, or one that you may not read',
  readable: 'there is a bucket of this name, and this stage has not made it',
};

/**
 * Sees to it, before the stack is touched, that the buckets of a stage can be made. CloudFormation would say so itself, but
 * only after minutes, and after it has taken back all else that it had made.
 *
 * @throws AwsError `ECOM_BUCKET_TAKEN`
 */
export async function refuseTakenBuckets(session: Session): Promise<void> {
  const { input, clients, stack } = session;
  if (!input.config.buckets.create) return;
  for (const kind of ['data', 'artifacts'] as const) {
    const id = kind === 'data' ? ids.dataBucket : ids.artifactsBucket;
    const asked = bucketName(input, kind);
    const name = asked.includes('${AWS::AccountId}')
      ? asked.replace('${AWS::AccountId}', (await callerIdentity(clients)).account)
      : asked;
    if ((await stack.resource(id)) === name) continue;
    const standing = await new Bucket(clients, name).standing();
    // Where S3 does not say, CloudFormation will.
    if (standing === 'free' || standing === 'unknown') continue;
    throw new AwsError('ECOM_BUCKET_TAKEN', {
      what: `The name of the ${kind} bucket is taken: ${why[standing]}`,
      where: `bucket ${name}; serverless.yml, custom.ecomAnalytics.buckets`,
      fix:
        standing === 'readable'
          ? 'Nothing was changed. Use it as it is (`buckets.existing`), give another `buckets.create.prefix`, or delete it if nobody needs it.'
          : 'Nothing was changed. Give another `buckets.create.prefix`: all AWS accounts share one set of names.',
    });
  }
}
