import { type AsyncBuffer, type FileMetaData, parquetReadObjects, type SchemaElement } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { SourceRow } from './source.ts';

/** Rows handed on at once. */
const batchRows = 4096;

/** The top-level columns, in the order of the file. */
export function parquetColumns(metadata: FileMetaData): string[] {
  return topLevel(metadata).map((element) => element.name);
}

/** The schema lists a tree depth-first; a column with children is followed by them. */
function topLevel({ schema }: FileMetaData): SchemaElement[] {
  const elements: SchemaElement[] = [];
  let skip = 0;
  for (const element of schema.slice(1)) {
    if (skip > 0) skip += (element.num_children ?? 0) - 1;
    else {
      elements.push(element);
      skip = element.num_children ?? 0;
    }
  }
  return elements;
}

/** Undoes what the stored type does to a decimal number. */
function repair(element: SchemaElement | undefined): ((value: unknown) => unknown) | null {
  // hyparquet multiplies by a power of ten, and 57 × 0.01 is 0.5700000000000001.
  const scale = element?.scale;
  if (element?.converted_type === 'DECIMAL' && scale !== undefined) {
    return (value) => (typeof value === 'number' ? Number(value.toFixed(scale)) : value);
  }
  // The double nearest to the float nearest to 29.33 is 29.329999923706055.
  if (element?.type === 'FLOAT') {
    return (value) => (typeof value === 'number' ? Number(value.toPrecision(7)) : value);
  }
  return null;
}

/** Reads the rows of a Parquet file: a row group at a time, and of it only the columns asked for. */
export async function* parquetRows(
  file: AsyncBuffer,
  metadata: FileMetaData,
  columns: readonly string[],
): AsyncGenerator<SourceRow[]> {
  const elements = new Map(topLevel(metadata).map((element) => [element.name, element]));
  const repairs = columns.map((column) => repair(elements.get(column)));
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    const objects = await parquetReadObjects({
      file,
      metadata,
      compressors,
      columns: [...columns],
      rowStart,
      rowEnd,
    });
    for (let from = 0; from < objects.length; from += batchRows) {
      const first = rowStart + from + 1;
      yield objects.slice(from, from + batchRows).map((object, index) => ({
        line: first + index,
        values: columns.map((column, place) => repairs[place]?.(object[column]) ?? object[column]),
        raw: null,
      }));
    }
    rowStart = rowEnd;
  }
}
