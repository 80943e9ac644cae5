/** Promise 2: each approved change exists exactly once, and nothing that is not ours is touched. */
import { isDeepStrictEqual } from 'node:util';
import type { Change } from '#core/draft.ts';
import type { StageState } from '#core/lockdown-state.ts';
import { STAGES, type Stage } from '#core/stage.ts';
import type { ExternalNetwork, Ruleset } from '#sandbox/console/objects.ts';
import type { Write } from '#sandbox/console/store.ts';
import type { ConsoleObjects, Observed, SeenState } from '../observed.ts';
import { isOfProduct } from './approved-writes.ts';

type Object_ = Ruleset | ExternalNetwork;

export function exactlyOnce(observed: Pick<Observed, 'lockdowns' | 'before' | 'after' | 'writes'>): string[] {
  return [
    ...observed.lockdowns.flatMap((state) => STAGES.flatMap((stage) => ofStage(state, stage, observed.after))),
    ...ownerless(observed),
    ...foreign(observed),
  ];
}

/** `unsure` while a step has not come to its end: then each may be there once, or not yet. */
function standing({ phase }: StageState): 'there' | 'not there' | 'unsure' {
  if (phase === 'verifying' || phase === 'allowed') return 'there';
  return phase === 'applying' || phase === 'undoing' || phase === 'failed' ? 'unsure' : 'not there';
}

function ofStage({ lockdown, drafts }: SeenState, stage: Stage, after: ConsoleObjects): string[] {
  const state = lockdown.stages[stage];
  const expected = standing(state);
  const finding = state.ask && drafts.get(state.ask.digest);
  const ours = oursOf(after, lockdown.id).filter(({ annotations }) => annotations['lockstep.stage']?.[0] === stage);
  const where = `${stage} of ${lockdown.namespace} (${lockdown.phase}, ${state.phase})`;
  if (expected === 'not there') return ours.map(({ name }) => `${where}: ${name} is on the console`);
  const wanted = (finding?.draft.changes ?? []).flatMap(objectOf);
  const wrong = wanted.flatMap(({ kind, name, content }) => {
    const found = ours.filter((object) => object.name === name && kindOf(object) === kind);
    if (found.length > 1) return [`${where}: ${name} is there ${found.length} times`];
    const [only] = found;
    if (!only) return expected === 'there' ? [`${where}: ${name} is missing`] : [];
    return holds(content, only) ? [] : [`${where}: ${name} is not as it was approved`];
  });
  const names = new Set(wanted.map(({ kind, name }) => `${kind} ${name}`));
  const more = ours.filter((object) => !names.has(`${kindOf(object)} ${object.name}`));
  return [...wrong, ...more.map(({ name }) => `${where}: nobody approved ${name}`)];
}

function oursOf({ rulesets, externalNetworks }: ConsoleObjects, lockdown: string): Object_[] {
  return [...rulesets, ...externalNetworks].filter(
    ({ annotations }) => annotations['lockstep.lockdown']?.[0] === lockdown,
  );
}

function kindOf(object: Object_): 'ruleset' | 'external network' {
  return 'entries' in object ? 'external network' : 'ruleset';
}

type Wanted = {
  readonly kind: ReturnType<typeof kindOf>;
  readonly name: string;
  readonly content: object;
};

function objectOf(change: Change): Wanted[] {
  if (change.kind === 'create-ruleset')
    return [{ kind: 'ruleset', name: change.ruleset.name, content: change.ruleset }];
  if (change.kind === 'create-external-network')
    return [{ kind: 'external network', name: change.network.name, content: change.network }];
  return [];
}

/** Everything that was approved is so; lists are sets on the console. */
function holds(approved: unknown, there: unknown): boolean {
  if (Array.isArray(approved)) {
    if (!Array.isArray(there) || there.length !== approved.length) return false;
    return approved.every((each) => there.some((other) => holds(each, other)));
  }
  if (typeof approved === 'object' && approved !== null) {
    const found = there as Readonly<Record<string, unknown>>;
    return Object.entries(approved).every(([name, value]) => holds(value, found?.[name]));
  }
  return approved === there;
}

/** Says it is ours, of a lockdown that nobody keeps. */
function ownerless({ lockdowns, after }: Pick<Observed, 'lockdowns' | 'after'>): string[] {
  const known = new Set(lockdowns.map(({ lockdown }) => lockdown.id));
  return [...after.rulesets, ...after.externalNetworks].flatMap(({ annotations, name, namespace }) => {
    const [id] = annotations['lockstep.lockdown'] ?? [];
    return id === undefined || known.has(id) ? [] : [`${name} in ${namespace} is of ${id}, which nobody keeps`];
  });
}

/** What others have, each as they left it. */
function foreign({ before, after, writes }: Pick<Observed, 'before' | 'after' | 'writes'>): string[] {
  const there = new Map([...after.rulesets, ...after.externalNetworks].map((object) => [object.ID, object]));
  const byHand = new Map<string, Write>();
  for (const write of writes) if (!isOfProduct(write)) byHand.set(write.object.ID, write);
  const left = new Map([
    ...[...before.rulesets, ...before.externalNetworks].map((object) => [object.ID, object] as const),
    ...[...byHand.values()].map(({ object }) => [object.ID, object] as const),
  ]);
  for (const { operation, object } of byHand.values()) if (operation === 'delete') left.delete(object.ID);
  const lost = [...left].flatMap(([ID, object]) => {
    const now = there.get(ID);
    if (!now) return [`${object.name} of somebody else in ${object.namespace} is gone`];
    return isDeepStrictEqual(object, now) ? [] : [`${object.name} of somebody else in ${object.namespace} was changed`];
  });
  const strange = [...there.values()].filter(
    ({ ID, annotations }) => !annotations['lockstep.lockdown'] && !left.has(ID),
  );
  return [...lost, ...strange.map(({ name, namespace }) => `nobody knows whose ${name} in ${namespace} is`)];
}
