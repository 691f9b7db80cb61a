import type { ErrorEntries } from './error-entry.ts';

export const stage = {
  ECOM_BUCKET_CHANGED: {
    means:
      'The configuration names other buckets than those that the stage has. The checkpoint, the windows and the ledger of topics would stay behind in the old ones, so the deploy was refused and nothing was changed.',
    causes: [
      '`buckets.create.prefix` was changed',
      '`buckets` was changed from `create` to `existing`, or the other way around',
      'the service or the stage was renamed',
    ],
    fix: 'Undo the change. For other buckets, deploy a new stage and remove this one when nobody needs its data.',
    see: 'configuration.md',
  },
  ECOM_BUCKET_NAME: {
    means: 'The name that a bucket of the stage would get is not one that S3 takes.',
    causes: ['names of service and stage that are long together', 'a capital letter'],
    fix: 'Set a shorter `buckets.create.prefix` in lower case, or give the service or the stage a shorter name.',
    see: 'configuration.md',
  },
  ECOM_BUCKET_TAKEN: {
    means: 'A bucket that the stage would create already exists. Nothing was changed.',
    causes: [
      'a bucket that stayed behind when an earlier stage was removed',
      'another account has a bucket of that name: names are unique across AWS',
    ],
    fix: 'Use the bucket as it is (`buckets.existing`), choose another `buckets.create.prefix`, or delete the bucket if nobody needs it.',
    see: 'configuration.md',
  },
  ECOM_CLOUD_STAGE: {
    means:
      'The stage and the address in `AWS_ENDPOINT_URL` do not fit: only the stage `local` uses the cloud on your machine, and it uses nothing else.',
    causes: [
      '`AWS_ENDPOINT_URL` is still set from other work',
      '`--stage` was left out, so that the stage is `dev`',
    ],
    fix: 'Unset `AWS_ENDPOINT_URL`, or use `--stage local` with `npm run cloud` in another terminal.',
    see: 'running-locally.md#try-a-stage-without-aws',
  },
  ECOM_CONFIG: {
    means:
      'A key or a value in `stages.yml` or `serverless.yml` is wrong. The message names every one with its file and line, and says what is allowed. Nothing was done.',
    causes: [
      'a typing error in a key',
      'a value of another type, or outside of its range',
      'two keys that exclude each other, such as `create` and `existing`',
    ],
    fix: 'Correct the lines that the message names. The reference explains every key.',
    see: 'configuration.md',
  },
  ECOM_EMR_RELEASE: {
    means: 'The EMR release is not one that the streaming job is made for.',
    causes: [
      'a release up to `emr-6.15.0`, which has Spark 3.4 or older and Java 8',
      'a release that came out after this version of ecom-analytics',
      'a typing error',
    ],
    fix: 'Set `emr.create.release` or `emr.existing.release` to one of the releases that the message lists. A newer version of ecom-analytics may know more.',
    see: 'configuration.md',
  },
  ECOM_INVOKE_LOCAL: {
    means:
      '`sls invoke local` cannot run this function: the brokers of a stage on AWS accept connections only from inside their network.',
    causes: [],
    fix: 'Run the deployed function with `sls invoke -f NAME --stage STAGE`, or the local one with `npm run invoke`, which starts a broker for it. With `--stage local` the command works.',
    see: 'deploy.md#deploy-one-function',
  },
  ECOM_NAME: {
    means:
      'AWS would refuse one or more names of the stage’s resources, because they are too long or have characters that are not allowed. Nothing was changed.',
    causes: [
      'a long name of service or stage, which is part of every resource’s name',
      'a dot, a space or an accent in one of the two',
    ],
    fix: 'Give the service in `serverless.yml` or the stage a shorter name of letters, digits and hyphens.',
    see: 'deploy.md#what-happens',
  },
  ECOM_REGION: {
    means:
      'There is no such region, or it does not fit a resource that the stage uses, or lacks something that the stage asks for.',
    causes: [
      'a region that is mistyped in `--region`, or in `provider.region` of `serverless.yml`',
      'an MSK cluster or an SNS topic of another region',
      'a budget in a region where CloudFormation does not make budgets',
      'three subnets for MSK in `us-west-1`',
      'another region than `us-east-1` for the stage `local`',
    ],
    fix: 'Change the region of the stage (`region` in `stages.yml`, or `--region`) or the key that the message names.',
    see: 'deploy.md#use-clusters-that-you-have',
  },
  ECOM_REPLACEMENT: {
    means:
      'The deploy would replace or delete something that holds data: the Kafka cluster, a bucket, the table of alerts, the network, or a resource of your own. It was refused and nothing was changed.',
    causes: [
      'a key that cannot change once the stage is deployed; the reference marks them',
      'a resource that was removed from `resources`, or got another logical id or name',
    ],
    fix: 'Undo the change that the message names. To make it all the same, deploy a new stage beside this one; for a resource of your own, deploy it once with `DeletionPolicy: Retain` first.',
    see: 'deploy.md#grow-a-stage',
  },
  ECOM_STAGE_UNKNOWN: {
    means: '`stages.yml` does not describe the stage.',
    causes: ['a typing error in `--stage`', '`--stage` was left out, and there is no stage `dev`'],
    fix: 'Name one of the stages that the message lists, or add the stage to `stages.yml`.',
    see: 'configuration.md#a-stage-of-stagesyml',
  },
} satisfies ErrorEntries;
