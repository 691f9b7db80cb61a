/** A Kafka cluster as far as its topics depend on it. */
export interface ClusterFacts {
  /** ARN, or bootstrap brokers where there is none. */
  readonly id: string;
  readonly name: string;
  readonly kind: 'standard' | 'express' | 'serverless' | 'plain';
  /** `ACTIVE`, and MSK's other states. */
  readonly state: string;
  /** Null: not told, as for Serverless. */
  readonly kafkaVersion: string | null;
  readonly brokers: number;
  readonly iamAuthentication: boolean;
  /** Which stage a topic belongs to, `service/stage` by topic name: the claims that stages left on the cluster. */
  readonly owners: Readonly<Record<string, string>>;
}

/**
 * Topic configs that a kind of cluster sets by itself and does not let others set.
 * Sources: "Custom configuration for Express brokers" and "Topic configuration for MSK Serverless" in the MSK guide.
 */
const fixedConfigs: Readonly<Record<ClusterFacts['kind'], readonly string[]>> = {
  standard: [],
  plain: [],
  express: ['min.insync.replicas', 'unclean.leader.election.enable', 'segment.bytes'],
  serverless: ['min.insync.replicas', 'unclean.leader.election.enable', 'segment.bytes'],
};

/** The configs that can be set on a cluster's topics. */
export function settableConfigs(
  configs: Readonly<Record<string, string>>,
  kind: ClusterFacts['kind'],
): Record<string, string> {
  return Object.fromEntries(Object.entries(configs).filter(([key]) => !fixedConfigs[kind].includes(key)));
}

/** Copies of each partition: as many as asked for and as the cluster has brokers; Express and Serverless always keep 3. */
export function possibleReplication(asked: number, cluster: Pick<ClusterFacts, 'kind' | 'brokers'>): number {
  if (cluster.kind === 'express' || cluster.kind === 'serverless') return 3;
  return Math.min(asked, cluster.brokers);
}

/** `3.9.x.kraft` → [3, 9]. */
export function majorMinor(version: string): readonly [number, number] {
  const [major = '0', minor = '0'] = version.split('.');
  return [Number(major), Number(minor)];
}

/** Whether a cluster is old enough to lack the MSK topic API. Source: MSK guide, "Topic operations": Kafka 3.6. */
export function predatesTopicApi(version: string): boolean {
  const [major, minor] = majorMinor(version);
  return major < 3 || (major === 3 && minor < 6);
}

/** The line that has a cluster accept IAM, as an error's way on. */
export function turnOnIam(clusterArn: string): string {
  const version = `$(aws kafka describe-cluster-v2 --cluster-arn ${clusterArn} --query ClusterInfo.CurrentVersion --output text)`;
  return `Turn it on: \`aws kafka update-security --cluster-arn ${clusterArn} --current-version ${version} --client-authentication Sasl={Iam={Enabled=true}}\`.`;
}
