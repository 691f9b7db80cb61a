import type { Operations } from '../../job/stream-health.ts';
import { bodyRow, byId, element, foreign, tableHead } from './element.ts';
import { count } from './format.ts';
import { partitionRows } from './operations.ts';

/** What each query has yet to read, by partition. */
export class PartitionsPanel {
  #drawn = '';

  render({ streams }: Operations): void {
    const isOne = streams.length === 1;
    const queries = streams.flatMap((stream) =>
      stream.queries.map((query) => ({
        ...query,
        name: isOne ? query.name : `${stream.name} ${query.name}`,
      })),
    );
    const rows = partitionRows(queries);
    const shown = JSON.stringify([queries.map(({ name }) => name), rows]);
    if (shown === this.#drawn) return;
    this.#drawn = shown;
    byId('partitions').hidden = rows.length === 0;
    byId('partitions-table').replaceChildren(
      tableHead('Partition', ...queries.map(({ name }) => foreign(name))),
      element(
        'tbody',
        {},
        ...rows.map(({ partition, behind }) =>
          bodyRow(partition, ...behind.map((records) => (records === null ? '–' : count(records)))),
        ),
      ),
    );
  }
}
