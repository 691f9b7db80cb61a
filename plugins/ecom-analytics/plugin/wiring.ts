import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { alertMemorySeconds } from '../core/alert.ts';
import type { Serverless } from './framework.ts';
import { bootstrapBrokers } from './resources/brokers-fragment.ts';
import { emrClusterId } from './resources/emr-fragment.ts';
import { ref } from './resources/fragment.ts';
import { functionPolicies } from './resources/functions-iam-fragment.ts';
import {
  alertsTriggerId,
  networkRefs,
  type StageInput,
  stageBuckets,
  stageOwner,
  stageTag,
} from './resources/stage-input.ts';
import { localStage, ownFunctions } from './stage.ts';
import { retentionMs } from './topics/desired.ts';

/**
 * Puts a file that only hands on one of the plugin's own functions into the project: serverless-esbuild packs nothing that
 * lies in `node_modules`.
 *
 * @returns its handler, as serverless.yml would name it
 */
function ownHandler(serviceDir: string, name: string): string {
  const entry = `.cache/functions/${name}`;
  const file = path.join(serviceDir, `${entry}.js`);
  const code = `export { handler } from 'ecom-analytics/plugin/${name}';\n`;
  if (!existsSync(file) || readFileSync(file, 'utf8') !== code) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, code);
  }
  return `${entry}.handler`;
}

/** Declares the plugin's own functions, so that osls bundles, names and logs them like any other. */
export function declareFunctions(serverless: Serverless): void {
  const handler = (name: string): string => ownHandler(serverless.serviceDir, name);
  serverless.extendConfiguration(['functions', ownFunctions.brokers], {
    description: 'Tells CloudFormation where the brokers are',
    handler: handler('brokers'),
    role: 'EcomBrokersRole',
    memorySize: 256,
    timeout: 60,
  });
  serverless.extendConfiguration(['functions', ownFunctions.watch], {
    description: 'Watches the streaming step: publishes its metrics, and starts it again when it has died',
    handler: handler('watch'),
    role: 'EcomWatchRole',
    memorySize: 256,
    timeout: 50,
  });
  serverless.extendConfiguration(['functions', ownFunctions.replay], {
    description: 'Puts repaired orders back onto their topic',
    handler: handler('replay'),
    role: 'EcomReplayRole',
    memorySize: 256,
    timeout: 60,
  });
}

/** Puts the functions where the brokers are, tells them what a stage decides, and marks what belongs to it. */
export function wireFunctions(serverless: Serverless, input: StageInput): void {
  const { config, stage, service, definition } = input;
  const { functions, provider } = serverless.service;
  const { clientGroups, subnetIds } = networkRefs(config);
  const isLocal = stage === localStage;
  for (const name of ['producer', 'testConsumer', ownFunctions.replay] as const) {
    const found = functions[name];
    if (!found) continue;
    // Without these the function cannot be made: Lambda checks its role's way into the network first.
    if (name !== ownFunctions.replay) found.dependsOn = [...(found.dependsOn ?? []), functionPolicies[name]];
    found.environment = {
      ...found.environment,
      ECOM_BOOTSTRAP_BROKERS: bootstrapBrokers(),
      ECOM_KAFKA_AUTH: isLocal ? 'none' : 'iam',
      ECOM_RULES_OFF: config.rules.off.join(','),
      ECOM_TOPIC_PREFIX: config.topics.prefix,
    };
    // The local cloud has no network of its own, and its functions run on this machine.
    if (!isLocal) found.vpc = { securityGroupIds: clientGroups, subnetIds };
  }
  const { alertConsumer } = functions;
  const { topicArn, slack, teams } = config.monitoring;
  if (alertConsumer)
    alertConsumer.environment = {
      ...alertConsumer.environment,
      ...(topicArn !== null && { ECOM_ALERTS_SNS_TOPIC: topicArn }),
      ...((slack !== null || teams !== null) && { ECOM_ALERTS_CHAT: 'true' }),
      ECOM_ALERTS_REMEMBERED_SECONDS: String(
        alertMemorySeconds(
          retentionMs(definition.topics.orders, config.topics.of.orders),
          retentionMs(definition.topics.alerts, config.topics.of.alerts),
        ),
      ),
    };
  const watch = functions[ownFunctions.watch];
  if (watch)
    watch.environment = {
      ...watch.environment,
      ECOM_SERVICE: service,
      ECOM_STAGE: stage,
      ECOM_DATA_BUCKET: stageBuckets(config).data.name,
      ECOM_ARTIFACTS_BUCKET: stageBuckets(config).artifacts.name,
      ECOM_EMR_CLUSTER_ID: emrClusterId(input),
      ECOM_ALERTS_TRIGGER_ID: ref(alertsTriggerId(input)),
      ECOM_MAX_RESTARTS: String(config.streaming.maxRestarts),
    };
  const endpoint = process.env.AWS_ENDPOINT_URL;
  if (isLocal && endpoint !== undefined)
    // The functions of the local cloud see the whole of it, as the command does; their calls differ by the name.
    for (const [name, found] of Object.entries(functions))
      found.environment = {
        ...found.environment,
        AWS_ENDPOINT_URL: endpoint,
        AWS_SDK_UA_APP_ID: name,
      };
  provider.stackTags = { ...provider.stackTags, [stageTag]: stageOwner(input) };
}
