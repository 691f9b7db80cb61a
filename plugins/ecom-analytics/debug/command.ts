import { UsageError } from '../core/error.ts';
import type { PipelineDefinition } from '../core/pipeline.ts';
import { main as start, startOptions } from '../run/command.ts';
import { prepareDebugger } from './debugger.ts';

/** `npx ecom debug`: `npm start -- --engine spark`, waiting for a debugger. */

export const usage = `Usage: npx ecom debug [PORT] [options of npm start]

Runs the pipeline with real Kafka and real Spark; the streaming job waits for a
debugger on 127.0.0.1:PORT (5678 by default) before it does anything.

Example
  npx ecom debug 5678 --duration 120
`;

const usualPort = 5678;

export async function main(args: readonly string[], definition: PipelineDefinition): Promise<number> {
  const [first = ''] = args;
  const given = /^\d+$/.test(first);
  const port = given ? Number(first) : usualPort;
  if (port < 1 || port > 65_535) {
    const fix = 'Give a number from 1 to 65535.';
    throw new UsageError('ECOM_USAGE', { what: `${first} is not a port`, where: 'PORT', fix });
  }
  const ofStart = ['--engine', 'spark', ...(given ? args.slice(1) : args)];
  // Before anything is installed for it.
  if (startOptions(ofStart, definition).engine !== 'spark') {
    const fix = 'Leave out --engine, or run `npm start` with it.';
    throw new UsageError('ECOM_OPTION_CONFLICT', { what: 'A debugger needs --engine spark', fix });
  }
  const { variables, listening, dispose } = await prepareDebugger(port, (line) => console.error(line));
  Object.assign(process.env, variables);
  // VS Code attaches when it reads this line (.vscode/tasks.json).
  listening.then(
    () => console.error(`Waiting for a debugger on 127.0.0.1:${port}`),
    () => undefined,
  );
  try {
    return await start(ofStart, definition);
  } finally {
    await dispose();
  }
}
