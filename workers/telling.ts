/** How one person alone is told something; whoever cannot be reached that way is no reason to give a step up. */
import { isFailure } from '#core/failure.ts';
import type { Journal } from '#src/journal.ts';

export type TellingDeps = {
  readonly whisper: (to: Listener, text: string) => Promise<void>;
  readonly journal: Pick<Journal, 'slackFailed'>;
};

type Listener = { readonly channel: string; readonly user: string; readonly thread?: string | undefined };

export async function tellAlone({ whisper, journal }: TellingDeps, to: Listener, text: string): Promise<void> {
  try {
    await whisper(to, text);
  } catch (error) {
    // They have left the channel, say.
    if (!isFailure(error) || error.passing) throw error;
    journal.slackFailed({ what: `telling ${to.user} why not`, because: error.message });
  }
}
