/** The door for what people wish: asks once more whether they may, keeps the fact, and tells them when they may not. */
import { personOf } from '#config/schema.ts';
import {
  isTooShort,
  REASON_MIN,
  type Vote,
  whyMayNotDeny,
  whyMayNotVote,
  whyNotWithoutReason,
} from '#core/approval.ts';
import type { Event } from '#core/events.ts';
import { anythingWritten, currentStage, type Lockdown, mayBeCut, nextStage } from '#core/lockdown-state.ts';
import type { Request } from '#core/request.ts';
import type { EvidenceStore } from '#redis/evidence-store.ts';
import type { JobData } from '#src/jobs.ts';
import type { Journal } from '#src/journal.ts';
import { involvedIn } from './counting-votes.ts';
import { type RecordingDeps, record, recordedBefore } from './recording.ts';
import { type TellingDeps, tellAlone } from './telling.ts';
import { type AllowedDeps, whyNotAllowed } from './whether-allowed.ts';

export type RequestDeps = RecordingDeps &
  TellingDeps &
  AllowedDeps & {
    readonly directory: {
      surely(user: string): Promise<{ readonly ok: true } | { readonly refused: string }>;
    };
    readonly receiptIsValid: (vote: Vote, salt: string) => boolean;
    readonly evidence: Pick<EvidenceStore, 'draft'>;
    readonly journal: Pick<Journal, 'happened' | 'changedNothing' | 'refused' | 'forgedVote'>;
  };

type Refusal = { readonly refused: string };

export function recordRequest(deps: RequestDeps) {
  return async (request: JobData<'record-request'>, job: { id: string }): Promise<void> => {
    const lockdown = await deps.lockdowns.read(request.lockdown);
    const refuse = async ({ refused }: Refusal) => {
      deps.journal.refused({
        lockdown: request.lockdown,
        user: request.user,
        verb: request.wish.verb,
        because: refused,
      });
      await tellAlone(deps, request, refused);
    };
    if (!lockdown) return refuse({ refused: 'This lockdown is not kept any more.' });
    // Asked again, what was granted by an earlier try would be refused now: the lockdown has moved on because of it.
    if (await recordedBefore(deps, lockdown.id, job.id)) return;
    const event = await eventFor(deps, lockdown, request);
    if ('refused' in event) return refuse(event);
    const result = await record(deps, lockdown.id, event, job.id);
    if (result === 'changes nothing')
      await refuse({
        refused:
          'That changes nothing now: somebody was faster, or the question is closed. The card shows where it stands.',
      });
  };
}

async function eventFor(deps: RequestDeps, lockdown: Lockdown, request: Request): Promise<Event | Refusal> {
  if (request.team !== lockdown.team) return { refused: 'This lockdown belongs to another workspace.' };
  if (request.person !== personOf(deps.settings, request.user))
    return { refused: 'Who you are was not established. Try again.' };
  const person = await deps.directory.surely(request.user);
  if ('refused' in person) return person;
  const { wish, user } = request;
  if (wish.verb === 'vote') return voteEvent(deps, lockdown, request, wish);
  if (wish.verb === 'withdraw-vote') {
    if (wish.person !== request.person) return { refused: 'Only your own vote can be withdrawn by you.' };
    return { type: 'vote-withdrawn', stage: wish.stage, person: wish.person, nonce: wish.nonce, at: request.at };
  }
  const because = await whyNotAllowed(deps, wish.verb, lockdown.namespace, user);
  if (because !== undefined) return { refused: because };
  if ((wish.verb === 'sponsor' || wish.verb === 'leave-out') && isTooShort(wish.because))
    return {
      refused: `This takes a reason of at least ${REASON_MIN} characters, which everybody in the thread reads.`,
    };
  if (wish.verb === 'sponsor') return sponsoredEvent(deps, lockdown, user, wish);
  return wished(lockdown, user, wish);
}

