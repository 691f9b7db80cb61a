import { EcomError, type ErrorCode } from '../../core/error.ts';
import { hasEnded } from '../aws/emr-cluster.ts';
import { callerIdentity } from '../aws/identity.ts';
import { StageFunction } from '../aws/stage-function.ts';
import { stem } from '../resources/stage-input.ts';
import { type DeployedStage, deployed, type Session } from '../session.ts';
import { topicDoor } from '../topics/preflight.ts';
import { withTopics } from '../topics/stage-topics.ts';
import type { Command } from './declarations.ts';
import { reportStream } from './stream-command.ts';

/** What one look came to. */
interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly found: string;
  /** Of what is wrong. */
  readonly code?: string;
}

interface Check {
  readonly check: string;
  /** Answers what was found; throws what is wrong. */
  look(): Promise<string>;
}

const wrong = (code: ErrorCode, what: string, where: string, fix: string): EcomError =>
  new EcomError(code, { what, where, fix });

async function identity(session: Session): Promise<string> {
  const { arn, account } = await callerIdentity(session.clients);
  return `${arn} in account ${account}, ${session.region}`;
}

function stageChecks(stage: DeployedStage): Check[] {
  const { input, msk, emr, trigger } = stage;
  return [
    {
      check: 'Kafka cluster',
      look: async () => {
        const facts = await msk.facts();
        const door = topicDoor(facts, input.config.topics.through);
        return `${facts.name}, ${facts.kind}, Kafka ${facts.kafkaVersion ?? 'Serverless'}, topics through ${door}`;
      },
    },
    {
      check: 'topics and permissions',
      look: () =>
        withTopics(stage, false, async ({ plan }) => {
          const open = plan.changes.length + plan.refused.length;
          if (open === 0) return plan.unchanged.join(', ');
          throw wrong(
            'ECOM_TOPIC_DIFFERENCES',
            `${open} ${open === 1 ? 'difference' : 'differences'}`,
            msk.arn,
            '`sls ecom topics plan` shows them; `sls deploy` or `sls ecom topics apply` fixes what can be fixed.',
          );
        }),
    },
    {
      check: 'Spark cluster',
      look: async () => {
        const facts = await emr.facts();
        if (facts === undefined || hasEnded(facts))
          throw wrong(
            'ECOM_EMR_ENDED',
            `The cluster is ${facts?.state ?? 'gone'}${facts?.reason ? `: ${facts.reason}` : ''}`,
            emr.id,
            input.config.emr.existing
              ? 'Name another one in `emr.existing.clusterId`.'
              : `\`sls deploy --stage ${input.stage}\` makes another.`,
          );
        const wanted = input.config.emr.existing?.release ?? input.config.emr.create?.release;
        if (facts.release !== wanted)
          throw wrong(
            'ECOM_EMR_RELEASE_MISMATCH',
            `It runs ${facts.release}, the connector is for ${wanted}`,
            emr.id,
            'Set the release to what the cluster runs.',
          );
        return `${facts.id}, ${facts.release}, ${facts.state}`;
      },
    },
    {
      check: 'stream',
      look: async () => {
        const reports = await reportStream(stage);
        const ill = reports.find(({ healthy }) => !healthy);
        if (ill)
          throw wrong(
            'ECOM_STREAM_ILL',
            `${ill.application}: step ${ill.stepState ?? 'gone'}, job ${ill.job ?? 'unknown'}${ill.error ? `: ${ill.error}` : ''}`,
            `step ${ill.stepId ?? 'not submitted'}`,
            `See \`sls ecom stream logs --stage ${input.stage}\`, then run \`sls ecom stream start --stage ${input.stage}\`.`,
          );
        if (reports.length === 0)
          throw wrong(
            'ECOM_STREAM_NEVER_STARTED',
            'It has never been started',
            `cluster ${emr.id}`,
            `Start it with \`sls ecom stream start --stage ${input.stage}\`.`,
          );
        return reports.map(({ application, stepState }) => `${application} ${stepState}`).join(', ');
      },
    },
    {
      check: 'alert consumer',
      look: async () => {
        const { state, lastResult } = await trigger.state();
        if (state === 'Enabled' && !/PROBLEM/.test(lastResult ?? ''))
          return `trigger on, ${lastResult ?? 'nothing read yet'}`;
        throw wrong(
          'ECOM_TRIGGER_ILL',
          `Its trigger is ${state}${lastResult ? `: ${lastResult}` : ''}`,
          `trigger ${trigger.uuid}`,
          `\`sls deploy --stage ${input.stage}\` switches it on; its last result names a problem with reaching the brokers or with permissions.`,
        );
      },
    },
    {
      check: 'brokers reached from the network',
      look: async () => {
        const probe = new StageFunction(stage.clients, `${stem(input)}-testConsumer`);
        const topic = input.definition.topics.orders.name;
        await probe.invoke({ topic, maxMessages: 1, timeoutSeconds: 5, from: 'earliest' });
        return `${topic} was read by the test consumer`;
      },
    },
  ];
}

async function finding({ check, look }: Check): Promise<Finding> {
  try {
    return { check, ok: true, found: await look() };
  } catch (error) {
    if (!(error instanceof EcomError)) throw error;
    return { check, ok: false, found: error.message, code: error.code };
  }
}

const line = ({ check, ok, found }: Finding): string => `${ok ? 'ok   ' : 'WRONG'} ${check}: ${found}`;

/** `sls ecom doctor`: looks at everything, in the order in which things depend on one another. Exits 1 when anything is wrong. */
export const doctorCommand: Command = async (session, options, print) => {
  const findings: Finding[] = [
    { check: 'versions', ok: true, found: `Node ${process.versions.node}` },
    await finding({ check: 'AWS credentials', look: () => identity(session) }),
  ];
  if (findings.every(({ ok }) => ok)) {
    const stack = await finding({
      check: 'stack',
      look: async () => {
        await deployed(session);
        return session.stack.name;
      },
    });
    findings.push(stack);
    if (stack.ok)
      for (const check of stageChecks(await deployed(session))) findings.push(await finding(check));
  }
  const well = findings.every(({ ok }) => ok);
  if (options.json === true) print(JSON.stringify({ ok: well, findings }));
  else print(findings.map(line).join('\n'));
  return well ? 0 : 1;
};
