import type { BuildResult, OutputFile } from 'esbuild';

export function compile(): BuildResult<{ write: false; metafile: true }>;
export function compilePage(): OutputFile[];
export function writeCompiled(): void;
