import { defined, type Fragment, ref } from './fragment.ts';
import { ids, networkRefs, type StageInput, stem } from './stage-input.ts';

/** Settings of the brokers. Topics are made on purpose, never by a typing error. */
function serverProperties(brokers: number): string {
  const copies = Math.min(3, brokers);
  return [
    'auto.create.topics.enable=false',
    `default.replication.factor=${copies}`,
    `min.insync.replicas=${Math.max(1, copies - 1)}`,
    'unclean.leader.election.enable=false',
  ].join('\n');
}

/** The Kafka cluster: provisioned, IAM only, TLS only. */
export function mskFragment(input: StageInput): Fragment {
  const create = input.config.msk.create;
  if (!create) return { Resources: {} };
  const name = stem(input);
  const { subnetIds } = networkRefs(input.config);
  return {
    Resources: {
      EcomMskConfiguration: {
        Type: 'AWS::MSK::Configuration',
        Properties: { Name: name, ServerProperties: serverProperties(create.brokers) },
      },
      EcomMskLogGroup: {
        Type: 'AWS::Logs::LogGroup',
        Properties: { LogGroupName: `/ecom-analytics/${name}/msk`, RetentionInDays: 14 },
      },
      [ids.msk]: {
        Type: 'AWS::MSK::Cluster',
        Properties: {
          ClusterName: name,
          KafkaVersion: create.kafkaVersion,
          NumberOfBrokerNodes: create.brokers,
          EnhancedMonitoring: create.enhancedMonitoring,
          ConfigurationInfo: {
            Arn: ref('EcomMskConfiguration'),
            Revision: { 'Fn::GetAtt': ['EcomMskConfiguration', 'LatestRevision.Revision'] },
          },
          BrokerNodeGroupInfo: {
            InstanceType: create.brokerType,
            ClientSubnets: subnetIds,
            SecurityGroups: [ref(ids.brokersGroup)],
            StorageInfo: { EBSStorageInfo: { VolumeSize: create.storageGb } },
          },
          ClientAuthentication: {
            Sasl: { Iam: { Enabled: true } },
            Unauthenticated: { Enabled: false },
          },
          EncryptionInfo: defined({
            EncryptionInTransit: { ClientBroker: 'TLS', InCluster: true },
            EncryptionAtRest:
              create.kmsKeyArn === null ? undefined : { DataVolumeKMSKeyId: create.kmsKeyArn },
          }),
          LoggingInfo: {
            BrokerLogs: { CloudWatchLogs: { Enabled: true, LogGroup: ref('EcomMskLogGroup') } },
          },
        },
      },
    },
  };
}
