import { findRelease } from '../../job/releases.ts';
import { consoleAddress } from './console.ts';
import { att, defined, type Fragment, join, ref, sub, type Value } from './fragment.ts';
import { networkFragment } from './network-fragment.ts';
import {
  emrTag,
  folders,
  ids,
  networkRefs,
  type StageInput,
  stageBuckets,
  stageOwner,
  stageTag,
  stem,
} from './stage-input.ts';

/** Seconds: EMR takes them where the configuration has minutes. */
const MINUTE_S = 60;

/** What the cluster is set to. Changing any of it replaces the cluster. */
function configurations(release: string, spot: boolean): Value[] {
  const { pysparkPython } = findRelease(release);
  const sparkDefaults = defined({
    'spark.pyspark.python': pysparkPython ?? undefined,
    // A second attempt of the driver would be a second writer; the step is restarted with a generation of its own.
    'spark.yarn.maxAppAttempts': '1',
  });
  const classifications: Value[] = [
    { Classification: 'spark-defaults', ConfigurationProperties: sparkDefaults },
  ];
  if (spot)
    // The driver must not stand on a node that may be taken away.
    // https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-plan-instances-guidelines.html
    classifications.push({
      Classification: 'yarn-site',
      ConfigurationProperties: {
        'yarn.node-labels.enabled': 'true',
        'yarn.node-labels.am.default-node-label-expression': 'CORE',
      },
    });
  return classifications;
}

function ebs(sizeInGB: number): Value {
  return {
    EbsBlockDeviceConfigs: [
      { VolumesPerInstance: 1, VolumeSpecification: { VolumeType: 'gp3', SizeInGB: sizeInGB } },
    ],
  };
}

/**
 * What a node needs of the network from its first second on, and no property of the cluster refers to: endpoints, routes
 * and the rules of the security groups. EMR 8 makes an endpoint of its own where it finds none.
 */
function wayOut(input: StageInput): string[] {
  const needed = [
    'AWS::EC2::VPCEndpoint',
    'AWS::EC2::SubnetRouteTableAssociation',
    'AWS::EC2::Route',
    'AWS::EC2::SecurityGroupIngress',
  ];
  const { Resources } = networkFragment(input);
  return Object.entries(Resources).flatMap(([id, { Type }]) => (needed.includes(Type) ? [id] : []));
}

/** The Spark cluster: EMR on EC2, in a private subnet, with one step that never ends. */
export function emrFragment(input: StageInput): Fragment {
  const create = input.config.emr.create;
  const clusterId = emrClusterId(input);
  const Outputs = {
    EcomEmrClusterId: { Description: 'The Spark cluster in use', Value: clusterId },
    EcomEmrConsole: {
      Description: 'The Spark cluster in the console, with its application interfaces',
      Value: join('', [
        `${consoleAddress(input.region)}/emr/home?region=${input.region}#/clusterDetails/`,
        clusterId,
      ]),
    },
  };
  if (!create) return { Resources: {}, Outputs };
  const { subnetIds, clientGroups } = networkRefs(input.config);
  const { artifacts } = stageBuckets(input.config);
  const { release, instanceType, coreNodes, spotTaskNodes, idleMinutes, ebsGb } = create;
  const nodes = (InstanceCount: number, Name: string): Value => ({
    Name,
    InstanceCount,
    InstanceType: instanceType,
    Market: 'ON_DEMAND',
    EbsConfiguration: ebs(ebsGb),
  });
  const generation = input.clusterGeneration > 0 ? `-${input.clusterGeneration}` : '';
  return {
    Resources: {
      [ids.emr]: {
        Type: 'AWS::EMR::Cluster',
        // Left behind, its groups and role could not go; taken away first, it could not log its end.
        DependsOn: ['EcomEmrServicePolicy', 'EcomEmrInstancePolicy', ...wayOut(input)],
        Properties: defined({
          Name: `${stem(input)}${generation}`,
          ReleaseLabel: release,
          Applications: findRelease(release).applications.map((Name) => ({ Name })),
          Configurations: configurations(release, spotTaskNodes > 0),
          LogUri: { 'Fn::Join': ['', ['s3://', artifacts.name, `/${folders.logs}`]] },
          ServiceRole: ref('EcomEmrServiceRole'),
          JobFlowRole: ref('EcomEmrInstanceProfile'),
          VisibleToAllUsers: true,
          StepConcurrencyLevel: 10,
          AutoTerminationPolicy: { IdleTimeout: idleMinutes * MINUTE_S },
          ManagedScalingPolicy:
            spotTaskNodes === 0
              ? undefined
              : {
                  ComputeLimits: {
                    UnitType: 'Instances',
                    MinimumCapacityUnits: Math.max(1, coreNodes),
                    MaximumCapacityUnits: Math.max(1, coreNodes) + spotTaskNodes,
                    MaximumOnDemandCapacityUnits: Math.max(1, coreNodes),
                    MaximumCoreCapacityUnits: Math.max(1, coreNodes),
                  },
                },
          Instances: defined({
            KeepJobFlowAliveWhenNoSteps: true,
            TerminationProtected: false,
            Ec2SubnetId: subnetIds[0],
            EmrManagedMasterSecurityGroup: ref(ids.emrPrimaryGroup),
            EmrManagedSlaveSecurityGroup: ref(ids.emrCoreGroup),
            ServiceAccessSecurityGroup: ref(ids.emrServiceGroup),
            AdditionalMasterSecurityGroups: clientGroups,
            AdditionalSlaveSecurityGroups: clientGroups,
            MasterInstanceGroup: nodes(1, 'primary'),
            CoreInstanceGroup: coreNodes === 0 ? undefined : nodes(coreNodes, 'core'),
          }),
          Tags: [emrTag, { Key: stageTag, Value: stageOwner(input) }],
        }),
      },
      EcomEmrInstanceProfile: {
        Type: 'AWS::IAM::InstanceProfile',
        Properties: { Roles: [ref(ids.emrInstanceRole)] },
      },
    },
    Outputs,
  };
}

/** The id of the cluster: the stage's own, or the existing one. */
export function emrClusterId(input: StageInput): Value {
  return input.config.emr.existing ? input.config.emr.existing.clusterId : ref(ids.emr);
}

/** The ARN of the cluster, for policies. */
export function emrClusterArn(input: StageInput): Value {
  const { existing } = input.config.emr;
  const id = existing ? existing.clusterId : `\${${ids.emr}}`;
  return sub(`arn:\${AWS::Partition}:elasticmapreduce:\${AWS::Region}:\${AWS::AccountId}:cluster/${id}`);
}

/** The name of the role that Spark runs as, for a policy to be attached to. */
export function emrInstanceRole(input: StageInput): Value {
  return input.config.emr.existing ? input.config.emr.existing.instanceRole : ref(ids.emrInstanceRole);
}

/** Its ARN, for EMR to hand it to the machines. */
export const emrInstanceRoleArn = (): Value => att(ids.emrInstanceRole, 'Arn');
