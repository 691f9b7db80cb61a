import type { EndpointKey, StageConfig } from '../config/schema.ts';

/** An interface endpoint that a stage cannot do without, and what for. */
export interface InterfaceEndpoint {
  /** In `network.existing.endpoints`. */
  readonly key: EndpointKey;
  /** Part of its logical id. */
  readonly id: string;
  /** The endpoint service's name, for `Fn::Sub`. */
  readonly service: string;
  /** Short, for people. */
  readonly name: string;
  readonly reason: string;
}

/** Whether a release is of the 8 line, whose clusters talk to EMR through an endpoint in their own network. */
export function isEmr8(release: string): boolean {
  return /^emr-spark-8\./.test(release);
}

/**
 * The interface endpoints of a stage. Each costs by the hour and zone, so there is none that nothing uses:
 * the producer and the test consumer sign for MSK offline, and S3 has a free gateway endpoint.
 */
export function interfaceEndpoints(config: StageConfig): readonly InterfaceEndpoint[] {
  const choice = config.network.existing?.endpoints;
  if (choice === 'present') return [];
  const needed: InterfaceEndpoint[] = [];
  if (config.emr.create && isEmr8(config.emr.create.release))
    needed.push({
      key: 'emrService',
      id: 'EmrService',
      // Another form of name than the other endpoints': release notes of emr-spark-8.0.0.
      service: 'aws.api.${AWS::Region}.emr-service-cell01',
      name: 'emr-service-cell01',
      // EMR would otherwise make it by itself, outside the stack, where it can block the removal of the network.
      reason: 'EMR 8 talks to its service through it',
    });
  if (config.alertConsumer.provisionedPollers === null && !config.network.create?.nat) {
    // https://docs.aws.amazon.com/lambda/latest/dg/with-msk-cluster-network.html
    needed.push({
      key: 'lambda',
      id: 'Lambda',
      service: 'com.amazonaws.${AWS::Region}.lambda',
      name: 'lambda',
      reason: "the alert consumer's trigger calls it from the brokers' network",
    });
    needed.push({
      key: 'sts',
      id: 'Sts',
      service: 'com.amazonaws.${AWS::Region}.sts',
      name: 'sts',
      reason: "the alert consumer's trigger takes its role through it",
    });
  }
  return typeof choice === 'object' ? needed.filter(({ key }) => choice[key] !== 'present') : needed;
}

/** In how many zones each endpoint stands. */
export function endpointZones(config: StageConfig): number {
  if (config.network.existing) return config.network.existing.privateSubnetIds.length;
  return config.network.create.endpointZones === 'all' ? config.network.create.availabilityZones : 1;
}
