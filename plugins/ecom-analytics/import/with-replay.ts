import type { ExitCode } from '../core/error.ts';
import type { PipelineDefinition } from '../core/pipeline.ts';
import { systemClock } from '../functions/clock.ts';
import { interruptedCode, listenForInterruption } from '../run/interruption.ts';
import { showReading } from '../run/replay-source.ts';
import type { AskedReplay } from './choices.ts';
import { openReplay, type Replay } from './open-replay.ts';

/**
 * Opens the files that were asked for, hands them to `use`, and closes them, also after Ctrl-C: a process that just died would
 * leave the temporary files behind by which a file is sorted.
 *
 * @param use is given the replay, and whether it was interrupted; what it answers is the exit code
 * @returns 130 where it was interrupted
 * @throws what {@link openReplay} and `use` throw
 */
export async function withReplay(
  { files, choices }: AskedReplay,
  definition: PipelineDefinition,
  use: (replay: Replay, isOver: () => boolean) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { happened: isOver, dispose } = listenForInterruption(() => process.stderr.write('\nStopping.\n'));
  let replay: Replay | null = null;
  try {
    replay = await openReplay({
      ...choices,
      file: files,
      definition,
      isOver,
      onProgress: showReading(systemClock),
    });
    return await use(replay, isOver);
  } catch (error) {
    // Reading is given up where it is interrupted.
    if (isOver()) return interruptedCode;
    throw error;
  } finally {
    replay?.close();
    dispose();
  }
}
