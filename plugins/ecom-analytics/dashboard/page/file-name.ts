/** `orders-per-minute-2026-11-28T00-14-05.csv`: letters, digits and dashes, which every system takes. */
export function fileName(title: string, nowMs: number, ending: string): string {
  const words = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return `${words}-${new Date(nowMs).toISOString().slice(0, 19).replaceAll(':', '-')}.${ending}`;
}
