/** What stages, phases and edges are called when people read them. */
import type { EdgeGroup } from '#core/draft.ts';
import { type Lockdown, type LockdownPhase, mayBeCut, type StagePhase } from '#core/lockdown-state.ts';
import { STAGES, type Stage } from '#core/stage.ts';
import { count, number } from './build.ts';

/** What a stage allows, so that a stranger understands it. */
export const STAGE_MEANS: Readonly<Record<Stage, string>> = {
  dns: 'lets the pods look up names at their DNS service',
  pods: 'lets the pods of this namespace talk to one another',
  metadata: 'lets the pods ask the cloud’s metadata service (169.254.169.254)',
  'external-services': 'lets the pods reach the outside services they use, by name',
  'web-server': 'lets clients from the internet reach the web server',
  kubelets: 'lets the nodes’ kubelets probe the pods',
  'disable-discovery': 'ends discovery mode: from then on, what no rule allows is rejected',
};

/** A mark and a word: never the mark alone. */
type Words = readonly [mark: string, words: string];

const STAGE_PHASE_WORDS: Readonly<Record<StagePhase, Words>> = {
  waiting: ['white_circle', 'not yet begun'],
  drafting: ['pencil2', 'being drafted'],
  asking: ['raised_hand', 'waits for approval'],
  applying: ['hourglass_flowing_sand', 'being written to the console'],
  shadowing: ['eyes', 'in shadow: written, and only observed so far'],
  verifying: ['mag', 'written, waiting for proof in newer flows'],
  allowed: ['white_check_mark', 'done'],
  skipped: ['heavy_minus_sign', 'skipped'],
  denied: ['no_entry', 'denied'],
  expired: ['alarm_clock', 'expired without a decision'],
  undoing: ['leftwards_arrow_with_hook', 'being taken back'],
  failed: ['warning', 'failed'],
};

/** What a cancelled lockdown interrupted. */
const CANCELLED_STAGE_WORDS: Partial<Record<StagePhase, Words>> = {
  waiting: ['heavy_minus_sign', 'not begun'],
  drafting: ['heavy_minus_sign', 'was being drafted'],
  asking: ['heavy_minus_sign', 'was waiting for approval'],
  applying: ['heavy_minus_sign', 'was being written to the console'],
  shadowing: ['heavy_minus_sign', 'written, and only observed'],
  verifying: ['heavy_minus_sign', 'written, was waiting for proof'],
};

/** How a stage stands, as part of what became of its lockdown. */
export function stageWords({ phase: of, stages }: Pick<Lockdown, 'phase' | 'stages'>, stage: Stage): Words {
  const { phase, revision, unprovenBy } = stages[stage];
  // Only what was taken back has been drafted and waits nevertheless.
  if (phase === 'waiting' && revision > 0) return ['leftwards_arrow_with_hook', 'taken back'];
  if (stage === 'disable-discovery' && of === 'releasing')
    return ['leftwards_arrow_with_hook', 'the former default actions are being given back'];
  if (stage === 'disable-discovery' && of === 'released')
    return ['leftwards_arrow_with_hook', 'the former default actions are back'];
  if (phase === 'allowed' && unprovenBy !== undefined)
    return ['large_yellow_circle', 'done without proof of all of it'];
  return (of === 'cancelled' ? CANCELLED_STAGE_WORDS[phase] : undefined) ?? STAGE_PHASE_WORDS[phase];
}

const LOCKDOWN_PHASE_WORDS: Readonly<Record<LockdownPhase, Words>> = {
  discovering: ['eyes', 'Discovering: everything is allowed, every flow is recorded'],
  securing: ['construction', 'Securing: rules are added one approved stage at a time; nothing is rejected yet'],
  watching: [
    'rotating_light',
    'Watching: discovery mode is off, what no rule allows is rejected; somebody has to confirm',
  ],
  locked: ['lock', 'Locked down: what no rule allows is rejected'],
  releasing: ['unlock', 'Releasing: the former default actions are being given back'],
  released: ['unlock', 'Released: the former default actions are back'],
  cancelled: ['no_entry_sign', 'Cancelled'],
};

/** How a lockdown stands; never calmer than it is. */
export function lockdownWords(lockdown: Pick<Lockdown, 'phase' | 'stages'>): Words {
  const { phase, stages } = lockdown;
  if (phase === 'securing' && mayBeCut(lockdown))
    return ['rotating_light', 'Securing: discovery mode may be off already, and then what no rule allows is rejected'];
  if (phase === 'cancelled' && STAGES.some((stage) => stages[stage].phase === 'undoing'))
    return ['no_entry_sign', 'Cancelled: what was written to the console is being taken back'];
  return LOCKDOWN_PHASE_WORDS[phase];
}

/** What a denied or expired stage waits for. Discovery mode is either disabled or not: the last stage cannot be left out. */
export function goesOn(stage: Stage): string {
  return stage === 'disable-discovery' ? 'somebody reopens it' : 'somebody reopens it or leaves it out';
}

/** Groups of edges, where they are counted. */
export function kinds(value: number): string {
  return count(value, 'kind of traffic', 'kinds of traffic');
}

export function stageNumber(stage: Stage): string {
  return `Stage ${STAGES.indexOf(stage) + 1} of ${STAGES.length}`;
}

/** `frontend → cartservice, tcp/7070`; for cards that have Details. */
export function edgeLine(group: EdgeGroup): string {
  return edge(group, some);
}

/** The same where there are no Details to look into. */
export function edgeInFull(group: EdgeGroup): string {
  return edge(group, all);
}

function edge(group: EdgeGroup, written: typeof all): string {
  const ports = written(group.ports);
  return `${group.source} → ${peerName(group, written)}${ports ? `, ${ports}` : ''}`;
}

/** The destination with the names behind its addresses; who outside it is counts more than its address. */
export function peerName(group: EdgeGroup, written: typeof all): string {
  const names = group.names.filter((name) => !group.destination.includes(name));
  return names.length > 0 ? `${group.destination} (${written(names)})` : group.destination;
}

export function all(names: readonly string[]): string {
  return names.join(', ');
}

/** What is voted on is written out; only what nobody would read through is left to Details. */
const WRITTEN_OUT = 12;

export function some(names: readonly string[], between = ', '): string {
  if (names.length <= WRITTEN_OUT) return names.join(between);
  const shown = names.slice(0, WRITTEN_OUT - 2);
  return `${shown.join(between)}${between}and ${number(names.length - shown.length)} more, all in Details`;
}
