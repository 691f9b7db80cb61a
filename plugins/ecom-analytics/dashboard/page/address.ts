/** The views of the page, in the order of its navigation. */
export const views = ['orders', 'alerts', 'operations'] as const;
export type ViewName = (typeof views)[number];

/** What the page shows. */
export interface Address {
  readonly view: ViewName;
  /** What the view is narrowed to, by name; nothing that is empty. */
  readonly params: Readonly<Record<string, string>>;
}

function isView(name: string): name is ViewName {
  return views.some((view) => view === name);
}

/**
 * Reads the address's hash: `#/alerts?severity=high&customer=CUST_12`. The first view stands for what is not an address.
 */
export function parseAddress(hash: string): Address {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?', 2);
  const name = path.replace(/^\//, '');
  const view = isView(name) ? name : views[0];
  const given = isView(name) ? [...new URLSearchParams(query)] : [];
  return { view, params: Object.fromEntries(given.filter(([, value]) => value !== '')) };
}

/** The hash of an address; {@link parseAddress} reads it back. Params that are empty are left out. */
export function addressHash({ view, params }: Address): string {
  const query = new URLSearchParams(Object.entries(params).filter(([, value]) => value !== ''));
  const text = query.toString();
  return `#/${view}${text === '' ? '' : `?${text}`}`;
}
