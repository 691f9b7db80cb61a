import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Broker, kafkaLockFile, startBroker } from '../../../../machine/kafka/broker.ts';
import { fetchJars } from '../../../../machine/maven/fetch-jars.ts';
import { readJarLock } from '../../../../machine/maven/jar-lock.ts';

const run = promisify(execFile);
const listener = 'TOKEN';

/** What signs a token that the broker accepts; everything the AWS SDKs look for in the environment. */
export const goodCredentials = {
  AWS_ACCESS_KEY_ID: 'AKIALOCALTEST0000000',
  AWS_SECRET_ACCESS_KEY: 'local/test+secret0000000000000000000000',
  AWS_REGION: 'eu-west-1',
} as const;

/** A broker with a listener as MSK has it: TLS, SASL/OAUTHBEARER, tokens of `kafka-cluster:Connect` signed with SigV4. */
export interface TokenBroker extends AsyncDisposable {
  readonly broker: Broker;
  /** `127.0.0.1:<port>` of the listener. */
  readonly bootstrapServers: string;
  /** PEM file of the certificate to trust. */
  readonly caFile: string;
  /** Tokens so far. */
  tokens(): Promise<{ accepted: number; refused: number }>;
}

/**
 * Starts one. It needs a JDK: the validator is compiled here, against the broker's own jars.
 *
 * @param sessionSeconds a session ends so long after its token was accepted, unless the client authenticates again
 */
export async function startTokenBroker(sessionSeconds: number): Promise<TokenBroker> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'ecom-token-'));
  const keyStore = path.join(folder, 'broker.p12');
  const caFile = path.join(folder, 'broker.pem');
  const password = 'for-the-test-alone';
  const store = ['-keystore', keyStore, '-storepass', password, '-alias', 'broker'];
  try {
    await run('keytool', [
      ...['-genkeypair', ...store, '-storetype', 'PKCS12', '-keyalg', 'EC', '-groupname', 'secp256r1'],
      ...['-dname', 'CN=local broker', '-ext', 'SAN=IP:127.0.0.1,DNS:localhost', '-validity', '2'],
    ]);
    await run('keytool', ['-exportcert', ...store, '-rfc', '-file', caFile]);
    const jars = await fetchJars(await readJarLock(kafkaLockFile));
    const source = fileURLToPath(new URL('./IamTokenValidator.java', import.meta.url));
    await run('javac', ['-proc:none', '-cp', jars.join(path.delimiter), '-d', folder, source]);

    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION } = goodCredentials;
    const broker = await startBroker({
      extraClassPath: [folder],
      jvmArguments: [
        `-Diam.accessKey=${AWS_ACCESS_KEY_ID}`,
        `-Diam.secretKey=${AWS_SECRET_ACCESS_KEY}`,
        `-Diam.region=${AWS_REGION}`,
        `-Diam.sessionSeconds=${sessionSeconds}`,
      ],
      extraListeners: [
        {
          name: listener,
          protocol: 'SASL_SSL',
          properties: {
            'sasl.enabled.mechanisms': 'OAUTHBEARER',
            'oauthbearer.sasl.jaas.config':
              'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;',
            'oauthbearer.sasl.server.callback.handler.class': 'IamTokenValidator',
            // Has the broker tell clients how long their session lasts, and end those that outlive it.
            'oauthbearer.connections.max.reauth.ms': '3600000',
            'ssl.keystore.type': 'PKCS12',
            'ssl.keystore.location': keyStore,
            'ssl.keystore.password': password,
          },
        },
      ],
    });
    return {
      broker,
      bootstrapServers: broker.listeners[listener] ?? '',
      caFile,
      async tokens() {
        const log = await readFile(broker.logFile, 'utf8');
        const count = (text: string): number => log.split(text).length - 1;
        return { accepted: count('IAM token accepted'), refused: count('IAM token refused') };
      },
      async [Symbol.asyncDispose]() {
        await broker.stop();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
