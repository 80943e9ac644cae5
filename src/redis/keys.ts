/** Every key in Redis. One hash tag keeps them in one slot, so that a script may touch several of them in a Cluster too. */

const TAG = '{lockstep}';

export const QUEUE_PREFIX = `${TAG}:queue`;

export const key = {
  lockdown: (id: string) => `${TAG}:lockdown:${id}`,
  history: (id: string) => `${TAG}:history:${id}`,
  /** Hash: namespace → id of its open lockdown. */
  open: () => `${TAG}:open`,
  /** Sorted set: id of an ended lockdown, by when it ended. */
  ended: () => `${TAG}:ended`,
  /** There for as long as the console need not be searched for lockdowns that nobody here knows. */
  searched: () => `${TAG}:searched`,
  /** Hash: namespace → a lockdown that only the console knows. */
  orphans: () => `${TAG}:orphans`,
  /** List: what is left of lockdowns whose retention is over. */
  forgotten: () => `${TAG}:forgotten`,
  edges: (id: string) => `${TAG}:edges:${id}`,
  units: (id: string) => `${TAG}:units:${id}`,
  /** Hash: how far the reports were read, and what is remembered between windows. */
  collected: (id: string) => `${TAG}:collected:${id}`,
  /** Hash: finding → JSON. */
  findings: (id: string) => `${TAG}:findings:${id}`,
  /** List: each object a stage created, one at a time. */
  objects: (id: string, stage: string) => `${TAG}:objects:${id}:${stage}`,
  /** Hash: card → where it is. */
  cards: (id: string) => `${TAG}:cards:${id}`,
  /** Hash: card → when somebody began to post it. */
  claims: (id: string) => `${TAG}:claims:${id}`,
  /** Hash: card → fingerprint of what it showed last. */
  shown: (id: string) => `${TAG}:shown:${id}`,
  /** Sorted set: who is sending a version of a card just now, by since when; it goes by itself. */
  sending: (id: string, card: string) => `${TAG}:sending:${id}:${card}`,
  /** List: fingerprints of what people read on a card, the newest first; below the cards, which the Slack process reads. */
  texts: (id: string, card: string) => `${TAG}:cards:${id}:texts:${card}`,
  /** Set: cards that read otherwise than they were posted. */
  altered: (id: string) => `${TAG}:altered:${id}`,
  /** Hash: id of a job of the Slack process → what it is, until it is done. */
  left: () => `${TAG}:left`,
  /** Sorted set: what the Slack process left and was recorded or refused, by until when that is remembered; the workers’ alone. */
  heard: () => `${TAG}:heard`,
  /** Hash: person → how often that person was nudged on this day. */
  nudged: (day: number) => `${TAG}:nudged:${day}`,
  /** Hash: member → since when that person has been seen in a user group. */
  groupSeen: (group: string) => `${TAG}:group-seen:${group}`,
  /** A signed request of Slack that was seen before. */
  once: (id: string) => `${TAG}:once:${id}`,
  cardAt: (channel: string, ts: string) => `${TAG}:card-at:${channel}:${ts}`,
};

/** All of one lockdown's keys that end with it. */
export function keysOf(id: string, stages: readonly string[]): string[] {
  const fixed = [
    key.lockdown,
    key.history,
    key.edges,
    key.units,
    key.collected,
    key.findings,
    key.cards,
    key.claims,
    key.shown,
    key.altered,
  ];
  return [...fixed.map((of) => of(id)), ...stages.map((stage) => key.objects(id, stage))];
}
