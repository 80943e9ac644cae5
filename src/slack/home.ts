/** What the App Home shows one person: what waits for them, and every open lockdown. */
import type { HomeView } from '@slack/types';
import { outcome, whyMayNotVote } from '#core/approval.ts';
import { rolesOf } from '#core/authority.ts';
import { currentStage, isOpen, type Lockdown } from '#core/lockdown-state.ts';
import { cardNames } from './card-names.ts';
import { confirmBy } from './confirm-by.ts';
import type { Household } from './household.ts';
import { inTime } from './in-time.ts';
import { home, type Waiting } from './views/home.ts';
import type { Listed } from './views/status.ts';
import { kinds } from './views/words.ts';

export type Deps = Pick<
  Household,
  'lockdowns' | 'findings' | 'cards' | 'post' | 'directory' | 'settingsFor' | 'personOf' | 'now'
>;

export async function homeOf(deps: Deps, user: string): Promise<HomeView> {
  const [open, recent] = await inTime(
    'the lockdown store',
    Promise.all([deps.lockdowns.open(), deps.lockdowns.recent()]),
  );
  const ended = recent.filter((lockdown) => !isOpen(lockdown));
  const waiting = await Promise.all(open.map((lockdown) => waitingFor(deps, lockdown, user)));
  return home({
    waiting: waiting.filter((each) => each !== undefined),
    open: await Promise.all(open.map((lockdown) => listed(deps, lockdown))),
    ended: await Promise.all(ended.map((lockdown) => listed(deps, lockdown))),
    at: deps.now(),
  });
}

type Question = { readonly what: string; readonly card: string; readonly expiresAt?: number };

async function waitingFor(deps: Deps, lockdown: Lockdown, user: string): Promise<Waiting | undefined> {
  const question = questionOn(deps, lockdown, user) ?? (await questionForApprover(deps, lockdown, user));
  if (!question || lockdown.paused) return undefined;
  const { what, card, expiresAt } = question;
  const own = await listed(deps, lockdown);
  return { ...own, what, asks: (await linkTo(deps, lockdown, card)) ?? own.card, expiresAt };
}

/** A vote this person could cast now and has not. */
function questionOn({ personOf }: Deps, lockdown: Lockdown, user: string): Question | undefined {
  const stage = currentStage(lockdown);
  const state = stage && lockdown.stages[stage];
  if (!stage || state?.phase !== 'asking' || !state.ask) return undefined;
  const { ask, votes, shapedBy, revision } = state;
  const person = personOf(user);
  const involved = [lockdown.requestedBy, ...shapedBy].map(personOf);
  if (whyMayNotVote({ user, person }, 'typed-name', ask, involved) !== undefined) return undefined;
  if (outcome(votes, ask).approving.some((vote) => vote.person === person)) return undefined;
  return { what: `Vote on ${stage}`, card: cardNames.approval(stage, revision), expiresAt: ask.expiresAt };
}

/** What an approver is asked beside votes. */
async function questionForApprover(deps: Deps, lockdown: Lockdown, user: string): Promise<Question | undefined> {
  const question = openQuestion(lockdown);
  const named = question && deps.settingsFor(lockdown.namespace);
  if (!question || !named) return undefined;
  const roles = await inTime(
    'usergroups',
    rolesOf(user, named, (group) => deps.directory.members(group)),
  );
  return roles.includes('approver') ? question : undefined;
}

function openQuestion(lockdown: Lockdown): Question | undefined {
  if (lockdown.phase === 'watching')
    return { what: 'Confirm or release the end of discovery mode', card: cardNames.watch };
  const stage = currentStage(lockdown);
  if (!stage) return undefined;
  const { phase, ask, revision, because } = lockdown.stages[stage];
  if (phase === 'asking' && ask && ask.undecided > 0)
    return { what: `Decide ${kinds(ask.undecided)} of ${stage}`, card: cardNames.approval(stage, revision) };
  if (phase === 'verifying' && because !== undefined)
    return { what: `Wait, or go on without proof of ${stage}`, card: cardNames.notProven(stage, revision) };
  if (phase === 'denied' || phase === 'expired')
    return {
      what: stage === 'disable-discovery' ? `Reopen ${stage}` : `Reopen ${stage} or leave it out`,
      card: cardNames.lockdown,
    };
  return phase === 'failed' ? { what: `See why ${stage} failed`, card: cardNames.lockdown } : undefined;
}

async function listed(deps: Deps, lockdown: Lockdown): Promise<Listed> {
  const card = await linkTo(deps, lockdown, cardNames.lockdown);
  return { lockdown, card, confirmBy: await confirmBy(deps.findings, lockdown) };
}

async function linkTo({ cards, post }: Deps, { id }: Lockdown, card: string): Promise<string | undefined> {
  const place = await inTime('the card store', cards.get(id, card));
  return place && post.permalink(place);
}
