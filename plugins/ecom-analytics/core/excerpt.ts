/**
 * The beginning of a text, for a place that has no room for more: never with half of a character that JavaScript writes as two, which
 * a terminal, a file name and JSON each show as something else.
 *
 * @param length at most, in UTF-16 code units
 */
export function excerpt(text: string, length: number): string {
  const isInside = /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(length - 1, length + 1));
  return text.slice(0, isInside ? length - 1 : length);
}
