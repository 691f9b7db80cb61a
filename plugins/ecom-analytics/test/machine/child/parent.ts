// Starts a child with a folder, says when it has started, and waits: for the test that kills the process in between.
import { startChild } from '../../../machine/child/child.ts';

const [program = '', logFile = '', folder = ''] = process.argv.slice(2);
const { pid } = await startChild(process.execPath, [program, 'deaf'], { logFile, folder });
process.stdout.write(`${pid}\n`);
setInterval(() => undefined, 60_000);
