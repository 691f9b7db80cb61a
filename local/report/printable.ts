/** Text from orders may hold anything; a terminal must not act on it, and a row must stay one line. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => {
    const named = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[character];
    return named ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
