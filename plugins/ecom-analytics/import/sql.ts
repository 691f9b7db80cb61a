/** Text as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as an SQL identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function literalList(texts: readonly string[]): string {
  return `[${texts.map(literal).join(', ')}]`;
}

/**
 * A path by which DuckDB reads that file alone: it takes every path for a pattern. Where a name has a backslash, which
 * DuckDB takes for a separator, no pattern matches, and then it reads the file of that very name.
 */
export function exactly(file: string, platform: NodeJS.Platform = process.platform): string {
  if (platform !== 'win32' && file.includes('\\')) return file;
  return file.replace(/[*?[]/g, (character) => `[${character}]`);
}

/** Names in a message: the first of many. */
export function fewOf(names: readonly string[]): string {
  const most = 3;
  const rest = names.length - most;
  return names.length <= most + 1
    ? names.join(', ')
    : `${names.slice(0, most).join(', ')} and ${rest} others`;
}