function voteEvent(
  deps: RequestDeps,
  lockdown: Lockdown,
  request: Request,
  { stage, vote }: Extract<Request['wish'], { verb: 'vote' }>,
): Event | Refusal {
  const { ask, phase } = lockdown.stages[stage];
  if (!ask || phase !== 'asking' || vote.nonce !== ask.nonce || vote.digest !== ask.digest)
    return {
      refused:
        'That vote was for a card that is outdated: a newer draft is being asked about, or the question is closed. It was not counted.',
    };
  const bound = vote.user === request.user && vote.person === request.person && vote.team === request.team;
  const ours = bound && vote.lockdown === lockdown.id && vote.stage === stage;
  if (!ours || !deps.receiptIsValid(vote, lockdown.salt)) {
    deps.journal.forgedVote({ lockdown: lockdown.id, stage, user: request.user });
    return { refused: 'That vote carried no valid receipt, so it was not counted.' };
  }
  const involved = involvedIn(deps.settings, lockdown, stage);
  const because =
    vote.decision === 'deny'
      ? whyMayNotDeny(vote, ask)
      : (whyMayNotVote(vote, vote.gesture, ask, involved) ?? whyNotWithoutReason(vote, ask.rule));
  if (because !== undefined) return { refused: because };
  return { type: 'vote-cast', stage, vote };
}

/** Only what the draft says was kept out, and in the words of the draft. */
async function sponsoredEvent(
  { evidence }: RequestDeps,
  { id, stages }: Lockdown,
  by: string,
  { stage, nonce, group, because }: Extract<Request['wish'], { verb: 'sponsor' }>,
): Promise<Event | Refusal> {
  const { ask, phase } = stages[stage];
  const finding = ask && phase === 'asking' ? await evidence.draft(id, stage, ask.digest) : undefined;
  const stopped = finding?.draft.stopped.find((each) => each.group.id === group);
  if (ask?.nonce !== nonce || !stopped)
    return { refused: 'That was for an outdated card. It was not recorded; the newest card shows what is kept out.' };
  if (stopped.sponsor) return { refused: 'Somebody answers for this already.' };
  const { source, destination, ports } = stopped.group;
  return { type: 'sponsored', stage, by, group, what: `${source} → ${destination} ${ports.join(', ')}`, because };
}

type Governed = Exclude<Request['wish'], { verb: 'vote' | 'withdraw-vote' | 'sponsor' }>;

function wished(lockdown: Lockdown, by: string, wish: Governed): Event | Refusal {
  switch (wish.verb) {
    case 'decide-residual': {
      const { ask } = lockdown.stages[wish.stage];
      if (ask?.nonce !== wish.nonce)
        return { refused: 'Those answers were for an outdated card. They were not kept; the newest card asks again.' };
      return { type: 'residual-decided', stage: wish.stage, by, answers: wish.answers };
    }
    case 'next':
      return nextEvent(lockdown, by);
    case 'pause':
      return { type: 'paused', by };
    case 'resume':
      return { type: 'resumed', by };
    case 'cancel':
      if (wish.written === 'nothing' && anythingWritten(lockdown))
        return {
          refused:
            'Rules were created already. Cancel with `--keep` to leave them on the console, or with `--take-back` to remove exactly what was created.',
        };
      if (wish.written === 'keep' && mayBeCut(lockdown))
        return {
          refused:
            'Discovery mode may be off already, and nobody would watch the namespace any more. Cancel with `--take-back`, or have the stage tried again.',
        };
      return { type: 'cancelled', by, written: anythingWritten(lockdown) ? wish.written : 'nothing' };
    case 'release':
      return { type: 'release-requested', by, because: wish.because };
    case 'confirm':
      return { type: 'confirmed', by };
    case 'undo':
      if (wish.stage !== 'disable-discovery' && mayBeCut(lockdown))
        return {
          refused: `Discovery mode may be off already, and taking back ${wish.stage} would cut what it allows. Take disable-discovery back first, or release the namespace.`,
        };
      return { type: 'undo-requested', stage: wish.stage, by };
    case 'reopen':
      return { type: 'reopened', stage: wish.stage, by };
    case 'leave-out':
      return { type: 'left-out', stage: wish.stage, by, because: wish.because };
    case 'go-on-unproven':
      return { type: 'went-on-unproven', stage: wish.stage, by };
    case 'try-again':
      return wish.stage ? { type: 'tried-again', stage: wish.stage, by } : { type: 'tried-again', by };
  }
}

/** Ends discovery early, or opens the stage that waits or holds the lockdown. */
function nextEvent(lockdown: Lockdown, by: string): Event | Refusal {
  if (lockdown.phase === 'discovering') return { type: 'started-early', by };
  const stage = nextStage(lockdown) ?? currentStage(lockdown);
  if (!stage) return { refused: 'There is no next stage: all seven are closed.' };
  const { phase } = lockdown.stages[stage];
  if (phase === 'failed') return { type: 'tried-again', stage, by };
  if (phase === 'waiting' || phase === 'denied' || phase === 'expired') return { type: 'reopened', stage, by };
  return { refused: `The stage ${stage} is under way (${phase}), so there is nothing to open yet.` };
}
