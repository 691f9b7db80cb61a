/**
 * Maps with at most `limit` calls under way at once, and begins none after a failure.
 *
 * @returns the answers in the order of the items
 * @throws the first failure, once the calls under way have ended
 */
export async function mapConcurrently<T, R>(
  items: readonly T[],
  limit: number,
  run: (item: T) => Promise<R>,
): Promise<R[]> {
  const answers = new Map<number, R>();
  let hasFailed = false;
  const failures = await forEachConcurrently(items.entries(), limit, async ([index, item]) => {
    if (hasFailed) return;
    try {
      answers.set(index, await run(item));
    } catch (error) {
      hasFailed = true;
      throw error;
    }
  });
  if (failures.length > 0) throw failures[0];
  return [...answers].sort(([a], [b]) => a - b).map(([, answer]) => answer);
}

/**
 * Runs `work` on every item, at most `limit` at a time, in order of start.
 *
 * @returns what failed, in no particular order; one failure never keeps the others from running
 */
export async function forEachConcurrently<T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<unknown[]> {
  const failures: unknown[] = [];
  const queue = items[Symbol.iterator]();
  const lane = async (): Promise<void> => {
    for (let next = queue.next(); !next.done; next = queue.next()) {
      try {
        await work(next.value);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: limit }, lane));
  return failures;
}
