import { describe, expect, it } from 'vitest';
import { printable } from '../../report/printable.ts';

describe('text for a terminal', () => {
  it.each([
    ['a\nb\r\tc', 'a\\nb\\r\\tc'],
    ['\u001b[31m', '\\u001b[31m'],
    // Turns around what follows: the name of a file or an amount would read otherwise.
    ['\u202e00.1$', '\\u202e00.1$'],
    ['\u2066x\u2069\u200f\u061c', '\\u2066x\\u2069\\u200f\\u061c'],
    ['\ufeff\u00ad\u200b', '\\ufeff\\u00ad\\u200b'],
    ['\u2028\u2029', '\\u2028\\u2029'],
    ['\u{e0041}', '\\u{e0041}'],
    ['\ud800', '\\ud800'],
  ])('%j is shown as %j', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it.each(['Köln', '\u{1f469}\u200d\u{1f469}\u200d\u{1f467}', 'می\u200cخواهم', 'עברית', '¥ 1,000'])(
    '%s stays as it is',
    (text) => {
      expect(printable(text)).toBe(text);
    },
  );
});
