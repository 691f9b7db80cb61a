import { PackageURL, UrlConverter } from '@socketregistry/packageurl-js';
import { EcomError } from '../../core/error.ts';

function invalid(purl: string, cause?: unknown): EcomError {
  return new EcomError(
    'ECOM_JAR_LOCK',
    {
      what: 'The package URL does not name a Maven artifact',
      where: purl,
      fix: 'Write it as pkg:maven/<group>/<artifact>@<version>, with ?classifier=<classifier> where it has one.',
    },
    { cause },
  );
}

function parse(purl: string): PackageURL {
  try {
    return PackageURL.fromString(purl);
  } catch (cause) {
    throw invalid(purl, cause);
  }
}

/** Where an artifact lies below a repository. https://maven.apache.org/repositories/layout.html */
function layout({ namespace, name, version }: PackageURL, classifier?: string): string {
  const file = [name, version, classifier].filter(Boolean).join('-');
  return `${namespace?.replaceAll('.', '/')}/${name}/${version}/${file}.jar`;
}

/** A jar's path below a repository or the cache: `<group>/<artifact>/<version>/<artifact>-<version>[-<classifier>].jar`. */
export function jarPath(purl: string): string {
  const parsed = parse(purl);
  if (parsed.type !== 'maven' || !parsed.namespace || !parsed.version) throw invalid(purl);
  const classifier = parsed.qualifiers?.classifier;
  return layout(parsed, typeof classifier === 'string' ? classifier : undefined);
}

/**
 * The URL of a jar: below `mirror` where one is given, else in the public repository.
 *
 * The converter leaves a classifier out (tried, 1.4.3), so its answer is used for the repository's base alone.
 *
 * @throws EcomError `ECOM_JAR_LOCK` when the purl does not name a Maven artifact
 */
export function jarAddress(purl: string, mirror?: string): string {
  const below = jarPath(purl);
  if (mirror) return `${mirror.replace(/\/+$/, '')}/${below}`;
  const parsed = parse(purl);
  const plain = UrlConverter.toDownloadUrl(parsed)?.url;
  const plainPath = layout(parsed);
  if (!plain?.endsWith(plainPath)) throw invalid(purl);
  return plain.slice(0, -plainPath.length) + below;
}
