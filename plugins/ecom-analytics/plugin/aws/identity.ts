import { calling } from './aws-failure.ts';
import type { AwsClients } from './clients.ts';

/** Who the caller is. AWS lets everybody ask. */
export async function callerIdentity(
  clients: Pick<AwsClients, 'sts'>,
): Promise<{ readonly arn: string; readonly account: string }> {
  const sts = await clients.sts();
  const { GetCallerIdentityCommand } = await import('@aws-sdk/client-sts');
  const { Arn, Account } = await calling({ action: 'sts:GetCallerIdentity', resource: 'this account' }, () =>
    sts.send(new GetCallerIdentityCommand({})),
  );
  return { arn: Arn ?? 'somebody', account: Account ?? 'unknown' };
}
