import { callerIdentity } from './aws/identity.ts';
import { Bucket, type BucketStanding } from './aws/objects.ts';
import { AwsError } from './error-kinds.ts';
import { bucketName, ids, stem } from './resources/stage-input.ts';
import type { Session } from './session.ts';

type Kind = 'data' | 'artifacts';

const kinds: readonly { readonly kind: Kind; readonly id: string; readonly output: string }[] = [
  { kind: 'data', id: ids.dataBucket, output: 'EcomDataBucketName' },
  { kind: 'artifacts', id: ids.artifactsBucket, output: 'EcomArtifactsBucketName' },
];

/** What the configuration calls a bucket, with the account in it where that is part of the name. */
async function askedName({ input, clients }: Session, kind: Kind): Promise<string> {
  const { existing } = input.config.buckets;
  if (existing) return existing[kind];
  const name = bucketName(input, kind);
  if (!name.includes('${AWS::AccountId}')) return name;
  return name.replace('${AWS::AccountId}', (await callerIdentity(clients)).account);
}

/**
 * Sees to it that a stage keeps the buckets it has: the checkpoint, the record of its step, its windows and the ledger of its
 * topics are in them, and with others it would silently start again.
 *
 * @throws AwsError `ECOM_BUCKET_CHANGED`
 */
async function refuseChanged(session: Session): Promise<void> {
  const { input, stack } = session;
  const outputs = await stack.outputs();
  for (const { kind, id, output } of kinds) {
    const standing = outputs?.[output];
    if (standing === undefined) continue;
    const asked = await askedName(session, kind);
    // Configured as existing under the name that it has: the stack would delete what is no longer its own.
    const givenAway = input.config.buckets.existing !== undefined && (await stack.resource(id)) === standing;
    if (asked === standing && !givenAway) continue;
    throw new AwsError('ECOM_BUCKET_CHANGED', {
      what: givenAway
        ? `The ${kind} bucket was made by this stage, and would be deleted if it were named as an existing one`
        : `The ${kind} bucket of this stage is ${standing}, and cannot become ${asked}: checkpoint, windows and the topics' ledger would stay behind`,
      where: `bucket ${standing}; \`buckets\` of the stage in stages.yml or serverless.yml`,
      fix: `Nothing was changed. Undo the change of \`buckets\`; or deploy another stage with the new buckets and remove this one (sls remove --stage ${input.stage} empties the buckets that it made: copy the windows first).`,
    });
  }
}

const why: Readonly<Record<Exclude<BucketStanding, 'free' | 'unknown'>, string>> = {
  elsewhere: 'there is a bucket of this name in another region, or one that you may not read',
  readable: 'there is a bucket of this name, and this stage has not made it',
};

/**
 * Sees to it that the buckets of a stage can be made. CloudFormation would say so itself, but only after minutes, and after
 * it has taken back all else that it had made.
 *
 * @throws AwsError `ECOM_BUCKET_TAKEN`
 */
async function refuseTaken(session: Session): Promise<void> {
  const { input, clients, stack, region } = session;
  const { create } = input.config.buckets;
  if (!create) return;
  const another =
    create.prefix === null
      ? `Give this one a \`buckets.create.prefix\`, such as ${stem(input)}-${region}: the default has service, stage and account in it, so another region needs one`
      : 'Give another `buckets.create.prefix`: all AWS accounts share one set of names';
  for (const { kind, id } of kinds) {
    const name = await askedName(session, kind);
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
          : `Nothing was changed. ${another}.`,
    });
  }
}

/**
 * Looks at the names of a stage's buckets before its stack is touched.
 *
 * @throws AwsError `ECOM_BUCKET_CHANGED` where it has others, `ECOM_BUCKET_TAKEN` where they cannot be made
 */
export async function refuseBuckets(session: Session): Promise<void> {
  await refuseChanged(session);
  await refuseTaken(session);
}
