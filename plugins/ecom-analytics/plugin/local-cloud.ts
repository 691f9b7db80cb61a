import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import * as v from 'valibot';
import { ConfigError } from './error-kinds.ts';
import { localStage } from './stage.ts';

/** Where `npm run cloud` says that it is. */
const addressFile = path.join('.cache', 'cloud.json');

const AddressSchema = v.pipe(v.string(), v.parseJson(), v.object({ endpoint: v.pipe(v.string(), v.url()) }));

const loopback = ['127.0.0.1', 'localhost', '[::1]'];

function isLoopback(endpoint: string): boolean {
  return URL.canParse(endpoint) && loopback.includes(new URL(endpoint).hostname);
}

function writtenAddress(serviceDir: string): string | undefined {
  const file = path.join(serviceDir, addressFile);
  if (!existsSync(file)) return undefined;
  const parsed = v.safeParse(AddressSchema, readFileSync(file, 'utf8'));
  return parsed.success ? parsed.output.endpoint : undefined;
}

const answersWithinMs = 5000;

/** Whether a server is there, whatever it would say. */
function answers(endpoint: string): Promise<boolean> {
  const { hostname, port } = new URL(endpoint);
  const socket = connect({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || 80),
    timeout: answersWithinMs,
  });
  return new Promise<boolean>((resolve) => {
    socket
      .once('connect', () => resolve(true))
      .once('timeout', () => resolve(false))
      .once('error', () => resolve(false));
  }).finally(() => socket.destroy());
}

/**
 * Sees to it that the stage `local`, and no other, talks to the cloud on this machine. The environment is changed for the
 * stage `local`: every SDK client, osls's own included, reads the endpoint from there, and gets keys that are no one's.
 *
 * @param offline nothing will be called, so no cloud need be there
 * @throws ConfigError `ECOM_CLOUD_STAGE` when another stage points at this machine, or `local` elsewhere;
 * `ECOM_CLOUD_MISSING` when there is no local cloud, or none answers
 */
export async function pointAtCloud(
  stage: string,
  serviceDir: string,
  environment: NodeJS.ProcessEnv,
  offline: boolean,
): Promise<void> {
  const given = environment.AWS_ENDPOINT_URL;
  if (stage !== localStage) {
    if (given === undefined || !isLoopback(given)) return;
    throw new ConfigError('ECOM_CLOUD_STAGE', {
      what: `The stage ${stage} would be deployed to this machine`,
      where: `AWS_ENDPOINT_URL=${given}`,
      fix: `Unset it, or use --stage ${localStage}: only that stage uses the local cloud.`,
    });
  }
  if (given !== undefined && !isLoopback(given))
    throw new ConfigError('ECOM_CLOUD_STAGE', {
      what: `The stage ${localStage} exists on this machine only`,
      where: `AWS_ENDPOINT_URL=${given}`,
      fix: 'Unset it: the local cloud says by itself where it is. For AWS use another stage.',
    });
  const endpoint = given ?? writtenAddress(serviceDir);
  const isKnown = endpoint !== undefined && isLoopback(endpoint);
  if (!isKnown && offline) return;
  // One that was killed has left its address behind, and nobody waits for a package to hear of it.
  if (!isKnown || !(offline || (await answers(endpoint))))
    throw new ConfigError('ECOM_CLOUD_MISSING', {
      what: 'The local cloud is not running',
      where: `stage ${localStage}${isKnown ? `, nothing answers at ${endpoint}` : ''}`,
      fix:
        given === undefined
          ? 'Start it in another terminal with `npm run cloud`.'
          : 'Unset AWS_ENDPOINT_URL, since the local cloud says by itself where it is, and start it with `npm run cloud`.',
    });
  Object.assign(environment, {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  });
  for (const name of ['AWS_PROFILE', 'AWS_SESSION_TOKEN']) delete environment[name];
}
