import type { IncomingHttpHeaders } from 'node:http';

/**
 * Why a request is refused that must come from the dashboard's own page; null where it does. The server is on this
 * machine's loopback address, and any site that the user visits can send requests there.
 * Source: Fetch Metadata Request Headers; OWASP, "Cross-Site Request Forgery Prevention".
 *
 * @param changes whether the request changes something: then it has to say where it comes from
 * @param origins of the page, lower case
 */
export function refusalOf(
  headers: IncomingHttpHeaders,
  changes: boolean,
  origins: ReadonlySet<string>,
): string | null {
  const site = headers['sec-fetch-site'];
  // `none`: typed into the address bar.
  const fromHere = site === undefined || site === 'same-origin' || (site === 'none' && !changes);
  const { origin } = headers;
  const isOwn = origin === undefined ? !changes : origins.has(origin.toLowerCase());
  if (!fromHere || !isOwn) return 'This request does not come from the dashboard’s own page.';
  // A form cannot send this type, and a script elsewhere would have to ask first.
  if (changes && headers['content-type']?.split(';')[0]?.trim() !== 'application/json') {
    return 'This request is not JSON.';
  }
  return null;
}
