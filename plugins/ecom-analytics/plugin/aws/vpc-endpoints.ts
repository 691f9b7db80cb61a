import { calling } from './aws-failure.ts';
import type { AwsClients } from './clients.ts';

/** An endpoint that a network has. */
export interface VpcEndpointFacts {
  readonly id: string;
  /** `com.amazonaws.eu-west-1.sts` */
  readonly service: string;
  readonly privateDns: boolean;
  /** Of a gateway endpoint. */
  readonly routeTableIds: readonly string[];
}

/** States in which an endpoint no longer takes a place. Source: EC2 API reference, VpcEndpoint. */
const gone: readonly string[] = ['deleting', 'deleted', 'failed', 'rejected', 'expired'];

/** The endpoints of a network. */
export async function vpcEndpoints(
  clients: Pick<AwsClients, 'ec2'>,
  vpcId: string,
): Promise<VpcEndpointFacts[]> {
  const ec2 = await clients.ec2();
  const { paginateDescribeVpcEndpoints } = await import('@aws-sdk/client-ec2');
  return calling({ action: 'ec2:DescribeVpcEndpoints', resource: vpcId }, async () => {
    const found: VpcEndpointFacts[] = [];
    const asked = { Filters: [{ Name: 'vpc-id', Values: [vpcId] }] };
    for await (const page of paginateDescribeVpcEndpoints({ client: ec2 }, asked))
      for (const one of page.VpcEndpoints ?? []) {
        if (gone.includes((one.State ?? '').toLowerCase())) continue;
        found.push({
          id: one.VpcEndpointId ?? '',
          service: one.ServiceName ?? '',
          privateDns: one.PrivateDnsEnabled ?? false,
          routeTableIds: one.RouteTableIds ?? [],
        });
      }
    return found;
  });
}
