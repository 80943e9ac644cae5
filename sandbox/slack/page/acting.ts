/** What the person at the page does, sent to the workspace. */
import type { Seen } from '#sandbox/slack/gestures/seen.ts';

export type Done = Partial<Seen> & { refused?: string };

/** Makes a gesture. The page shows what follows from the live state, so it waits only for the acknowledgement. */
export async function act(gesture: string, body: Record<string, unknown>): Promise<Done> {
  const waits = gesture === 'react' || gesture === 'unreact' || gesture === 'message';
  const response = await fetch(`/_sandbox/${gesture}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(waits ? body : { ...body, settleMs: 0 }),
  });
  return (await response.json()) as Done;
}
