import { describe, expect, test } from 'vitest';
import {
  changeText,
  refuseLosses,
  type StackChange,
  stackChanges,
  withLost,
} from '../../../plugin/resources/changes.ts';
import { stageTemplate } from '../../../plugin/resources/stage-template.ts';
import { sampleStage, stages } from './sample-stage.ts';

const template = (given: unknown) => stageTemplate(sampleStage(given));
const from = (before: unknown, after: unknown) => () =>
  refuseLosses(stackChanges(template(before), template(after)), 'shop-dev');

const kmsKeyArn = 'arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d-0000-1111-2222-333344445555';
const { network, msk } = stages['bring-your-own'];
const inNetwork = { network: { existing: { ...network.existing, endpoints: 'present' } } };

describe('a deploy that would take away what holds data', () => {
  test.each<[string, unknown, unknown, string, string]>([
    [
      'from dev to production',
      stages.dev,
      { preset: 'production' },
      'EcomMskCluster (AWS::MSK::Cluster: BrokerNodeGroupInfo.ClientSubnets)',
      '`network.create.availabilityZones`',
    ],
    [
      'another key of the brokers',
      {},
      { msk: { create: { kmsKeyArn } } },
      'EncryptionInfo.EncryptionAtRest',
      '`msk.create.kmsKeyArn`',
    ],
    [
      'another address block',
      {},
      { network: { create: { cidr: '10.9.0.0/16' } } },
      'EcomVpc (AWS::EC2::VPC: CidrBlock)',
      '`network.create.cidr`',
    ],
    [
      'an existing network in place of its own',
      {},
      inNetwork,
      'remove EcomVpc (AWS::EC2::VPC), which loses',
      '`network`',
    ],
    [
      'an existing Kafka cluster in place of its own',
      inNetwork,
      { ...inNetwork, msk },
      'remove EcomMskCluster (AWS::MSK::Cluster), which loses its topics and all records',
      '`msk`',
    ],
    [
      'other buckets',
      { buckets: { create: { prefix: 'shop' } } },
      { buckets: { create: { prefix: 'mall' } } },
      'replace EcomDataBucket (AWS::S3::Bucket: BucketName)',
      '`buckets.create.prefix`',
    ],
  ])('is refused: %s', (_, before, after, what, key) => {
    expect(from(before, after)).toThrow(expect.objectContaining({ code: 'ECOM_REPLACEMENT' }));
    expect(from(before, after)).toThrow(what);
    expect(from(before, after)).toThrow(key);
    expect(from(before, after)).toThrow('Nothing was changed');
    expect(from(before, after)).toThrow('deploy a new stage beside this one');
    expect(from(before, after)).not.toThrow('a resource of your own');
  });

  test('says how a Kafka cluster grows where it stands', () => {
    expect(from(stages.dev, { preset: 'production' })).toThrow(
      'add brokers in them (`msk.create.brokers`, a multiple of the zones)',
    );
  });

  test.each<[string, unknown, unknown]>([
    [
      'to the size of production, in the zones there are',
      stages.dev,
      {
        preset: 'production',
        network: { create: { availabilityZones: 2 } },
        msk: { create: { brokers: 4 } },
      },
    ],
    ['to a larger disk', {}, { msk: { create: { storageGb: 500 } } }],
    ['to another EMR release, which holds nothing', {}, { emr: { create: { release: 'emr-7.13.0' } } }],
    ['to a NAT', {}, { network: { create: { nat: true } } }],
    ['to another prefix of the topics', {}, { topics: { prefix: 'a-' } }],
  ])('is not one %s', (_, before, after) => {
    expect(from(before, after)).not.toThrow();
    expect(stackChanges(template(before), template(after))).not.toEqual([]);
  });

  test('is one that changes the key of a table, or drops the table', () => {
    const table = (KeySchema: unknown) => ({
      Resources: { Alerts: { Type: 'AWS::DynamoDB::Table', Properties: { KeySchema } } },
    });
    const before = table([{ AttributeName: 'id', KeyType: 'HASH' }]);
    const [changed] = stackChanges(before, table([{ AttributeName: 'other', KeyType: 'HASH' }]));
    expect(changed).toMatchObject({ kind: 'replace', properties: ['KeySchema'], loses: expect.any(String) });
    expect(stackChanges(before, { Resources: {} })).toMatchObject([
      { kind: 'remove', loses: expect.any(String) },
    ]);
  });

  const data: readonly [type: string, before: object, after: object][] = [
    ['AWS::S3::Bucket', { BucketName: 'a' }, { BucketName: 'b' }],
    ['AWS::RDS::DBInstance', { Engine: 'postgres', DBName: 'a' }, { Engine: 'postgres', DBName: 'b' }],
    ['AWS::DynamoDB::GlobalTable', { TableName: 'a' }, { TableName: 'b' }],
    ['AWS::EFS::FileSystem', { Encrypted: false }, { Encrypted: true }],
    ['AWS::Kinesis::Stream', { Name: 'a' }, { Name: 'b' }],
    ['AWS::OpenSearchService::Domain', { DomainName: 'a' }, { DomainName: 'b' }],
    ['AWS::SQS::Queue', { QueueName: 'a' }, { QueueName: 'b' }],
  ];
  const own = (Type: string, Properties: object, more: object = {}) => ({
    Resources: { ShopData: { Type, Properties, ...more } },
  });
  const refusal = (before: unknown, after: unknown) => () =>
    refuseLosses(stackChanges(before, after), 'shop-dev');

  test.each(data)('is refused of a shop’s own %s, with the way to let go of it', (type, before, after) => {
    for (const next of [
      own(type, after),
      own(type, after, { UpdateReplacePolicy: 'Retain' }),
      { Resources: {} },
    ]) {
      const refused = refusal(own(type, before), next);
      expect(refused).toThrow(expect.objectContaining({ code: 'ECOM_REPLACEMENT' }));
      expect(refused).toThrow(`ShopData (${type}`);
      expect(refused).toThrow('`ShopData` of `resources` in stages.yml or serverless.yml');
      expect(refused).toThrow('deploy it once with `DeletionPolicy: Retain`, then remove it');
      expect(refused).not.toThrow('deploy a new stage beside this one');
    }
  });

  test.each(['Retain', 'RetainExceptOnCreate', 'Snapshot'])(
    'is not one that lets go of a shop’s own data with %s, or gives it a successor of another id',
    (DeletionPolicy) => {
      const before = own('AWS::RDS::DBInstance', { DBName: 'a' }, { DeletionPolicy });
      expect(refusal(before, { Resources: {} })).not.toThrow();
      const Successor = { Type: 'AWS::RDS::DBInstance', Properties: { DBName: 'b' } };
      expect(refusal(before, { Resources: { Successor } })).not.toThrow();
    },
  );

  test('is not one that removes an instance of a cluster, which holds the data', () => {
    const DBClusterIdentifier = { Ref: 'Cluster' };
    expect(refusal(own('AWS::RDS::DBInstance', { DBClusterIdentifier }), { Resources: {} })).not.toThrow();
    expect(refusal(own('AWS::RDS::DBCluster', { DBClusterIdentifier }), { Resources: {} })).toThrow('loses');
  });

  test('is refused with both ways on where the stage’s data and a shop’s own would go', () => {
    const [type, before] = data[0] ?? ['', {}];
    const both = { Resources: { ...template({}).Resources, ...own(type, before).Resources } };
    expect(refusal(both, { Resources: {} })).toThrow('deploy a new stage beside this one');
    expect(refusal(both, { Resources: {} })).toThrow('a resource of your own');
  });

  test.each<[string, unknown]>([
    ['a loop', ['Name', ['a', 'b'], { 'Topic${Name}': { Type: 'AWS::SNS::Topic' } }]],
    ['a policy that is computed', { Type: 'AWS::SNS::Topic', DeletionPolicy: { Ref: 'Policy' } }],
  ])('is found beside %s of a shop’s own, as AWS::LanguageExtensions allows', (_, own) => {
    const withOwn = (given: unknown) => {
      const { Resources } = template(given);
      return { Resources: { ...Resources, 'Fn::ForEach::Own': own } };
    };
    const after = withOwn({ preset: 'dev', network: { create: { cidr: '10.9.0.0/16' } } });
    const changes = stackChanges(withOwn({ preset: 'dev' }), after);
    expect(() => refuseLosses(changes, 'shop-dev')).toThrow('which loses');
  });

  test.each(['Retain', 'RetainExceptOnCreate'])('is not one of a bucket with %s', (DeletionPolicy) => {
    const bucket = { Type: 'AWS::S3::Bucket', Properties: {}, DeletionPolicy };
    const changes = stackChanges({ Resources: { bucket } }, { Resources: {} });
    expect(() => refuseLosses(changes, 'shop-dev')).not.toThrow();
  });

  test('is not one that lets go of a bucket which stays', () => {
    const before = { Resources: { Kept: { Type: 'AWS::S3::Bucket', DeletionPolicy: 'Retain' } } };
    const changes = stackChanges(before, { Resources: {} });
    expect(changes).toEqual([{ kind: 'remove', id: 'Kept', type: 'AWS::S3::Bucket', properties: [] }]);
    expect(() => refuseLosses(changes, 'shop-dev')).not.toThrow();
  });
});

