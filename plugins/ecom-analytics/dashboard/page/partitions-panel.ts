import type { Operations } from '../../job/stream-health.ts';
import { byId, foreign, show, tableOf } from './element.ts';
import { count } from './format.ts';
import { partitionRows } from './operations.ts';

/** What each query has yet to read, by partition. */
export function renderPartitions({ streams }: Operations): void {
  const isOne = streams.length === 1;
  const queries = streams.flatMap((stream) =>
    stream.queries.map((query) => ({ ...query, name: isOne ? query.name : `${stream.name} ${query.name}` })),
  );
  const rows = partitionRows(queries).map(({ partition, behind }) => [
    partition,
    ...behind.map((records) => (records === null ? '–' : count(records))),
  ]);
  byId('partitions').hidden = rows.length === 0;
  const head = ['Partition', ...queries.map(({ name }) => foreign(name))];
  show(byId('partitions-table'), ...tableOf(head, rows));
}
