import { analyticsFolder } from '../../core/window.ts';
import { type Fragment, type Resource, ref, sub, type Value } from './fragment.ts';
import { bucketName, folders, ids, type StageInput, stageBuckets } from './stage-input.ts';

interface Rule {
  readonly id: string;
  readonly prefix: string;
  readonly days: number;
}

function bucket(name: string, kmsKeyArn: string | null, rules: readonly Rule[]): Resource {
  return {
    Type: 'AWS::S3::Bucket',
    DeletionPolicy: 'Delete',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      BucketName: sub(name),
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          kmsKeyArn === null
            ? { ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }
            : {
                ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: kmsKeyArn },
                BucketKeyEnabled: true,
              },
        ],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      LifecycleConfiguration: {
        Rules: [
          {
            Id: 'half-done-uploads',
            Status: 'Enabled',
            AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
          },
          ...rules.map(({ id, prefix, days }) => ({
            Id: id,
            Status: 'Enabled',
            Prefix: prefix,
            ExpirationInDays: days,
          })),
        ],
      },
    },
  };
}

function tlsOnly(id: string): Resource {
  const statement: Value = {
    Sid: 'TlsOnly',
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: [sub(`\${${id}.Arn}`), sub(`\${${id}.Arn}/*`)],
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };
  return {
    Type: 'AWS::S3::BucketPolicy',
    Properties: { Bucket: ref(id), PolicyDocument: { Version: '2012-10-17', Statement: [statement] } },
  };
}

/** The two buckets: what the pipeline writes, and what it is made of. */
export function bucketsFragment(input: StageInput): Fragment {
  const { data, artifacts } = stageBuckets(input.config);
  const Outputs = {
    EcomDataBucketName: { Description: 'Window files, checkpoint and status', Value: data.name },
    EcomArtifactsBucketName: {
      Description: "The job's files, step logs and the topics' ledger",
      Value: artifacts.name,
    },
  };
  const create = input.config.buckets.create;
  if (!create) return { Resources: {}, Outputs };
  const analytics: Rule[] =
    create.analyticsDays === null
      ? []
      : [{ id: 'windows', prefix: `${analyticsFolder}/`, days: create.analyticsDays }];
  return {
    Outputs,
    Resources: {
      [ids.dataBucket]: bucket(bucketName(input, 'data'), create.kmsKeyArn, analytics),
      EcomDataBucketPolicy: tlsOnly(ids.dataBucket),
      [ids.artifactsBucket]: bucket(bucketName(input, 'artifacts'), create.kmsKeyArn, [
        { id: 'logs', prefix: folders.logs, days: create.logDays },
        { id: 'query-results', prefix: folders.athena, days: create.logDays },
      ]),
      EcomArtifactsBucketPolicy: tlsOnly(ids.artifactsBucket),
    },
  };
}
