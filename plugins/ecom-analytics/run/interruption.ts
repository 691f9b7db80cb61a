import type { ExitCode } from '../core/error.ts';

/** The exit code of a command that was interrupted. */
export const interruptedCode = 130 satisfies ExitCode;

/** npm passes Ctrl-C on to a process that the terminal has told already: signals this close together are one. */
const oneSignalMs = 500;

/** What happens on Ctrl-C and on SIGTERM. */
export interface Interruption {
  /** Aborted by the first. */
  readonly signal: AbortSignal;
  readonly happened: () => boolean;
  /** Stops listening. */
  dispose(): void;
}

/**
 * Listens for Ctrl-C: the first asks the run to end, a second ends the process at once.
 *
 * @param onFirst tells the user what is going on
 */
export function listenForInterruption(onFirst: () => void): Interruption {
  const controller = new AbortController();
  let firstMs = 0;
  const interrupt = (): void => {
    if (controller.signal.aborted) {
      if (performance.now() - firstMs > oneSignalMs) process.exit(interruptedCode);
      return;
    }
    firstMs = performance.now();
    onFirst();
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return {
    signal: controller.signal,
    happened: () => controller.signal.aborted,
    dispose: () => {
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', interrupt);
    },
  };
}
