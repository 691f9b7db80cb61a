import { dataSets } from './data-sets.ts';
import type { Layout, Platform } from './layout.ts';
import { parseMapping } from './mapping.ts';
import { payments } from './payments.ts';
import { shops } from './shops.ts';
import { identifier } from './sql.ts';

/** The layouts that are recognized. */
export const platforms: readonly Platform[] = [...shops, ...payments, ...dataSets];

/** The columns of a file, by name, whatever their letters' case, and as objects of an API have them below a key of their own. */
function columnsOf(names: readonly string[]): ReadonlyMap<string, string> {
  const plain = (name: string): string => name.toLowerCase().replace(/\s+/g, ' ').trim();
  return new Map([
    ...names.map((name): [string, string] => [plain(name).replace(/^(node|order)\./, ''), name]),
    ...names.map((name): [string, string] => [plain(name), name]),
  ]);
}

/**
 * SQL in whose braces stand columns: `{Email|Phone}` is the first that has a value. One that the file has not is null.
 *
 * @returns null where the file has none of the columns
 */
function fill(sql: string, columns: ReadonlyMap<string, string>): string | null {
  let found = false;
  const filled = sql.replace(/\{([^{}]+)\}/g, (_, names: string) => {
    const there = names.split('|').flatMap((name) => columns.get(name.toLowerCase()) ?? []);
    found ||= there.length > 0;
    const [only = ''] = there;
    if (there.length < 2) return there.length === 0 ? 'NULL' : identifier(only);
    return `coalesce(${there.map((name) => `nullif(trim(CAST(${identifier(name)} AS VARCHAR)), '')`).join(', ')})`;
  });
  return found ? filled : null;
}

/** What a file is taken for by its columns. */
interface Recognized extends Pick<Platform, 'name' | 'source' | 'refused'> {
  readonly layout: Layout;
}

/** The layout that a file's columns are known by. */
export function recognize(names: readonly string[]): Recognized | null {
  const columns = columnsOf(names);
  const platform = platforms.find(({ known, exact = false }) =>
    [known]
      .flat()
      .some((all) =>
        all.split('|').every((name) => (exact ? names.includes(name) : columns.has(name.toLowerCase()))),
      ),
  );
  if (platform === undefined) return null;
  const { map, leave = [], notes = [], lacks, name, source, refused, ...rest } = platform;
  const filled = Object.entries(parseMapping(map, {}).mapping).flatMap(([field, side]) => {
    const sql = fill(side.includes('{') ? side : `{${side}}`, columns);
    return sql === null ? [] : [[field, sql] as const];
  });
  const layout: Layout = {
    ...rest,
    map: Object.fromEntries(filled),
    leave: leave.flatMap((one) => {
      const when = fill(one.when, columns);
      return when === null ? [] : [{ ...one, when }];
    }),
    notes:
      lacks === undefined || filled.some(([field]) => field === lacks.field) ? notes : [...notes, lacks.note],
  };
  return { name, source, ...(refused !== undefined && { refused }), layout };
}
