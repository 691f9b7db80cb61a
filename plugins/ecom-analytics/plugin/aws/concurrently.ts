/**
 * Maps with at most `limit` calls under way at once; the answers are in the order of the items. The first failure is
 * thrown when the calls under way have ended.
 */
export async function concurrently<T, R>(
  items: readonly T[],
  limit: number,
  run: (item: T) => Promise<R>,
): Promise<R[]> {
  const answers = new Map<number, R>();
  const queue = items.entries();
  let hasFailed = false;
  async function work(): Promise<void> {
    for (const [index, item] of queue) {
      if (hasFailed) return;
      try {
        answers.set(index, await run(item));
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  }
  const results = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, work));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  return [...answers.entries()].sort(([a], [b]) => a - b).map(([, answer]) => answer);
}
