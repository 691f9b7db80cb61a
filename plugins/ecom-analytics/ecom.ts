import { UsageError } from './core/error.ts';
import { didYouMean } from './core/nearest.ts';
import type { PipelineDefinition } from './core/pipeline.ts';
import { loadDefinition, projectFolder, tryDefinition } from './project/project.ts';

/** The command `ecom`: what runs on this machine. A stage on AWS has `sls` and `sls ecom`. */

interface EcomCommand {
  readonly what: string;
  /** What `--help` prints. */
  readonly usage: () => Promise<string>;
  /** @returns the exit code */
  readonly run: (args: readonly string[]) => Promise<number>;
}

interface CommandModule<More extends readonly unknown[]> {
  readonly usage: string;
  main(args: readonly string[], ...more: More): Promise<number>;
}

/** A command that takes the shop's definition. */
function ofShop(
  what: string,
  load: () => Promise<CommandModule<[definition: PipelineDefinition]>>,
): EcomCommand {
  return {
    what,
    usage: async () => (await load()).usage,
    run: async (args) => {
      const [{ main }, definition] = await Promise.all([load(), loadDefinition(projectFolder())]);
      return main(args, definition);
    },
  };
}

/** A command that shows what a run wrote, which it can where the shop's definition cannot be loaded. */
function ofRun(
  what: string,
  load: () => Promise<CommandModule<[shop: PipelineDefinition | Error]>>,
): EcomCommand {
  return {
    what,
    usage: async () => (await load()).usage,
    run: async (args) => {
      const [{ main }, shop] = await Promise.all([load(), tryDefinition(projectFolder())]);
      return main(args, shop);
    },
  };
}

/** A command that reads what was written, or starts what knows no shop. */
function ofAny(what: string, load: () => Promise<CommandModule<[]>>): EcomCommand {
  return {
    what,
    usage: async () => (await load()).usage,
    run: async (args) => (await load()).main(args),
  };
}

/** Whether help is asked for, whatever else is: someone whose definition is broken, or option wrong, needs it most. */
function asksForHelp(args: readonly string[]): boolean {
  return args.some((arg) => arg === '--help' || arg === '-h');
}

const commands: Readonly<Record<string, EcomCommand>> = {
  start: ofShop('the whole pipeline, with a dashboard', () => import('./run/command.ts')),
  dashboard: ofRun('the dashboard of a finished run', () => import('./dashboard/command.ts')),
  report: ofRun('a page of plots of what a run wrote', () => import('./report/command.ts')),
  query: ofAny('SQL over what a run wrote', () => import('./query/command.ts')),
  rules: ofShop('what other limits of the rules would have caught', () => import('./rules/command.ts')),
  producer: ofShop('simulated orders into a Kafka cluster', () => import('./functions/producer/command.ts')),
  invoke: ofShop('a Lambda function with an event from a file', () => import('./invoke/command.ts')),
  cloud: ofAny('AWS on this machine, for --stage local', () => import('./cloud/command.ts')),
  explain: ofAny('what an error code means, and what to do', () => import('./explain/command.ts')),
  debug: ofShop('the pipeline on real Spark, waiting for a debugger', () => import('./debug/command.ts')),
};

const width = Math.max(...Object.keys(commands).map((name) => name.length));

const help = `Real-time e-commerce analytics on this machine; for stages on AWS, use npx sls.

  ecom COMMAND [options]

${Object.entries(commands)
  .map(([name, { what }]) => `  ${name.padEnd(width)}  ${what}`)
  .join('\n')}

  ecom COMMAND --help lists the options of a command

Example
  ecom start --duration 120
`;

/** Runs a command. @throws UsageError `ECOM_COMMAND_UNKNOWN` */
export async function main(args: readonly string[]): Promise<number> {
  const [name, ...given] = args;
  // `npm start -- --port 80`: npm takes the dashes for itself, pnpm and yarn hand them on.
  const rest = given[0] === '--' ? given.slice(1) : given;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(help);
    return 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command !== undefined && asksForHelp(rest)) {
    process.stdout.write(await command.usage());
    return 0;
  }
  if (command !== undefined) return command.run(rest);
  throw new UsageError('ECOM_COMMAND_UNKNOWN', {
    what: `There is no command "${name}"`,
    fix: `${didYouMean(name, Object.keys(commands))}Run \`npx ecom --help\` for the commands.`,
  });
}
