import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { prepareDebugger } from '../../debug/debugger.ts';
import { findPython } from '../../machine/python/find-python.ts';

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** Attaches as VS Code does, and lets the program go on. https://microsoft.github.io/debug-adapter-protocol */
function attach(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let shown = '';
    let seq = 0;
    const send = (command: string, args: object) => {
      seq += 1;
      const body = JSON.stringify({ seq, type: 'request', command, arguments: args });
      socket.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    };
    const once = (text: string, act: () => void) => {
      if (!shown.includes(text)) return;
      shown = shown.replace(text, '');
      act();
    };
    socket.on('data', (data) => {
      shown += data;
      once('"command": "initialize"', () =>
        send('attach', {
          name: 'Spark job',
          type: 'debugpy',
          request: 'attach',
          connect: { host: '127.0.0.1', port },
        }),
      );
      once('"event": "initialized"', () => send('configurationDone', {}));
      once('"event": "terminated"', () => socket.end(resolve));
    });
    socket.on('error', reject);
    socket.on('connect', () => send('initialize', { adapterID: 'debugpy' }));
  });
}

test('the streaming job, and it alone, waits for a debugger', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'ecom-debug-test-'));
  const port = await freePort();
  const prepared = await prepareDebugger(port, () => undefined);
  try {
    for (const name of ['streaming_job.py', 'other.py'])
      writeFileSync(path.join(folder, name), 'print("it ran")\n');
    const python = (await findPython()).command;
    const run = (name: string) => {
      const child = spawn(python, [path.join(folder, name)], {
        env: { ...process.env, ...prepared.variables },
      });
      let output = '';
      child.stdout.on('data', (data) => {
        output += data;
      });
      const ended = new Promise<string>((resolve) => child.on('close', () => resolve(output.trim())));
      return { ended, output: () => output };
    };
    expect(await run('other.py').ended).toBe('it ran');
    const job = run('streaming_job.py');
    await prepared.listening;
    expect(job.output()).toBe('');
    const attached = attach(port);
    expect(await job.ended).toBe('it ran');
    await attached;
  } finally {
    await prepared.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);
