import type { CliOptions, CommandDeclaration } from '../framework.ts';
import type { Session } from '../session.ts';

/** A command: does its work, prints its result to stdout, answers its exit code. */
export type Command = (
  session: Session,
  options: CliOptions,
  print: (text: string) => void,
) => Promise<number>;

const json = { usage: 'Print one JSON object', type: 'boolean' } as const;

/** A name that only leads to commands: osls prints their help where it stands alone. */
const group = { type: 'container' } as const;

const detailedExitCode = {
  usage: 'Exit 0: nothing to do, 2: changes, 1: an error',
  type: 'boolean',
} as const;

type Options = NonNullable<CommandDeclaration['options']>;

/** A command without commands below it. */
const command = (usage: string, options: Options): CommandDeclaration => ({
  usage,
  lifecycleEvents: ['run'],
  options,
});

const topics: CommandDeclaration = {
  ...group,
  usage: 'The topics of the stage',
  commands: {
    plan: command('Show what would change. Example: sls ecom topics plan --stage dev --detailed-exitcode', {
      json,
      'detailed-exitcode': detailedExitCode,
    }),
    apply: command('Create or change topics to match the plan. Example: sls ecom topics apply --stage dev', {
      json,
    }),
    delete: command(
      'Delete topics of this stage. Example: sls ecom topics delete --stage dev --topic ecommerce-alerts --yes',
      {
        json,
        topic: { usage: 'Only this one; may be given more than once', type: 'multiple' },
        adopted: { usage: 'Also those that were there before the stage', type: 'boolean' },
        keep: { usage: 'Only let go of them; they stay on the cluster', type: 'boolean' },
        yes: { usage: 'Yes, delete them and all that is in them', type: 'boolean' },
      },
    ),
  },
};

const newCheckpoint = {
  usage: 'Begin a new checkpoint, from "latest" or "earliest" offsets',
  type: 'string',
} as const;

const stream: CommandDeclaration = {
  ...group,
  usage: 'The Spark streaming step of the stage',
  commands: {
    status: command('Show state, progress and lag. Example: sls ecom stream status --stage dev --watch', {
      json,
      watch: { usage: 'Keep showing it, until Ctrl-C', type: 'boolean' },
    }),
    start: command('Start the step, or make it right. Example: sls ecom stream start --stage dev', {
      json,
      'new-checkpoint': newCheckpoint,
    }),
    stop: command('Stop the step, and wait until it has stopped. Example: sls ecom stream stop --stage dev', {
      json,
    }),
    restart: command('Stop the step and start it again. Example: sls ecom stream restart --stage dev', {
      json,
    }),
    logs: command('Print the logs of the step and its driver. Example: sls ecom stream logs --stage dev', {
      lines: { usage: 'Last lines of each log (default 50)', type: 'string' },
    }),
    'reset-checkpoint': command(
      'Stop, and begin a new checkpoint. Example: sls ecom stream reset-checkpoint --stage dev --from latest',
      {
        json,
        from: {
          usage: '"latest" (leaves out what is in between) or "earliest" (reads all again)',
          type: 'string',
        },
      },
    ),
    compact: command(
      'Join the window files of closed hours, beside the stream. Example: sls ecom stream compact --stage dev --before 2026-11-23T10',
      {
        json,
        since: { usage: 'First hour to look at, such as 2026-11-23T10 (UTC)', type: 'string' },
        before: { usage: 'First hour to leave out (default: none that is closed)', type: 'string' },
      },
    ),
  },
};

const windows: CommandDeclaration = {
  ...group,
  usage: 'The window files of the stage',
  commands: {
    get: command(
      'Copy window files to this machine, for npm run query and npm run report. Example: sls ecom windows get --stage dev',
      {
        json,
        since: {
          usage:
            'First hour to copy, such as 2026-11-23T10 (UTC; default: 24 hours ago, or the first with --before)',
          type: 'string',
        },
        before: { usage: 'First hour to leave (default: none)', type: 'string' },
        out: { usage: 'Folder to copy them to (default: data-STAGE)', type: 'string' },
      },
    ),
  },
};

const deadLetters: CommandDeclaration = {
  ...group,
  usage: 'Orders that were refused',
  commands: {
    list: command('Show what was refused and why. Example: sls ecom dead-letters list --stage dev --json', {
      json,
      max: { usage: 'How many of the newest, up to 1000 (default 100)', type: 'string' },
    }),
    replay: command(
      'Resend repaired records, each once. Example: sls ecom dead-letters replay --stage dev --file repaired.jsonl',
      {
        json,
        file: { usage: 'JSON lines: {"partition":0,"offset":"42","order":{…}}', type: 'string' },
      },
    ),
  },
};

/** Every command that the plugin adds; each has an example in its help. */
export const commands: Readonly<Record<string, CommandDeclaration>> = {
  // osls's own command; this is added to it.
  deploy: { options: { 'new-checkpoint': newCheckpoint } },
  ecom: {
    ...group,
    usage: 'The e-commerce analytics of the stage',
    commands: {
      plan: command(
        'Show what a deploy would do to stack, topics and stream, and the cost. Example: sls ecom plan --stage dev --detailed-exitcode',
        { json, 'detailed-exitcode': detailedExitCode },
      ),
      topics,
      stream,
      dashboard: command(
        'Show the stage in the dashboard, read-only. Example: sls ecom dashboard --stage dev',
        {
          port: { usage: 'Port on 127.0.0.1 (default: 4600, or any that is free)', type: 'string' },
        },
      ),
      windows,
      'dead-letters': deadLetters,
      doctor: command('Look for what is wrong, and say how to fix it. Example: sls ecom doctor --stage dev', {
        json,
      }),
      explain: command(
        'Say what an error code means, and what to do. Example: sls ecom explain ECOM_NOT_DEPLOYED',
        {
          json,
          code: { usage: 'The code, or a whole message in quotes (default: list all codes)', type: 'string' },
        },
      ),
      policy: command(
        'Print the IAM policies that deploying the stage takes, as JSON. Example: sls ecom policy --stage prod',
        {
          json,
          account: { usage: 'Number of the AWS account, for the ARNs (default: any)', type: 'string' },
        },
      ),
      cost: command('Estimate what the stage costs a month. Example: sls ecom cost --stage prod', { json }),
    },
  },
};
