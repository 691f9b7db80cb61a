const grouped: Readonly<Record<string, readonly string[]>> = {
  'its topics and all records in them': ['AWS::MSK::Cluster', 'AWS::MSK::ServerlessCluster'],
  'the network that the brokers stand in': ['AWS::EC2::VPC', 'AWS::EC2::Subnet'],
  'all objects in it': ['AWS::S3::Bucket', 'AWS::S3Express::DirectoryBucket', 'AWS::Lightsail::Bucket'],
  'all records in it': [
    'AWS::APS::Workspace',
    'AWS::CloudTrail::EventDataStore',
    'AWS::Events::Archive',
    'AWS::Kinesis::Stream',
    'AWS::MSK::Topic',
  ],
  'the messages in it': ['AWS::AmazonMQ::Broker', 'AWS::SES::MailManagerArchive', 'AWS::SQS::Queue'],
  'the rows in it': [
    'AWS::Cassandra::Keyspace',
    'AWS::Cassandra::Table',
    'AWS::DSQL::Cluster',
    'AWS::DynamoDB::GlobalTable',
    'AWS::DynamoDB::Table',
    'AWS::Lightsail::Database',
    'AWS::QLDB::Ledger',
    'AWS::RDS::DBCluster',
    'AWS::RDS::DBInstance',
    'AWS::Redshift::Cluster',
    'AWS::RedshiftServerless::Namespace',
    'AWS::S3Tables::Namespace',
    'AWS::S3Tables::Table',
    'AWS::S3Tables::TableBucket',
    'AWS::SDB::Domain',
    'AWS::Timestream::Database',
    'AWS::Timestream::InfluxDBCluster',
    'AWS::Timestream::InfluxDBInstance',
    'AWS::Timestream::Table',
  ],
  'the data in it': [
    'AWS::CloudFormation::Stack',
    'AWS::CustomerProfiles::Domain',
    'AWS::DocDB::DBCluster',
    'AWS::DocDBElastic::Cluster',
    'AWS::ElastiCache::CacheCluster',
    'AWS::ElastiCache::ReplicationGroup',
    'AWS::ElastiCache::ServerlessCache',
    'AWS::Elasticsearch::Domain',
    'AWS::HealthLake::FHIRDatastore',
    'AWS::Kendra::Index',
    'AWS::MemoryDB::Cluster',
    'AWS::Neptune::DBCluster',
    'AWS::NeptuneGraph::Graph',
    'AWS::OpenSearchServerless::Collection',
    'AWS::OpenSearchService::Domain',
    'AWS::S3Vectors::Index',
    'AWS::S3Vectors::VectorBucket',
  ],
  'the files in it': [
    'AWS::EC2::Volume',
    'AWS::EFS::FileSystem',
    'AWS::FSx::FileSystem',
    'AWS::FSx::StorageVirtualMachine',
    'AWS::FSx::Volume',
    'AWS::Lightsail::Disk',
  ],
  'the backups in it': ['AWS::Backup::BackupVault', 'AWS::Backup::LogicallyAirGappedBackupVault'],
  'the users in it': ['AWS::Cognito::UserPool'],
  'everything that is encrypted with it': ['AWS::KMS::Key'],
  'its value': ['AWS::SecretsManager::Secret'],
  'the images in it': ['AWS::ECR::Repository'],
  'the code in it': ['AWS::CodeCommit::Repository'],
};

/**
 * Types of resources that hold something which their replacement does not, or that others stand in which do, and what is lost
 * with one.
 *
 * Sources: the stateful resources that cfn-lint 1.58.0 knows (its rule I3011), to which
 * plugins/ecom-analytics/test/plugin/resources/cfn-lint.e2e.test.ts holds this list; and the data stores among the resource schemas of AWS that its
 * rule leaves out.
 */
export const holdings: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(grouped).flatMap(([loses, types]) => types.map((type) => [type, loses])),
);

/** Stateful to cfn-lint, and free to go here. */
export const passing: Readonly<Record<string, string>> = {
  'AWS::DocDB::DBInstance': 'The data is in its cluster.',
  'AWS::EMR::Cluster': 'What the stream knows is in S3.',
  'AWS::Logs::LogGroup': 'It comes and goes with its function.',
  'AWS::Neptune::DBInstance': 'The data is in its cluster.',
  'AWS::Organizations::Account': 'It is closed, and can be opened again for 90 days.',
};
