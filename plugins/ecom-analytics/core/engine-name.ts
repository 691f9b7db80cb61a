/** Which engine computes, or has computed, a run. */
export type EngineName = 'embedded' | 'spark';
