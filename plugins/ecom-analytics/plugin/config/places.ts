import path from 'node:path';
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';

/** The user's files, as osls puts the configuration together from them. */
export interface Sources {
  /** `serverless.yml`, or what the service's file is called. */
  readonly serviceFile: string;
  readonly stage: string;
  /** Parameters of the command line, `--param NAME=VALUE`, by name. */
  readonly commandLine: ReadonlySet<string>;
  /** A file by its path below the service's folder; undefined where there is none. */
  read(file: string): string | undefined;
}

type Keys = readonly string[];

interface Found {
  /** Such as `stages.yml:9`. */
  readonly place: string;
  /** The keys that are not written there: what was found is what they would stand in. */
  readonly missing: number;
}

/** More files than anybody chains; ends a circle. */
const mostSteps = 20;

/** The ways in which a service names its stage. */
const stageVariable = /\$\{\s*(?:sls:stage|opt:stage(?:\s*,[^{}]*)?|self:provider\.stage)\s*\}/g;

/** Follows keys through the files, and through the variables that lead from one to another. */
class Search {
  readonly #sources: Sources;
  #steps = 0;

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  inService(keys: Keys): Found {
    return this.#inFile(this.#sources.serviceFile, keys);
  }

  /** A parameter of the stage: its own, or the default one. */
  parameter(name: string, keys: Keys): Found {
    const { stage, commandLine } = this.#sources;
    if (commandLine.has(name)) return { place: `--param ${name}`, missing: 0 };
    const own = ['params', stage, name];
    const isOwn = this.inService(own).missing === 0;
    return this.inService([...(isOwn ? own : ['params', 'default', name]), ...keys]);
  }

  #inFile(file: string, keys: Keys): Found {
    const text = this.#sources.read(file);
    const nowhere = { place: file, missing: keys.length };
    if (text === undefined || !/\.(ya?ml|json)$/.test(file) || this.#steps++ > mostSteps) return nowhere;
    const lineCounter = new LineCounter();
    const document = parseDocument(text, { lineCounter, logLevel: 'silent' });
    const resolved = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);
    let place = file;
    let node: unknown = document.contents;
    for (const [at, key] of keys.entries()) {
      node = resolved(node);
      const rest = keys.slice(at);
      if (isScalar(node))
        return this.#throughVariable(String(node.value), rest) ?? { place, missing: rest.length };
      const entry = entryOf(node, key, resolved);
      if (entry === undefined) return { place, missing: rest.length };
      const offset = entry.key.range?.[0] ?? 0;
      place = `${file}:${lineCounter.linePos(offset).line}`;
      node = entry.value;
    }
    const last = resolved(node);
    const further = isScalar(last) ? this.#throughVariable(String(last.value), []) : undefined;
    return further ?? { place, missing: isScalar(last) && last.value === null ? 1 : 0 };
  }

  /** Where a variable leads; undefined of any other value, and of a variable that does not lead to a file. */
  #throughVariable(text: string, keys: Keys): Found | undefined {
    const written = text.replace(stageVariable, this.#sources.stage);
    const addressed = (address: string | undefined): Keys => [...(address?.split('.') ?? []), ...keys];
    const [, file, inFile] = /^\$\{\s*file\(([^)]+)\)(?::([\w.-]+))?/.exec(written) ?? [];
    if (file !== undefined) return this.#inFile(path.posix.normalize(file.trim()), addressed(inFile));
    const [, name] = /^\$\{\s*param:([\w-]+)/.exec(written) ?? [];
    if (name !== undefined) return this.parameter(name, keys);
    const [, self] = /^\$\{\s*self:([\w.-]+)/.exec(written) ?? [];
    return self === undefined ? undefined : this.inService(addressed(self));
  }
}

interface Entry {
  readonly key: Node;
  readonly value: unknown;
}

/** A key of a mapping, merged ones (`<<`) included, or an item of a list. */
function entryOf(node: unknown, key: string, resolved: (node: unknown) => unknown): Entry | undefined {
  if (isSeq(node)) {
    const item = node.items[Number(key)];
    return isNode(item) ? { key: item, value: item } : undefined;
  }
  if (!isMap(node)) return undefined;
  const named = (name: string): Entry | undefined => {
    for (const { key: written, value } of node.items)
      if (isScalar(written) && String(written.value) === name) return { key: written, value };
    return undefined;
  };
  const own = named(key);
  if (own !== undefined) return own;
  const merged = named('<<')?.value;
  const sources = isSeq(merged) ? merged.items : [merged];
  for (const source of sources) {
    const found = entryOf(resolved(source), key, resolved);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Where a value of `custom.ecomAnalytics` is written, as file and line; where the key is missing, where it would belong.
 *
 * @param keys below `custom.ecomAnalytics`
 */
export function placeOfValue(sources: Sources, keys: Keys): string {
  return new Search(sources).inService(['custom', 'ecomAnalytics', ...keys]).place;
}

/** Where a parameter of the stage is written, as file and line. */
export function placeOfParameter(sources: Sources, name: string): string {
  return new Search(sources).parameter(name, []).place;
}
