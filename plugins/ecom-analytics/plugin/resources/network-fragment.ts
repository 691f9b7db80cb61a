import type { StageConfig } from '../config/schema.ts';
import { interfaceEndpoints, isEmr8 } from '../network/endpoints.ts';
import { type Fragment, type Resource, ref, sub, type Value } from './fragment.ts';
import {
  emrTag,
  ids,
  networkRefs,
  objects,
  type StageInput,
  stageBuckets,
  stem,
  subnetId,
} from './stage-input.ts';

const tags = (name: string): Value => [{ Key: 'Name', Value: name }, emrTag];

/** Subnets are a sixteenth of the network each. */
const subnetBits = (cidr: string): number => 32 - (Number(cidr.split('/')[1]) + 4);

function subnet(cidr: string, index: number, name: string, zone: number): Resource {
  return {
    Type: 'AWS::EC2::Subnet',
    Properties: {
      VpcId: ref(ids.vpc),
      CidrBlock: { 'Fn::Select': [index, { 'Fn::Cidr': [cidr, 8, subnetBits(cidr)] }] },
      AvailabilityZone: { 'Fn::Select': [zone, { 'Fn::GetAZs': '' }] },
      Tags: tags(name),
    },
  };
}

function nat(cidr: string, zones: number, name: string): Record<string, Resource> {
  return {
    EcomInternetGateway: {
      Type: 'AWS::EC2::InternetGateway',
      Properties: { Tags: [{ Key: 'Name', Value: name }] },
    },
    EcomInternetGatewayAttachment: {
      Type: 'AWS::EC2::VPCGatewayAttachment',
      Properties: { VpcId: ref(ids.vpc), InternetGatewayId: ref('EcomInternetGateway') },
    },
    EcomPublicSubnet: subnet(cidr, zones, `${name}-public`, 0),
    EcomPublicRouteTable: {
      Type: 'AWS::EC2::RouteTable',
      Properties: { VpcId: ref(ids.vpc), Tags: [{ Key: 'Name', Value: `${name}-public` }] },
    },
    EcomPublicRoute: {
      Type: 'AWS::EC2::Route',
      DependsOn: ['EcomInternetGatewayAttachment'],
      Properties: {
        RouteTableId: ref('EcomPublicRouteTable'),
        DestinationCidrBlock: '0.0.0.0/0',
        GatewayId: ref('EcomInternetGateway'),
      },
    },
    EcomPublicSubnetRoutes: {
      Type: 'AWS::EC2::SubnetRouteTableAssociation',
      Properties: { SubnetId: ref('EcomPublicSubnet'), RouteTableId: ref('EcomPublicRouteTable') },
    },
    EcomNatAddress: {
      Type: 'AWS::EC2::EIP',
      DependsOn: ['EcomInternetGatewayAttachment'],
      Properties: { Domain: 'vpc', Tags: [{ Key: 'Name', Value: name }] },
    },
    EcomNatGateway: {
      Type: 'AWS::EC2::NatGateway',
      Properties: {
        AllocationId: { 'Fn::GetAtt': ['EcomNatAddress', 'AllocationId'] },
        SubnetId: ref('EcomPublicSubnet'),
        Tags: [{ Key: 'Name', Value: name }],
      },
    },
    EcomPrivateDefaultRoute: {
      Type: 'AWS::EC2::Route',
      Properties: {
        RouteTableId: ref('EcomPrivateRouteTable'),
        DestinationCidrBlock: '0.0.0.0/0',
        NatGatewayId: ref('EcomNatGateway'),
      },
    },
  };
}

function ownNetwork(input: StageInput): Record<string, Resource> {
  const create = input.config.network.create;
  if (!create) return {};
  const name = stem(input);
  const resources: Record<string, Resource> = {
    [ids.vpc]: {
      Type: 'AWS::EC2::VPC',
      Properties: {
        CidrBlock: create.cidr,
        EnableDnsSupport: true,
        EnableDnsHostnames: true,
        Tags: tags(name),
      },
    },
    EcomPrivateRouteTable: {
      Type: 'AWS::EC2::RouteTable',
      Properties: { VpcId: ref(ids.vpc), Tags: [{ Key: 'Name', Value: `${name}-private` }] },
    },
  };
  for (let zone = 0; zone < create.availabilityZones; zone++) {
    resources[subnetId(zone)] = subnet(create.cidr, zone, `${name}-private-${zone + 1}`, zone);
    resources[`EcomPrivateSubnetRoutes${zone + 1}`] = {
      Type: 'AWS::EC2::SubnetRouteTableAssociation',
      Properties: { SubnetId: ref(subnetId(zone)), RouteTableId: ref('EcomPrivateRouteTable') },
    };
  }
  return create.nat ? { ...resources, ...nat(create.cidr, create.availabilityZones, name) } : resources;
}

