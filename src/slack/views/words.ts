/** What stages, phases and edges are called when people read them. */
import type { EdgeGroup } from '#core/draft.ts';
import type { LockdownPhase, StagePhase } from '#core/lockdown-state.ts';
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
export const STAGE_PHASE_WORDS: Readonly<Record<StagePhase, readonly [emoji: string, word: string]>> = {
  waiting: ['white_circle', 'not yet begun'],
  drafting: ['pencil2', 'being drafted'],
  asking: ['raised_hand', 'waits for approval'],
  applying: ['hourglass_flowing_sand', 'being written to the console'],
  verifying: ['mag', 'written, waiting for proof in newer flows'],
  allowed: ['white_check_mark', 'done'],
  skipped: ['heavy_minus_sign', 'skipped'],
  denied: ['no_entry', 'denied'],
  expired: ['alarm_clock', 'expired without a decision'],
  undoing: ['leftwards_arrow_with_hook', 'being taken back'],
  failed: ['warning', 'failed'],
};

export const LOCKDOWN_PHASE_WORDS: Readonly<Record<LockdownPhase, readonly [emoji: string, words: string]>> = {
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

export function stageNumber(stage: Stage): string {
  return `Stage ${STAGES.indexOf(stage) + 1} of ${STAGES.length}`;
}

/** `frontend → cartservice, tcp/7070` */
export function edgeLine(group: EdgeGroup): string {
  const [first, ...more] = group.ports;
  const ports = more.length > 3 ? `${first} and ${count(more.length, 'more port')}` : group.ports.join(', ');
  return `${group.source} → ${peerName(group)}${ports ? `, ${ports}` : ''}`;
}

/** The destination with the names behind its addresses; who outside it is counts more than its address. */
export function peerName(group: EdgeGroup): string {
  const names = group.names.filter((name) => !group.destination.includes(name));
  const shown = names.length > 2 ? [...names.slice(0, 2), `${number(names.length - 2)} more`] : names;
  return shown.length > 0 ? `${group.destination} (${shown.join(', ')})` : group.destination;
}
