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
 * The path of a file of the streaming job, which is named from `emr/`. That folder is packed into the kit; in the kit's own
 * repository it stands beside `plugins/`.
 */
export function jobFile(name: string): string {
  const packed = path.join(kitFolder(), 'emr');
  return path.join(existsSync(packed) ? packed : path.resolve(kitFolder(), '../../emr'), name);
}
