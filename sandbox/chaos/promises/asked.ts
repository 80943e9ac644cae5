/** What was asked of whom and what was answered, read off a ledger by simpler means than the product's. */
import type { Ask } from '#core/approval.ts';
import type { Stage } from '#core/stage.ts';
import { groups, groupsSeed } from '#sandbox/slack/seed.ts';
import type { SeenState } from '../observed.ts';

/** Every question of a stage that was about this digest. */
export function asksAbout({ entries }: Pick<SeenState, 'entries'>, stage: string, digest: string): Ask[] {
  return entries.flatMap(({ event }) =>
    event.type === 'draft-ready' && event.stage === stage && event.ask.digest === digest ? [event.ask] : [],
  );
}

const NEEDED = 2;
const members = (group: string): readonly string[] => groupsSeed.find(({ id }) => id === group)?.users ?? [];

/** Why the votes that the ledger holds up to a moment were not enough for this question; nothing when they were. */
export function whyNotEnough(
  { lockdown, entries }: Pick<SeenState, 'lockdown' | 'entries'>,
  stage: Stage,
  nonce: string,
  untilMs: number,
): string | undefined {
  const standing = new Map<string, 'approve' | 'deny'>();
  for (const { event, at } of entries) {
    if (at > untilMs) break;
    if (event.type === 'vote-cast' && event.stage === stage && event.vote.nonce === nonce)
      standing.set(event.vote.user, event.vote.decision);
    if (event.type === 'vote-withdrawn' && event.nonce === nonce) standing.delete(event.person);
  }
  if ([...standing.values()].includes('deny')) return 'somebody had said no';
  const approving = [...standing.keys()].filter((user) => user !== lockdown.requestedBy);
  if (approving.length < NEEDED) return `${approving.length} of ${NEEDED} approvals`;
  const security = approving.filter((user) => members(groups.security).includes(user)).length;
  const owed = stage === 'disable-discovery' ? NEEDED : 1;
  return security < owed ? `${security} of ${owed} approvals from security` : undefined;
}
