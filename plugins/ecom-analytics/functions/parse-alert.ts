import * as v from 'valibot';
import { type Alert, AlertSchema } from '../core/alert.ts';

// A byte order mark is no JSON (RFC 8259), so it must reach JSON.parse and fail there.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads the value of a record of the alerts topic.
 *
 * @returns the alert, or what is wrong with the record, for a person
 */
export function parseAlert(value: Uint8Array | null): Alert | string {
  if (value === null) return 'the record has no value';
  let json: unknown;
  try {
    json = JSON.parse(utf8.decode(value));
  } catch {
    return 'the value is not JSON in UTF-8';
  }
  const parsed = v.safeParse(AlertSchema, json);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  return `${v.getDotPath(issue) ?? 'the value'}: ${issue.message}`;
}