/** What comes in is named; the way out is open, since the subnets' routes decide what can be reached. */
function group(input: StageInput, description: string, ingress: readonly Value[] = []): Resource {
  return {
    Type: 'AWS::EC2::SecurityGroup',
    Properties: {
      GroupDescription: `${stem(input)}: ${description}`,
      VpcId: networkRefs(input.config).vpcId,
      SecurityGroupIngress: ingress,
      SecurityGroupEgress: [{ IpProtocol: '-1', CidrIp: '0.0.0.0/0', Description: 'anywhere' }],
      Tags: tags(stem(input)),
    },
  };
}

function securityGroups(input: StageInput): Record<string, Resource> {
  const { config } = input;
  const { cidr } = networkRefs(config);
  const groups: Record<string, Resource> = {};
  if (config.network.create || config.network.existing?.securityGroupIds.length === 0)
    groups[ids.clientsGroup] = group(input, 'may connect to the brokers');
  if (config.msk.create) {
    groups[ids.brokersGroup] = group(input, 'the brokers');
    for (const [index, client] of networkRefs(config).clientGroups.entries())
      groups[`EcomBrokersFromClients${index === 0 ? '' : index + 1}`] = fromGroup(
        client,
        'functions and Spark',
      );
    // Lambda's poller stands in the brokers' own group.
    // https://docs.aws.amazon.com/lambda/latest/dg/with-msk-cluster-network.html
    groups.EcomBrokersFromThemselves = fromGroup(ref(ids.brokersGroup), 'the poller of Lambda');
  }
  if (interfaceEndpoints(config).length > 0 && cidr !== null)
    groups[ids.endpointsGroup] = group(input, 'interface endpoints', [
      { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIp: cidr, Description: 'the network' },
    ]);
  return groups;
}

function fromGroup(source: Value, description: string): Resource {
  return {
    Type: 'AWS::EC2::SecurityGroupIngress',
    Properties: {
      GroupId: ref(ids.brokersGroup),
      IpProtocol: 'tcp',
      FromPort: 9098,
      ToPort: 9098,
      SourceSecurityGroupId: source,
      Description: description,
    },
  };
}

/**
 * What EMR itself reads from S3 in a network without a way out.
 * Sources: EMR guide, "Sample policies for private subnets that access Amazon S3"; release notes of emr-spark-8.0.0 (instance data).
 */
const emrBuckets = [
  'al2023-repos-${AWS::Region}-de612dc2',
  'amazonlinux-2-repos-${AWS::Region}',
  'packages.${AWS::Region}.amazonaws.com',
  'repo.${AWS::Region}.amazonaws.com',
  'repo.${AWS::Region}.emr.amazonaws.com',
  '${AWS::Region}.elasticmapreduce',
  'elasticmapreduce',
  'prod.${AWS::Region}.appinfo.src',
  'aws157-instance-data-0-prod-${AWS::Region}',
  'aws157-instance-data-1-prod-${AWS::Region}',
];

function s3EndpointPolicy(config: StageConfig): Value {
  const { data, artifacts } = stageBuckets(config);
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'OwnBuckets',
        Effect: 'Allow',
        Principal: '*',
        Action: [
          's3:GetObject*',
          's3:PutObject*',
          's3:DeleteObject*',
          's3:List*',
          's3:GetBucket*',
          's3:AbortMultipartUpload',
        ],
        Resource: [sub(data.arn), sub(artifacts.arn), ...objects(data, ''), ...objects(artifacts, '')],
      },
      {
        Sid: 'WhatEmrReads',
        Effect: 'Allow',
        Principal: '*',
        Action: ['s3:GetObject', 's3:PutObject', 's3:ListBucket'],
        Resource: emrBuckets.flatMap((bucket) => [
          sub(`arn:\${AWS::Partition}:s3:::${bucket}`),
          sub(`arn:\${AWS::Partition}:s3:::${bucket}/*`),
        ]),
      },
    ],
  };
}

