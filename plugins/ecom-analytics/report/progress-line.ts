/** Shows how far the reading is, once it takes longer than someone likes to wait in silence. */
export function progressLine(startedMs: number): (rows: number) => void {
  let saidMs = startedMs + 1000;
  return (rows) => {
    if (performance.now() - saidMs < 1000) return;
    saidMs = performance.now();
    process.stderr.write(`Read ${rows} window rows …\n`);
  };
}
