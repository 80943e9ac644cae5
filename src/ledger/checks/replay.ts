/** The history played again from entry 1: each entry has to be what the tables make of the one before. */
import { isDeepStrictEqual } from 'node:util';
import type { Ask, Vote } from '#core/approval.ts';
import { DERIVED } from '#core/events.ts';
import { advance, type Transition } from '#core/lockdown.ts';
import { type Lockdown, newLockdown } from '#core/lockdown-state.ts';
import type { Stage } from '#core/stage.ts';
import type { Entry } from '#redis/lockdown-store.ts';
import { broken, type Finding } from '../report.ts';

/** Moments that have to be judged by more than the tables, each with the lockdown as it was then. */
export type Moment =
  | { readonly kind: 'asked'; readonly entry: number; readonly stage: Stage; readonly ask: Ask }
  | {
      readonly kind: 'voted';
      readonly entry: number;
      readonly vote: Vote;
      readonly before: Lockdown;
      readonly stage: Stage;
    }
  | { readonly kind: 'approved' | 'applied'; readonly entry: number; readonly stage: Stage; readonly after: Lockdown };

export type Replayed = {
  readonly findings: readonly Finding[];
  readonly moments: readonly Moment[];
  /** Where the last entry led; nothing where it could not be played to its end. */
  readonly lockdown?: Lockdown;
};

/** From the first entry alone: it holds what the lockdown began with. */
export function replay(salt: string, entries: readonly Entry[]): Replayed {
  const moments: Moment[] = [];
  const stop = (entry: number, because: string): Replayed => ({ findings: [broken(entry, because)], moments });

  const [first] = entries;
  if (!first) return stop(1, 'is missing: there is no history');
  const { event } = first;
  if (event.type !== 'started') return stop(1, `is ${event.type}, but a history begins with started`);
  if (first.from !== '' || first.to !== 'discovering' || first.steps.length > 0)
    return stop(1, 'does not begin a lockdown in discovery');

  const { lockdown: id, namespace, team, channel, by: requestedBy, at: startedAt, days } = event;
  const begun = newLockdown({ id, salt, namespace, team, channel, requestedBy, startedAt, days: Number(days) });
  let lockdown: Lockdown = { ...begun, length: 1 };
  for (let at = 1; at < entries.length; ) {
    const entry = entries[at] as Entry;
    const number = at + 1;
    if (entry.event.type === 'started') return stop(number, 'starts a lockdown that was started already');
    if (DERIVED.has(entry.event.type))
      return stop(number, `is ${entry.event.type}, which the tables did not derive here`);
    const next = advance(lockdown, entry.event, entry.at);
    if (!next) return stop(number, `is ${entry.event.type}, which changes nothing where the lockdown stood`);
    const wrong = next.transitions.flatMap((transition, step) => {
      const because = whyNot(transition, entries[at + step], entry);
      return because === undefined ? [] : [broken(number + step, because)];
    })[0];
    const all = momentsOf(entry.event, next.transitions[0], number, lockdown, next.lockdown);
    // What a wrong entry led to is not known, but the vote or the question in it can still be judged.
    moments.push(...(wrong ? all.filter(({ kind }) => kind === 'asked' || kind === 'voted') : all));
    if (wrong) return { findings: [wrong], moments };
    at += next.transitions.length;
    lockdown = { ...next.lockdown, length: at };
  }
  return { findings: [], moments, lockdown };
}

/** Why an entry is not what the tables say; what is derived is kept in one go with what it is derived from. */
function whyNot({ event, from, to, steps }: Transition, entry: Entry | undefined, cause: Entry): string | undefined {
  if (!entry) return `is missing: ${event.type} follows at once from ${cause.event.type}`;
  if (!isDeepStrictEqual(plain(entry.event), plain(event)))
    return `is ${entry.event.type}, but ${event.type} follows at once from ${cause.event.type}`;
  if (entry.from !== from || entry.to !== to)
    return `says that ${event.type} led from ${entry.from} to ${entry.to}, but it leads from ${from} to ${to}`;
  if (!isDeepStrictEqual(plain(entry.steps), plain(steps)))
    return `says that ${event.type} started other steps than it does`;
  if (entry.cause !== cause.cause || entry.at !== cause.at || entry.config !== cause.config)
    return `follows at once from ${cause.event.type}, but was not recorded together with it`;
  return undefined;
}

function momentsOf(
  event: Entry['event'],
  transition: Transition | undefined,
  entry: number,
  before: Lockdown,
  after: Lockdown,
): Moment[] {
  if (!('stage' in event) || event.stage === undefined) return [];
  const { stage } = event;
  return [
    ...(event.type === 'draft-ready' ? [{ kind: 'asked' as const, entry, stage, ask: event.ask }] : []),
    ...(event.type === 'vote-cast' ? [{ kind: 'voted' as const, entry, stage, vote: event.vote, before }] : []),
    ...(transition?.to === 'applying' ? [{ kind: 'approved' as const, entry, stage, after }] : []),
    ...(event.type === 'applied' ? [{ kind: 'applied' as const, entry, stage, after }] : []),
  ];
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