/** What becomes of one resource whose type and properties change. */
function becomes(before: [type: string, properties: object], after: [type: string, properties: object]) {
  const [was, is] = [before, after].map(([Type, Properties]) => ({
    Resources: { One: { Type, Properties, DeletionPolicy: 'Retain' } },
  }));
  return stackChanges(was, is).map(({ kind, properties, loses }) => [
    kind,
    ...properties,
    ...(loses ? ['!'] : []),
  ]);
}

describe('a change of a resource', () => {
  const cluster = (Instances: object, rest: object = {}): [string, object] => [
    'AWS::EMR::Cluster',
    { ReleaseLabel: 'emr-7.13.0', Instances, ...rest },
  ];
  const nodes = (InstanceCount: number, InstanceType = 'm5.xlarge') => ({
    CoreInstanceGroup: { InstanceCount, InstanceType },
  });

  test.each<[string, [string, object], [string, object], string[][]]>([
    [
      'of EMR nodes in number is made in place',
      cluster(nodes(2)),
      cluster(nodes(4)),
      [['change', 'Instances']],
    ],
    [
      'of EMR nodes in type replaces the cluster',
      cluster(nodes(2)),
      cluster(nodes(2, 'm5.2xlarge')),
      [['replace', 'Instances']],
    ],
    [
      'of EMR’s protection is made in place',
      cluster({ TerminationProtected: true, Ec2SubnetId: 's-1' }),
      cluster({ TerminationProtected: false, Ec2SubnetId: 's-1' }),
      [['change', 'Instances']],
    ],
    [
      'of EMR’s subnet replaces the cluster',
      cluster({ Ec2SubnetId: 's-1' }),
      cluster({ Ec2SubnetId: 's-2' }),
      [['replace', 'Instances']],
    ],
    [
      'of EMR’s release and nodes replaces the cluster, by name',
      cluster(nodes(2), { LogUri: 's3://a' }),
      cluster(nodes(2, 'm5.2xlarge'), { LogUri: 's3://b' }),
      [['replace', 'Instances', 'LogUri']],
    ],
    [
      'of instances elsewhere is one like any',
      ['AWS::X::Y', { Instances: nodes(2, 'a') }],
      ['AWS::X::Y', { Instances: nodes(2, 'b') }],
      [['change', 'Instances']],
    ],
    [
      'of what stood there without a value is seen',
      ['AWS::EC2::VPCEndpoint', { DnsOptions: null }],
      ['AWS::EC2::VPCEndpoint', { DnsOptions: { PrivateDnsPreference: 'VERIFIED_DOMAINS_ONLY' } }],
      [['replace', 'DnsOptions.PrivateDnsPreference']],
    ],
    [
      'of `Code` elsewhere is seen',
      ['AWS::X::Y', { Code: 1 }],
      ['AWS::X::Y', { Code: 2 }],
      [['change', 'Code']],
    ],
    [
      'names what differs in order',
      ['AWS::X::Y', { b: 1, a: 1, c: 1 }],
      ['AWS::X::Y', { b: 2, c: 1, d: 1 }],
      [['change', 'a', 'b', 'd']],
    ],
    ['of its type replaces it', ['AWS::X::Y', {}], ['AWS::X::Z', {}], [['replace', 'Type']]],
    // A bucket that is replaced is another one, whether or not the old one is retained.
    [
      'loses a bucket that is retained',
      ['AWS::S3::Bucket', { BucketName: 'a' }],
      ['AWS::S3::Bucket', { BucketName: 'b' }],
      [['replace', 'BucketName', '!']],
    ],
  ])('%s', (_, before, after, changes) => {
    expect(becomes(before, after)).toEqual(changes);
  });

  test('is described in one line', () => {
    const about = { id: 'One', type: 'AWS::X::Y' };
    expect(changeText({ kind: 'add', ...about, properties: [] })).toBe('add One (AWS::X::Y)');
    expect(changeText({ kind: 'replace', ...about, properties: ['A', 'B'], loses: 'all' })).toBe(
      'replace One (AWS::X::Y: A, B), which loses all',
    );
  });

  test('that loses other data than Kafka’s says nothing of brokers', () => {
    const loss = (type: string) =>
      ({ kind: 'remove', id: type, type, properties: [], loses: 'all' }) as const;
    const [bucket, brokers] = [loss('AWS::S3::Bucket'), loss('AWS::MSK::Cluster')];
    expect(() => refuseLosses([bucket], 'shop-dev')).not.toThrow('msk.create.brokers');
    expect(() => refuseLosses([bucket, brokers], 'shop-dev')).toThrow('msk.create.brokers');
  });
});

