import { att, type Fragment } from './fragment.ts';
import { ids, kafkaArns, type StageInput } from './stage-input.ts';

/**
 * The bootstrap brokers as a value: CloudFormation does not know them, so a function outside the network asks MSK. It is
 * asked again when the cluster or the number of its brokers changes.
 */
export function brokersFragment(input: StageInput): Fragment {
  const { config, functions } = input;
  return {
    Resources: {
      [ids.brokers]: {
        Type: 'AWS::CloudFormation::CustomResource',
        Properties: {
          ServiceToken: att(functions.brokers.lambda, 'Arn'),
          ServiceTimeout: 300,
          ClusterArn: kafkaArns(config).cluster,
          Brokers: config.msk.create?.brokers ?? config.msk.existing?.brokers ?? 0,
        },
      },
    },
    Outputs: {
      EcomBootstrapBrokers: {
        Description: 'Where Kafka clients connect, with IAM',
        Value: bootstrapBrokers(),
      },
      EcomKafkaClusterArn: { Description: 'The Kafka cluster in use', Value: kafkaArns(config).cluster },
    },
  };
}

export const bootstrapBrokers = () => att(ids.brokers, 'BootstrapBrokers');
