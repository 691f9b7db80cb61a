import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ConfigError } from './error-kinds.ts';
import type { Serverless } from './framework.ts';
import { deployed, type Session } from './session.ts';

/** What osls does with one function alone, `sls deploy function` and `sls invoke local`, of a stage that is deployed. */

/**
 * Keeps the role that the function has on AWS: osls would work its ARN out of a name, and roles of a stack are named by
 * CloudFormation. A changed role follows with the whole stack.
 */
export function keepDeployedRole({ service }: Serverless, name: string): void {
  const found = service.functions[name];
  const role = service.provider.remoteFunctionData?.Configuration?.Role;
  if (found !== undefined && role !== undefined) found.role = role;
}

/**
 * Tells a function that runs on this machine where the brokers of the local cloud are: osls resolves no `Fn::GetAtt`.
 *
 * @throws ConfigError `ECOM_INVOKE_LOCAL` of a stage on AWS, whose brokers this machine does not reach
 */
export async function reachBrokers(session: Session, { service }: Serverless, name: string): Promise<void> {
  const environment = service.functions[name]?.environment;
  if (environment?.ECOM_BOOTSTRAP_BROKERS === undefined) return;
  const { stage } = session.input;
  if (!session.isLocal)
    throw new ConfigError('ECOM_INVOKE_LOCAL', {
      what: `The function ${name} cannot run on this machine: the brokers of stage ${stage} only accept connections from inside their network`,
      where: `sls invoke local -f ${name}`,
      fix: `Run the deployed function with \`sls invoke -f ${name} --stage ${stage}\`, or this one against a local broker with \`npm run invoke\`.`,
    });
  environment.ECOM_BOOTSTRAP_BROKERS = (await deployed(session)).bootstrapServers;
}

/**
 * Marks the bundles that serverless-esbuild builds for this machine as the CommonJS that they are: they lie below the
 * project's package.json, whose `type` is `module`.
 */
export function markBundles({ serviceDir }: Serverless): void {
  const folder = path.join(serviceDir, '.esbuild', '.build');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{"type":"commonjs"}\n');
}
