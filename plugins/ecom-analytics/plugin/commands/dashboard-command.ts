import { isEcomError, UsageError } from '../../core/error.ts';
import { addressText, readPort, startDashboard } from '../../dashboard/server.ts';
import type { Operations } from '../../job/stream-health.ts';
import type { CliOptions } from '../framework.ts';
import { type DeployedStage, deployed } from '../session.ts';
import { stageOperations } from '../streaming/health.ts';
import type { Command } from './declarations.ts';
import { NewestRefused } from './newest-refused.ts';
import { consoleLinks, findStreams } from './stream-command.ts';

/** As often as the jobs publish: to S3 every ten seconds, on this machine every two. */
const everyMs = { aws: 10_000, local: 2_000 } as const;

function portOf(value: CliOptions[string]): number | undefined {
  if (value === undefined) return undefined;
  const port = readPort(String(value));
  if (port !== null) return port;
  throw new UsageError('ECOM_OPTION', {
    what: `--port must be a whole number from 0 to 65535, is ${String(value)}`,
    where: 'sls ecom dashboard',
    fix: 'Example: --port 4601',
  });
}

async function look(stage: DeployedStage): Promise<Operations> {
  return stageOperations(await findStreams(stage), stage.input, consoleLinks(stage), stage.clock.now());
}

/** `sls ecom dashboard`: shows a stage until Ctrl-C. AWS is asked only while a page is open. */
export const dashboardCommand: Command = async (session, options, print) => {
  const port = portOf(options.port);
  const stage = await deployed(session);
  const { input, region, clock } = stage;
  const dashboard = await startDashboard({
    definition: input.definition,
    source: `${input.stage}, ${stage.isLocal ? 'on the local cloud' : region}`,
    kind: 'stage',
    ...(port !== undefined && { port }),
  });
  const newest = new NewestRefused();
  let known: Operations | null = null;
  try {
    print(`${addressText(dashboard.url, port ?? null)}\nIt shows the stage ${input.stage} until Ctrl-C.`);
    for (;;) {
      try {
        known = await look(stage);
        dashboard.operations(newest.in(known));
        // Reading the dead letters may take a while: everything else is there before.
        if (await newest.read(stage, known.refused)) dashboard.operations(newest.in(known));
      } catch (error) {
        if (known === null || !isEcomError(error)) throw error;
        // The page keeps what it knows, and says that it is old.
        dashboard.operations({ ...newest.in(known), problem: error.message });
      }
      do await clock.sleep(stage.isLocal ? everyMs.local : everyMs.aws);
      while (!dashboard.isWatched);
    }
  } finally {
    await dashboard.close();
  }
};
