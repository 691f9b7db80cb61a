// A program with a child of its own: says both process ids, then waits. With `deaf` both ignore the request to end.
import { spawn } from 'node:child_process';

const deaf = process.argv.includes('deaf');
if (deaf) process.on('SIGTERM', () => undefined);
setInterval(() => undefined, 60_000);
if (!process.argv.includes('child')) {
  const child = spawn(process.execPath, [import.meta.filename, 'child', ...(deaf ? ['deaf'] : [])], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  child.stdout.once('data', () => console.log(JSON.stringify({ pids: [process.pid, child.pid] })));
} else {
  console.log('ready');
}
