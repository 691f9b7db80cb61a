import { existsSync } from 'node:fs';
import path from 'node:path';

/** The kit's own files that are read or run as they are: locks, Python, Java, styles. */

/** Compiled, this module is in `dist/`; as source it is one folder further down. */
function kitFolder(): string {
  let folder = import.meta.dirname;
  while (!existsSync(path.join(folder, 'package.json'))) folder = path.dirname(folder);
  return folder;
}

/** The path of a file of the kit, which is named from the kit's folder. */
export function kitFile(name: string): string {
  return path.join(kitFolder(), name);
}

/**
 * The path of a file that is packed into the kit, and in the kit's own repository stands beside `plugins/`: one of the streaming
 * job, below `emr/`, or a page of `docs/`.
 */
export function packedFile(name: string): string {
  const [folder = ''] = name.split('/');
  const packed = existsSync(path.join(kitFolder(), folder));
  return path.resolve(kitFolder(), packed ? '' : '../..', name);
}

/** The path of a file of the streaming job, which is named from `emr/`. */
export function jobFile(name: string): string {
  return packedFile(`emr/${name}`);
}
