import { expect, test } from 'vitest';
import { recordingSvg } from './recording-svg.ts';

test('a recording shows its frames in turn, the last one for a while, and text as it is', () => {
  const svg = recordingSvg(
    [
      { atMs: 0, rows: ['$ npm start', ''] },
      { atMs: 2000, rows: ['$ npm start', '<1> & 2'] },
    ],
    80,
    2,
  );
  expect(svg.match(/<text/g)).toHaveLength(3);
  expect(svg).toContain('&lt;1&gt; &amp; 2');
  // Eight seconds in all: six of them for the last frame.
  expect(svg).toContain('animation:film 8.0s');
  expect(svg).toContain('25.00%{transform:translateY(-68px)}');
});
