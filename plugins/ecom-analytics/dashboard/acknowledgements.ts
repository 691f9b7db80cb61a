import { appendFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { parsedAs } from '../files/json-lines.ts';
import { runFiles } from '../files/output-folder.ts';

/** A later line of an alert overrides an earlier one; null takes the acknowledgment back. */
const Line = v.object({ alert_id: v.string(), acknowledged_at: v.nullable(v.string()) });

/** Which alerts of a run a person has acknowledged: a line each in the run's folder. */
export class Acknowledgements {
  readonly #file: string;
  readonly #at = new Map<string, string>();
  /** Whether a kill or a full disk has cut the last line short: what is added then starts a line of its own. */
  #isCut = false;

  private constructor(file: string) {
    this.#file = file;
  }

  /** Reads what earlier dashboards of the same run have kept. A line that was cut short is passed over. */
  static async open(folder: string): Promise<Acknowledgements> {
    const kept = new Acknowledgements(path.join(folder, runFiles.acknowledged));
    const text = await readFile(kept.#file, 'utf8').catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
      throw error;
    });
    kept.#isCut = text !== '' && !text.endsWith('\n');
    for (const line of text.split('\n')) {
      const read = parsedAs(Line, line);
      if (read !== null) kept.#note(read.alert_id, read.acknowledged_at);
    }
    return kept;
  }

  /** When an alert was acknowledged, as a timestamp; null where it was not. */
  at(alertId: string): string | null {
    return this.#at.get(alertId) ?? null;
  }

  /** Acknowledges an alert, unless it is already; done once it is in the file. */
  async add(alertId: string, acknowledgedAt: string): Promise<void> {
    if (!this.#at.has(alertId)) await this.#write(alertId, acknowledgedAt);
  }

  /** Takes an acknowledgment back, where there is one; done once that is in the file. */
  async undo(alertId: string): Promise<void> {
    if (this.#at.has(alertId)) await this.#write(alertId, null);
  }

  async #write(alertId: string, acknowledgedAt: string | null): Promise<void> {
    const line = `${JSON.stringify({ alert_id: alertId, acknowledged_at: acknowledgedAt })}\n`;
    const start = this.#isCut ? '\n' : '';
    try {
      // One write for the whole line: two dashboards of one folder may both be at it.
      await appendFile(this.#file, start + line);
    } catch (error) {
      this.#isCut = true;
      throw error;
    }
    if (start !== '') this.#isCut = false;
    this.#note(alertId, acknowledgedAt);
  }

  #note(alertId: string, acknowledgedAt: string | null): void {
    if (acknowledgedAt === null) this.#at.delete(alertId);
    else this.#at.set(alertId, acknowledgedAt);
  }
}
