/** How a person's wish is left for the workers: asked first, as a courtesy, whether it can be granted. */
import { rolesOf, whyMayNot } from '#core/authority.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import type { GovernedVerb, Wish } from '#core/request.ts';
import { type Actor, type Reply, requestId } from './gesture.ts';
import type { Household } from './household.ts';
import { inTime } from './in-time.ts';
import { NOT_LEFT } from './views/answers.ts';

export type Deps = Pick<Household, 'settings' | 'settingsFor' | 'directory' | 'leave' | 'now' | 'journal'>;

type GovernedWish = Exclude<Wish, { verb: 'vote' | 'withdraw-vote' }>;

/** Anything but a vote: the matrix of the configuration says who may. */
export async function wishFor(deps: Deps, actor: Actor, lockdown: Lockdown, wish: GovernedWish): Promise<Reply> {
  const refused = await whyRefused(deps, actor, lockdown.namespace, wish.verb, lockdown);
  return refused === undefined ? leaveWish(deps, actor, lockdown, wish) : { refused };
}

/** Why this person may not use this verb for this namespace; nothing when they may. */
export async function whyRefused(
  { settings, settingsFor, directory, journal }: Deps,
  { user, team }: Actor,
  namespace: string,
  verb: GovernedVerb,
  lockdown?: Lockdown,
): Promise<string | undefined> {
  const because = await (async () => {
    if (lockdown && lockdown.team !== team) return 'This lockdown belongs to another workspace.';
    const named = settingsFor(namespace);
    if (!named) return notConfigured(namespace);
    const person = await inTime('users.info', directory.person(user));
    if ('refused' in person) return person.refused;
    const roles = await inTime(
      'usergroups',
      rolesOf(user, named, (group) => directory.members(group)),
    );
    return whyMayNot(verb, roles, settings.authority);
  })();
  if (because !== undefined) journal.refused({ ...(lockdown ? { lockdown: lockdown.id } : {}), user, verb, because });
  return because;
}

export function notConfigured(namespace: string): string {
  return `\`${namespace}\` is not in the configuration, so nobody may lock it down. Somebody who manages Lockstep has to add it under \`namespaces\`.`;
}

/** The job for any wish, votes included. */
export async function leaveWish(
  { leave, now }: Pick<Deps, 'leave' | 'now'>,
  actor: Actor,
  { id: lockdown }: Lockdown,
  wish: Wish,
): Promise<Reply> {
  const { user, person, team, channel, thread } = actor;
  const id = requestId(wish.verb, lockdown, actor);
  const where = { channel, ...(thread === undefined ? {} : { thread }) };
  const left = await leave('record-request', { id, lockdown, team, user, person, ...where, at: now(), wish }, id);
  return left === 'left' ? { recorded: RECORDED[wish.verb] } : { refused: NOT_LEFT[left] };
}

const RECORDED: Readonly<Record<Wish['verb'], string>> = {
  vote: 'Your vote is recorded; the card shows it in a moment.',
  'withdraw-vote': 'Your vote is withdrawn; the card shows it in a moment.',
  'decide-residual': 'Your answers are recorded; the draft is made anew and the card shows it.',
  sponsor:
    'Recorded: you answer for it. The draft is made anew with it; others, and one more of them, have to approve.',
  next: 'Recorded: on to the next step.',
  pause: 'Recorded: the lockdown pauses.',
  resume: 'Recorded: the lockdown goes on.',
  cancel: 'Recorded: the lockdown is cancelled.',
  release: 'Recorded: the former default actions are given back.',
  confirm: 'Recorded: you confirm the lockdown.',
  undo: 'Recorded: the stage is taken back.',
  reopen: 'Recorded: the stage is drafted again.',
  'leave-out': 'Recorded: the stage is left out.',
  'go-on-unproven': 'Recorded: the lockdown goes on without proof, in your name.',
  'try-again': 'Recorded: it is tried again.',
};
