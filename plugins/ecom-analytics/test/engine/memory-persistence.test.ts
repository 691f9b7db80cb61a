import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import type { Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { MemoryPersistence } from '../../engine/memory-persistence.ts';

/** Work done once for each name, as the alert consumer does it, without powertools' own cache in front. */
function onceFor(persistenceStore: MemoryPersistence) {
  const config = new IdempotencyConfig({ hashFunction: 'sha256', useLocalCache: false });
  // Of Lambda's context powertools reads the remaining time alone.
  config.registerLambdaContext({ getRemainingTimeInMillis: () => 60_000 } as Context);
  return makeIdempotent((_name: string, work: () => Promise<void>) => work(), {
    persistenceStore,
    // Longer than what is kept of a key, which therefore has to come from what is behind it.
    keyPrefix: 'alert-of-a-shop',
    config,
  });
}

describe('work that is remembered in memory', () => {
  it('is done once for each name', async () => {
    const once = onceFor(new MemoryPersistence(10));
    const done: string[] = [];
    for (const name of ['a', 'b', 'a', 'a', 'b', 'c'])
      await once(name, async () => {
        done.push(name);
      });
    expect(done).toEqual(['a', 'b', 'c']);
  });

  it('is done again where it has failed, and then no more', async () => {
    const once = onceFor(new MemoryPersistence(10));
    const tries: string[] = [];
    const attempt = (fails: boolean): Promise<void> =>
      once('a', async () => {
        tries.push(fails ? 'failed' : 'done');
        if (fails) throw new Error('SNS is down');
      });
    await expect(attempt(true)).rejects.toThrow('SNS is down');
    await attempt(false);
    await attempt(false);
    expect(tries).toEqual(['failed', 'done']);
  });

  it('is refused while the same is under way, and is not done twice', async () => {
    const once = onceFor(new MemoryPersistence(10));
    let times = 0;
    let begin = (): void => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    let finish = (): void => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const work = (): Promise<void> => {
      times++;
      begin();
      return finished;
    };
    const first = once('a', work);
    await begun;
    await expect(once('a', work)).rejects.toThrow('in progress');
    finish();
    await first;
    await once('a', work);
    expect(times).toBe(1);
  });
});
