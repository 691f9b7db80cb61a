import type { Statement } from './fragment.ts';
import type { StageInput } from './stage-input.ts';

/** Reading and writing objects of buckets under a key of one's own needs the key as well. */
export function keyStatements({ config }: StageInput): Statement[] {
  const key = config.buckets.create?.kmsKeyArn;
  return key ? [{ Sid: 'BucketKey', Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: [key] }] : [];
}
