import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { defaultTopics } from '../../core/topic.ts';
import { AlertHandler } from '../../engine/alert-handler.ts';
import { KeyMemory } from '../../engine/key-memory.ts';
import { JsonLinesFile } from '../../files/json-lines.ts';
import { systemClock } from '../../functions/clock.ts';
import { alertOf, recordOf } from '../functions/alert-consumer/alert-events.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'ecom-alert-memory-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const keyOf = (number: number): string => createHash('sha256').update(String(number)).digest('base64');

describe('the memory of alerts', () => {
  it('has an alert act once, however many others came between', { timeout: 120_000 }, async () => {
    const files = {
      alerts: await JsonLinesFile.create(path.join(folder, 'alerts.jsonl')),
      deadLetters: await JsonLinesFile.create(path.join(folder, 'dead-letters.jsonl')),
    };
    onTestFinished(async () => {
      await Promise.all([files.alerts.close(), files.deadLetters.close()]);
    });
    const handler = new AlertHandler(defaultTopics, files, systemClock);
    const between = 60_000;
    expect(await handler.handle([recordOf(alertOf('first'), 0)])).toHaveLength(1);
    for (let number = 0; number < between; number += 500) {
      const records = Array.from({ length: 500 }, (_, index) =>
        recordOf(alertOf(`o-${number + index}`), index),
      );
      await handler.handle(records);
    }
    expect(await handler.handle([recordOf(alertOf('first'), 0)])).toEqual([]);
  });

  it('holds the newest so many, and at most twice as many', () => {
    const capacity = 5000;
    const memory = new KeyMemory(capacity);
    const total = 12_345;
    for (let number = 0; number < total; number++) {
      expect(memory.has(keyOf(number))).toBe(false);
      memory.add(keyOf(number));
    }
    const known = Array.from({ length: total }, (_, number) => memory.has(keyOf(number)));
    expect(known.slice(total - capacity)).not.toContain(false);
    expect(known.filter(Boolean).length).toBeLessThanOrEqual(2 * capacity);
  });
});
