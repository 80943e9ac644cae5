/** Reminds people: the day's digest during discovery, and nudges to those who still owe a vote. */
import { personOf, type Settings, settingsFor } from '#config/schema.ts';
import { type Ask, isExcluded, outcome } from '#core/approval.ts';
import { localTime } from '#core/calendar.ts';
import { unallowedSince } from '#core/later.ts';
import { currentStage, type Lockdown } from '#core/lockdown-state.ts';
import { remindersDue } from '#core/reminder.ts';
import type { Stage } from '#core/stage.ts';
import { workloadsOf } from '#core/workload.ts';
import type { EvidenceStore } from '#redis/evidence-store.ts';
import type { LockdownStore } from '#redis/lockdown-store.ts';
import type { NudgeBudget } from '#redis/nudge-budget.ts';
import { cardNames } from '#slack/card-names.ts';
import { discoveryDigest } from '#slack/views/discovery-digest.ts';
import { nudge as nudgeMessage } from '#slack/views/nudge.ts';
import type { JobData } from '#src/jobs.ts';
import { type CollectDeps, catchUp } from './collect-flows.ts';
import { involvedIn } from './counting-votes.ts';
import { type DiscoveryDeps, lookAtDiscovery } from './discovery-so-far.ts';
import { type SchedulingDeps, stillScheduled } from './schedules.ts';
import { type ShowingDeps, showLockdown } from './showing.ts';

export type RemindDeps = CollectDeps &
  DiscoveryDeps &
  ShowingDeps &
  Pick<SchedulingDeps, 'queues'> & {
    readonly lockdowns: Pick<LockdownStore, 'read'>;
    readonly evidence: Pick<EvidenceStore, 'draft' | 'nudges' | 'keepNudges' | 'keepLater'>;
    readonly nudgeBudget: NudgeBudget;
    readonly settings: Settings;
  };

export function remind(deps: RemindDeps) {
  return async ({ lockdown: id }: JobData<'remind'>): Promise<void> => {
    const lockdown = await deps.lockdowns.read(id);
    if (!(await stillScheduled(deps, id, lockdown)) || !lockdown || lockdown.paused) return;
    if (lockdown.phase === 'discovering') await tellTheDay(deps, lockdown);
    const stage = currentStage(lockdown);
    const ask = stage && lockdown.stages[stage].phase === 'asking' ? lockdown.stages[stage].ask : undefined;
    if (stage && ask) await lookForLater(deps, lockdown, stage, ask);
    // Nobody can vote before every question is answered, so nobody owes a vote.
    if (stage && ask && ask.undecided === 0 && ask.barred === undefined) await nudgeWhoOwes(deps, lockdown, stage, ask);
  };
}

/** The draft is about the edges of the day it was drawn; people have to know what came since and is not in it. */
async function lookForLater(deps: RemindDeps, lockdown: Lockdown, stage: Stage, { digest }: Ask): Promise<void> {
  const { id } = lockdown;
  const finding = await deps.evidence.draft(id, stage, digest);
  if (!finding) return;
  const groups = unallowedSince(await deps.edges.edges(id), finding.basis.to, {
    workloads: workloadsOf(await deps.edges.units(id)),
    policy: (await deps.consoleApi.readPolicy(lockdown.namespace)).policy,
  });
  // The sweep has the cards drawn every minute.
  await deps.evidence.keepLater(id, digest, groups);
}

/** Once a day: a scheduler that slept for days wakes up once, and the card's name keeps a second run from posting again. */
async function tellTheDay(deps: RemindDeps, lockdown: Lockdown): Promise<void> {
  await catchUp(deps, lockdown);
  const finding = await lookAtDiscovery(deps, lockdown);
  const approvers = settingsFor(deps.settings, lockdown.namespace)?.approval;
  if (!finding || !approvers) return;
  const card = await showLockdown(deps, lockdown);
  await deps.poster.postCard({
    lockdown: lockdown.id,
    card: cardNames.digest(finding.day),
    channel: lockdown.channel,
    thread: card.ts,
    message: discoveryDigest({ lockdown, finding, approvers }),
  });
}

async function nudgeWhoOwes(deps: RemindDeps, lockdown: Lockdown, stage: Stage, ask: Ask): Promise<void> {
  const { nudgeAfterHours, nudgeEveryHours, nudgesPerDay, timeZone } = deps.settings.reminders;
  const nudged = await deps.evidence.nudges(lockdown.id, ask.nonce);
  const owing = whoOwes(deps.settings, lockdown, stage, ask).map((person) => ({
    person,
    nudgedAt: nudged[person] ?? [],
  }));
  const due = remindersDue(
    { askedAt: ask.askedAt, owing, now: deps.now() },
    {
      reminderHoursFirst: nudgeAfterHours,
      reminderHoursBetween: nudgeEveryHours,
      remindersPerDayMax: nudgesPerDay,
      expireHours: ask.rule.expiresHours,
      timeZone,
    },
  );
  if (due.expired) return;
  const today = localTime(timeZone)(deps.now()).number;
  const nudge: string[] = [];
  // Ten lockdowns that wait for the same person are not ten times as many nudges: those are no longer read.
  for (const user of due.nudge)
    if (await deps.nudgeBudget.take(personOf(deps.settings, user), today, nudgesPerDay)) nudge.push(user);
  if (nudge.length === 0) return;
  const { revision } = lockdown.stages[stage];
  const place = await deps.cards.get(lockdown.id, cardNames.approval(stage, revision));
  const card = await showLockdown(deps, lockdown);
  // Its number keeps it from being posted again by a retry that finds it not kept.
  const number = Object.values(nudged).flat().length + 1;
  await deps.poster.postCard({
    lockdown: lockdown.id,
    card: cardNames.nudge(stage, revision, number),
    channel: lockdown.channel,
    thread: card.ts,
    message: nudgeMessage({
      lockdown,
      stage,
      owing: nudge,
      waitingHours: (deps.now() - ask.askedAt) / 3_600_000,
      expiresAt: ask.expiresAt,
      card: place && (await deps.poster.permalink(place)),
    }),
  });
  const after = { ...nudged };
  for (const person of nudge) after[person] = [...(after[person] ?? []), deps.now()];
  await deps.evidence.keepNudges(lockdown.id, ask.nonce, after);
}

/** Slack ids of those who could vote, were not part of it, and have not said anything yet. */
function whoOwes(settings: Settings, lockdown: Lockdown, stage: Stage, ask: Ask): string[] {
  const { votes } = lockdown.stages[stage];
  const { approving, denying } = outcome(votes, ask);
  const said = new Set([...approving, ...denying].map((vote) => vote.person));
  const involved = new Set(involvedIn(settings, lockdown, stage));
  const electorate = [...new Set([...ask.electorate.users, ...Object.values(ask.electorate.groups).flat()])];
  return electorate.filter((user) => {
    const person = personOf(settings, user);
    if (isExcluded({ user, person }, ask.rule)) return false;
    return !said.has(person) && (ask.rule.requesterMayVote || !involved.has(person));
  });
}
