/** A partition as it stands: the offsets are Kafka's. */
export interface PartitionOffsets {
  readonly partition: number;
  /** Of the oldest record that is kept. */
  readonly earliest: bigint;
  /** Of the record that comes next. */
  readonly latest: bigint;
}

/** Where reading began in a partition, and how far it came. */
export interface PartitionProgress {
  readonly start: bigint;
  /** Offset of the record to be read next. */
  next: bigint;
  read: number;
}

/** One line of the answer. Offsets are strings: they outgrow what a JSON number can hold. */
export interface PartitionReport {
  readonly partition: number;
  readonly earliest: string;
  readonly latest: string;
  readonly start: string;
  readonly next: string;
  /** Records read, whether or not they passed the filter. */
  readonly read: number;
  /** Records between where reading stopped and the end. */
  readonly lag: number;
  /** Of all the records kept in the topic, 0 to 1: uneven shares mean uneven keys. */
  readonly share: number;
}

/** Puts offsets and progress together. `offsets` are those after reading, so that lag counts what came meanwhile. */
export function reportPartitions(
  offsets: readonly PartitionOffsets[],
  progress: ReadonlyMap<number, PartitionProgress>,
): PartitionReport[] {
  const kept = offsets.map(({ earliest, latest }) => Number(latest - earliest));
  const total = kept.reduce((sum, count) => sum + count, 0);
  return offsets.map(({ partition, earliest, latest }, index) => {
    const { start, next, read } = progress.get(partition) ?? { start: latest, next: latest, read: 0 };
    return {
      partition,
      earliest: String(earliest),
      latest: String(latest),
      start: String(start),
      next: String(next),
      read,
      lag: Math.max(0, Number(latest - next)),
      share: total === 0 ? 0 : Math.round(((kept[index] ?? 0) / total) * 10_000) / 10_000,
    };
  });
}
