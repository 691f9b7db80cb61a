import { type VpcEndpointFacts, vpcEndpoints } from './aws/vpc-endpoints.ts';
import { AwsError } from './error-kinds.ts';
import { interfaceEndpoints } from './network/endpoints.ts';
import type { Session } from './session.ts';

function taken(session: Session, service: string, { id }: VpcEndpointFacts, fix: string): AwsError {
  return new AwsError('ECOM_ENDPOINT_TAKEN', {
    what: `The network has an endpoint for ${service} already, and takes no second one`,
    where: `${id} in ${session.input.config.network.existing?.vpcId}; custom.ecomAnalytics.network.existing`,
    fix: `Nothing was changed. ${fix}`,
  });
}

/**
 * Looks before a deploy whether an existing network takes the endpoints that the stage makes: of an interface endpoint with
 * private DNS a VPC takes one a service, of the S3 gateway a route table takes one. Another stage may have made them.
 * https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html
 *
 * @throws AwsError `ECOM_ENDPOINT_TAKEN`
 */
export async function refuseEndpoints(session: Session): Promise<void> {
  const { input, clients, stack } = session;
  const { existing } = input.config.network;
  if (existing === undefined) return;
  const wanted = interfaceEndpoints(input.config);
  const { routeTableIds } = existing;
  if (wanted.length === 0 && routeTableIds.length === 0) return;
  const there = await vpcEndpoints(clients, existing.vpcId);
  const others = async (logicalId: string): Promise<VpcEndpointFacts[]> => {
    const own = await stack.resource(logicalId);
    return there.filter(({ id }) => id !== own);
  };
  for (const { id, key, service, name } of wanted) {
    const serviceName = service.replace('${AWS::Region}', input.region);
    const other = (await others(`Ecom${id}Endpoint`)).find(
      (one) => one.service === serviceName && one.privateDns,
    );
    if (other)
      throw taken(
        session,
        name,
        other,
        `Use it: \`endpoints: { ${key}: present }\`, and let its security group take port 443 from the network. Should another stage have made it, this one needs it for as long as it stands.`,
      );
  }
  const s3 = `com.amazonaws.${input.region}.s3`;
  const gateway = (await others('EcomS3Endpoint')).find(
    (one) => one.service === s3 && one.routeTableIds.some((table) => routeTableIds.includes(table)),
  );
  if (gateway)
    throw taken(session, 's3', gateway, 'Use it: leave out `routeTableIds`, or those that it serves.');
}
