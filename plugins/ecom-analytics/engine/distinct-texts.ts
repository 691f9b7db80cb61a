/**
 * A set of texts, at least one, that mostly holds just one: that one itself, a few as a list, or many as a set. There is
 * one for every customer in every window of every rule, so an empty set each would be most of the engine's memory.
 */
export type DistinctTexts = string | string[] | Set<string>;

/** Up to this many, looking through a list is quicker than hashing. */
const longestList = 16;

export function includes(texts: DistinctTexts, text: string): boolean {
  if (typeof texts === 'string') return texts === text;
  return Array.isArray(texts) ? texts.includes(text) : texts.has(text);
}

/** The set with one more text, which must not be in it yet. The one given may be changed, and is not to be used again. */
export function including(texts: DistinctTexts, text: string): DistinctTexts {
  if (typeof texts === 'string') return [texts, text];
  if (!Array.isArray(texts)) return texts.add(text);
  if (texts.length === longestList) return new Set(texts).add(text);
  texts.push(text);
  return texts;
}

export function sizeOf(texts: DistinctTexts): number {
  if (typeof texts === 'string') return 1;
  return Array.isArray(texts) ? texts.length : texts.size;
}
