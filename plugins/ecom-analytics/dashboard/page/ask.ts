/** What the server answers to a question of the page; its refusal, in its own words, becomes an error. */
export async function ask<T>(path: string, params: Readonly<Record<string, string>>): Promise<T> {
  return answerOf(await fetch(`${path}?${new URLSearchParams(params)}`));
}

/** Sends a change to the server. */
export async function tell<T>(path: string, body: object): Promise<T> {
  return answerOf(
    await fetch(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    }),
  );
}

// The server sent the page, so its answers are trusted to have their shape.
async function answerOf<T>(response: Response): Promise<T> {
  if (!response.ok) throw new Error((await response.text()).trim());
  return response.json();
}

/** Why something could not be had, for a person. */
export function reasonOf(error: unknown): string {
  // The browser's own words for a server that is gone differ, and none of them helps.
  if (error instanceof TypeError) {
    return 'The server of this run is gone. `npm run dashboard -- data` opens a run that has ended.';
  }
  return error instanceof Error ? error.message : String(error);
}