test('the same template is no change, wherever osls keeps the packages of a deploy', () => {
  const packed = (S3Key: string) => ({
    Resources: { One: { Type: 'AWS::Lambda::Function', Properties: { Code: { S3Key }, Timeout: 3 } } },
  });
  expect(stackChanges(packed('a/1/one.zip'), packed('a/2/one.zip'))).toEqual([]);
  expect(stackChanges(template({}), template({}))).toEqual([]);
});

test('a stack that is not there yet gets everything', () => {
  const changes = stackChanges(undefined, template({}));
  expect(changes).toEqual(
    Object.entries(template({}).Resources).map(([id, { Type }]) => ({
      kind: 'add',
      id,
      type: Type,
      properties: [],
    })),
  );
});

test('what CloudFormation would replace or remove beyond a comparison is told, with what it loses', () => {
  const bucket = { id: 'Bucket', type: 'AWS::S3::Bucket' };
  const removed: StackChange = { kind: 'remove', id: 'Kept', type: 'AWS::S3::Bucket', properties: [] };
  const replaced: StackChange = {
    kind: 'replace',
    ...bucket,
    id: 'Own',
    properties: ['A', 'B'],
    loses: 'all',
  };
  const compared: StackChange[] = [
    { kind: 'change', ...bucket, properties: ['BucketName'] },
    { kind: 'add', id: 'New', type: 'AWS::X::Y', properties: [] },
    removed,
    replaced,
  ];
  const told = withLost(compared, [
    { kind: 'replace', ...bucket, properties: ['BucketName'] },
    { ...removed, properties: ['C'] },
    { kind: 'replace', ...bucket, id: 'Own', properties: ['A'] },
    { kind: 'remove', id: 'Role', type: 'AWS::IAM::Role', properties: [] },
  ]);
  expect(told).toStrictEqual([
    { kind: 'replace', ...bucket, properties: ['BucketName'], loses: expect.any(String) },
    compared[1],
    removed,
    replaced,
    { kind: 'remove', id: 'Role', type: 'AWS::IAM::Role', properties: [] },
  ]);
});
