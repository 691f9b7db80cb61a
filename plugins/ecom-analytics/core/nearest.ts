import { distance } from 'fastest-levenshtein';

const far = (word: string, meant: string): number => distance(word.toLowerCase(), meant.toLowerCase());

/** Whether one of two words is the other, mistyped: `ecomAnalytic` for `ecomAnalytics`. */
export function isMistyped(word: string, meant: string): boolean {
  return far(word, meant) <= Math.max(1, Math.floor(meant.length / 3));
}

/** The word that was probably meant: one that begins with what is written, or differs from it by a slip or two. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const begun = words.find((one) => word.length >= 3 && one.toLowerCase().startsWith(word.toLowerCase()));
  if (begun !== undefined) return begun;
  const near = words.filter(
    (one) => isMistyped(word, one) || (far(word, one) <= 2 && Math.min(word.length, one.length) >= 4),
  );
  return near.sort((a, b) => far(word, a) - far(word, b))[0];
}

/**
 * `Did you mean start? `, to stand before what else to do; empty where no word is near.
 *
 * @param written how the word is typed
 */
export function didYouMean(
  word: string,
  words: readonly string[],
  written: (word: string) => string = (one) => one,
): string {
  const meant = nearest(word, words);
  return meant === undefined ? '' : `Did you mean ${written(meant)}? `;
}

/** `a, b or c` */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
