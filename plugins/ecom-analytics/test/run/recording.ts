import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { parseArguments } from '../../functions/command-arguments.ts';
import { type Frame, recordingSvg } from './recording-svg.ts';

const root = path.resolve(import.meta.dirname, '../../../..');

const usage = `Takes the README's recording of a terminal, from a real run.

  npm run record -- [options]

  --out FILE     where the picture goes (docs/images/terminal.svg)

Example: npm run record -- --out /tmp/terminal.svg
`;

const columns = 80;
const rows = 34;
const line = 'npm start -- --duration 10 --rate 10000 --seed 7';
/** Characters a second that somebody types. */
const typed = 20;
/** As often as a frame is worth keeping, in milliseconds. */
const everyMs = 150;

/** `npm run record`: runs `npm start` in a terminal, and keeps what it shows as one animated picture. */
export async function main(args: readonly string[]): Promise<number> {
  const { out, help } = readOptions(args);
  if (help) {
    process.stdout.write(usage);
    return 0;
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'ecom-recording-'));
  try {
    await writeFile(out, recordingSvg(await record(folder), columns, rows));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  process.stdout.write(`${path.relative(process.cwd(), out)}\n`);
  return 0;
}

async function record(folder: string): Promise<Frame[]> {
  const screen = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  const write = (text: string): Promise<void> => new Promise((resolve) => screen.write(text, resolve));
  const frames: Frame[] = [];
  const keep = (atMs: number): void => {
    const { active } = screen.buffer;
    const shown = Array.from({ length: rows }, (_, row) =>
      (active.getLine(active.baseY + row)?.translateToString(true) ?? '').trimEnd(),
    );
    if (frames.at(-1)?.rows.join('\n') !== shown.join('\n')) frames.push({ atMs, rows: shown });
  };
  for (let length = 0; length <= line.length; length += 4) {
    await write(`\r$ ${line.slice(0, length)}`);
    keep((length / typed) * 1000);
  }
  await write(`\r$ ${line}\r\n`);
  const startMs = (line.length / typed) * 1000 + 300;
  keep(startMs);

  const run = spawn(
    process.execPath,
    [
      ...['plugins/ecom-analytics/source.mjs', 'start', '--out', path.join(folder, 'data')],
      ...line.split(' ').slice(3),
    ],
    {
      cwd: root,
      cols: columns,
      rows,
      env: { ...process.env, TERM: 'xterm-256color' } as Record<string, string>,
    },
  );
  const started = performance.now();
  const sinceStart = (): number => startMs + performance.now() - started;
  const shown = run.onData((text) => {
    // The temporary folder is nobody's business; a user has `data`.
    void write(text.replaceAll(`${folder}${path.sep}`, ''));
  });
  const looking = setInterval(() => keep(sinceStart()), everyMs);
  const code = await new Promise<number>((resolve) => run.onExit(({ exitCode }) => resolve(exitCode)));
  clearInterval(looking);
  shown.dispose();
  await write('');
  keep(sinceStart());
  if (code !== 0) throw new Error(`The run ended with ${code}:\n${frames.at(-1)?.rows.join('\n')}`);
  return frames;
}

function readOptions(args: readonly string[]): { out: string; help: boolean } {
  const declared = {
    out: { type: 'string', default: path.join(root, 'docs/images/terminal.svg') },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  return parseArguments(args, declared, 'Run `npm run record -- --help` for the options.', 'options').values;
}
