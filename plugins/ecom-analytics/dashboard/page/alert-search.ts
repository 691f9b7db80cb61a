import type { Alert } from '../../core/alert.ts';

/** What a list of alerts is narrowed to; an empty text stands for everything. */
export interface Narrowed {
  readonly severity: string;
  readonly rule: string;
  readonly customer: string;
  /** Words, each of which has to occur somewhere in the alert; upper and lower case are one. */
  readonly q: string;
}

/** Narrowed to nothing. */
export const everything: Narrowed = { severity: '', rule: '', customer: '', q: '' };

/** {@link Narrowed} from an address's or a request's params. */
export function narrowedBy(param: (name: string) => string | null | undefined): Narrowed {
  const text = (name: string): string => param(name)?.trim() ?? '';
  return { severity: text('severity'), rule: text('rule'), customer: text('customer'), q: text('q') };
}

export function isNarrowed({ severity, rule, customer, q }: Narrowed): boolean {
  return severity !== '' || rule !== '' || customer !== '' || q !== '';
}

export function alertMatches(alert: Alert, { severity, rule, customer, q }: Narrowed): boolean {
  if (severity !== '' && alert.severity !== severity) return false;
  if (rule !== '' && alert.rule_id !== rule) return false;
  if (customer !== '' && alert.customer_id !== customer) return false;
  if (q === '') return true;
  const { alert_id, order_id, customer_id, region, reason, rule_id } = alert;
  const text = [rule_id, customer_id, order_id ?? '', region, reason, alert_id].join('\n').toLowerCase();
  return q
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
