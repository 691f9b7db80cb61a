import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import type { Packed } from './packed.ts';

/** An npm registry on this machine that has packages from tarballs, as much of one as an install asks for. */

export interface Registry {
  readonly url: string;
  stop(): Promise<void>;
}

interface Published {
  readonly manifest: { readonly name: string; readonly version: string };
  readonly tarball: Buffer;
}

/** The document of a package, as https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md has it. */
function packument({ manifest, tarball }: Published, url: string) {
  const { name, version } = manifest;
  const dist = {
    tarball: `${url}${name}/-/${name}-${version}.tgz`,
    integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}`,
    shasum: createHash('sha1').update(tarball).digest('hex'),
  };
  return { name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist } } };
}

/** Serves packages on a free port of 127.0.0.1. */
export async function startRegistry(packages: readonly Packed[]): Promise<Registry> {
  const published: Published[] = packages.map(({ folder, tarball }) => ({
    manifest: JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')),
    tarball: readFileSync(tarball),
  }));
  const server = createServer((request, response) => {
    const [, name = '', , file] = (request.url ?? '').split('/').map(decodeURIComponent);
    const found = published.find(({ manifest }) => manifest.name === name);
    if (!found) response.writeHead(404).end('{}');
    else if (file) response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(found.tarball);
    else
      response
        // As registry.npmjs.org has it.
        .writeHead(200, { 'content-type': 'application/json', 'cache-control': 'public, max-age=300' })
        .end(JSON.stringify(packument(found, url)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The registry has no port');
  const url = `http://127.0.0.1:${address.port}/`;
  return {
    url,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
