/** What a terminal showed from one moment on. */
export interface Frame {
  readonly atMs: number;
  /** Its lines, without the spaces at their ends. */
  readonly rows: readonly string[];
}

const cell = { width: 8.4, height: 18 };
const margin = 16;
/** The last frame stays this long before it starts over. */
const restMs = 6000;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/**
 * A recording of a terminal as one animated SVG, which any page shows as a picture. Frames stand below each other, and a window
 * moves over them; a reader who prefers no motion sees the last one.
 */
export function recordingSvg(frames: readonly Frame[], columns: number, rows: number): string {
  const width = Math.ceil(columns * cell.width + 2 * margin);
  const height = rows * cell.height + 2 * margin;
  const totalMs = (frames.at(-1)?.atMs ?? 0) + restMs;
  const last = -(frames.length - 1) * height;
  const steps = frames.map(
    ({ atMs }, index) =>
      `${((atMs / totalMs) * 100).toFixed(2)}%{transform:translateY(${-index * height}px)}`,
  );
  const pictures = frames.map(({ rows: lines }, index) => {
    const texts = lines.flatMap((text, row) =>
      text === ''
        ? []
        : [
            `<text x="${margin}" y="${index * height + margin + (row + 0.75) * cell.height}">${escaped(text)}</text>`,
          ],
    );
    return texts.join('');
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}">
<title>A run in a terminal</title>
<style>
text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#e6edf3;white-space:pre}
#film{animation:film ${(totalMs / 1000).toFixed(1)}s step-end infinite}
@keyframes film{${steps.join('')}100%{transform:translateY(${last}px)}}
@media (prefers-reduced-motion:reduce){#film{animation:none;transform:translateY(${last}px)}}
</style>
<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>
<g id="film">${pictures.join('\n')}</g>
</svg>
`;
}