function endpoints(input: StageInput): Record<string, Resource> {
  const { config } = input;
  const { vpcId, subnetIds } = networkRefs(config);
  const resources: Record<string, Resource> = {};
  const routeTables = config.network.existing?.routeTableIds ?? [ref('EcomPrivateRouteTable')];
  if (routeTables.length > 0)
    resources.EcomS3Endpoint = {
      Type: 'AWS::EC2::VPCEndpoint',
      Properties: {
        VpcId: vpcId,
        VpcEndpointType: 'Gateway',
        ServiceName: sub('com.amazonaws.${AWS::Region}.s3'),
        RouteTableIds: routeTables,
        // In an existing network, others go through the same route tables to buckets of their own.
        ...(config.network.existing ? {} : { PolicyDocument: s3EndpointPolicy(config) }),
      },
    };
  const everyZone = config.network.existing !== undefined || config.network.create.endpointZones === 'all';
  for (const { service, id } of interfaceEndpoints(config))
    resources[`Ecom${id}Endpoint`] = {
      Type: 'AWS::EC2::VPCEndpoint',
      Properties: {
        VpcId: vpcId,
        VpcEndpointType: 'Interface',
        ServiceName: sub(service),
        PrivateDnsEnabled: true,
        SubnetIds: everyZone ? subnetIds : subnetIds.slice(0, 1),
        SecurityGroupIds: [ref(id === 'EmrService' ? ids.emrServiceGroup : ids.endpointsGroup)],
      },
    };
  return resources;
}

/** EMR's three groups, with every rule in the template: a rule that EMR adds by itself would keep the group from going. */
function emrGroups(input: StageInput): Record<string, Resource> {
  const { emr } = input.config;
  const { cidr } = networkRefs(input.config);
  if (!emr.create) return {};
  const newer = isEmr8(emr.create.release);
  const from443: Value[] =
    cidr === null
      ? []
      : [{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIp: cidr, Description: 'the network' }];
  const groups: Record<string, Resource> = {
    [ids.emrPrimaryGroup]: group(input, 'EMR primary node'),
    [ids.emrCoreGroup]: group(input, 'EMR core and task nodes'),
    [ids.emrServiceGroup]: group(input, 'EMR service access', newer ? from443 : []),
  };
  const nodes = { Primary: ids.emrPrimaryGroup, Core: ids.emrCoreGroup } as const;
  const rule = (target: string, source: string, protocol: string, from: number, to: number): Resource => ({
    Type: 'AWS::EC2::SecurityGroupIngress',
    Properties: {
      GroupId: ref(target),
      SourceSecurityGroupId: ref(source),
      IpProtocol: protocol,
      FromPort: from,
      ToPort: to,
      Description: 'EMR',
    },
  });
  for (const [to, target] of Object.entries(nodes)) {
    for (const [from, source] of Object.entries(nodes)) {
      groups[`EcomEmr${to}From${from}Tcp`] = rule(target, source, 'tcp', 0, 65_535);
      groups[`EcomEmr${to}From${from}Udp`] = rule(target, source, 'udp', 0, 65_535);
      groups[`EcomEmr${to}From${from}Icmp`] = rule(target, source, 'icmp', -1, -1);
    }
    // Until EMR 7 the service came to the nodes; from 8 on they go to it.
    if (!newer) groups[`EcomEmr${to}FromService`] = rule(target, ids.emrServiceGroup, 'tcp', 8443, 8443);
  }
  if (!newer)
    groups.EcomEmrServiceFromPrimary = rule(ids.emrServiceGroup, ids.emrPrimaryGroup, 'tcp', 9443, 9443);
  return groups;
}

/** The network of a stage: its own, or what it needs in an existing one. */
export function networkFragment(input: StageInput): Fragment {
  return {
    Resources: {
      ...ownNetwork(input),
      ...securityGroups(input),
      ...emrGroups(input),
      ...endpoints(input),
    },
  };
}
