import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  type BadRow,
  openReplay as openReplayOf,
  type Replay,
  type ReplayOrder,
  type ReplayOptions as ShopReplayOptions,
} from '../../import/open-replay.ts';
import { kit } from '../core/kit.ts';

/** The definition is the kit's, unless a test is about another. */
export type ReplayOptions = Omit<ShopReplayOptions, 'definition'> &
  Partial<Pick<ShopReplayOptions, 'definition'>>;

export function openReplay(options: ReplayOptions): Promise<Replay> {
  return openReplayOf({ definition: kit, ...options });
}

/** A folder that a test owns; its name has a space and a letter that is not ASCII, as users' folders do. */
export function ownFolder(): {
  folder: string;
  write: (name: string, content: string | Uint8Array) => string;
  remove: () => void;
} {
  const folder = mkdtempSync(path.join(tmpdir(), 'replay tëst '));
  return {
    folder,
    write: (name, content) => {
      const file = path.join(folder, name);
      writeFileSync(file, content);
      return file;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** All of a replay at once. */
export async function replayed(
  options: ReplayOptions,
): Promise<{ replay: Replay; orders: ReplayOrder[]; bad: BadRow[] }> {
  const replay = await openReplay(options);
  const orders: ReplayOrder[] = [];
  const bad: BadRow[] = [];
  for await (const batch of replay) {
    for (const row of batch) row.kind === 'order' ? orders.push(row) : bad.push(row);
  }
  replay.close();
  return { replay, orders, bad };
}

/** Why rows were refused, and what stood there. */
export function refusals(bad: readonly BadRow[]): [line: number, reason: string, raw: string][] {
  return bad.map((row) => [row.line, row.reason, Buffer.from(row.raw).toString('utf8')]);
}
