/** What is not as it was approved any more: captured tags, objects that were changed, are gone or were added, prefixes, default actions, new names. */
import { canonical } from './canonical.ts';
import type { Change } from './draft.ts';
import { foldName } from './flow.ts';
import type { NewNetworkRuleset } from './network-ruleset.ts';
import type { Policy } from './policy.ts';
import { capturesSince, type Reached } from './reach.ts';
import { contentOf } from './ruleset-content.ts';
import type { Stage } from './stage.ts';
import type { ProcessingUnit } from './workload.ts';

/** One stage as it was approved and written. */
export type Approved = {
  readonly stage: Stage;
  readonly changes: readonly Change[];
  readonly reach: readonly Reached[];
  /** Ids of the objects that were created, by name. */
  readonly ids: ReadonlyMap<string, string>;
  /** Prefixes of the namespace’s own before. */
  readonly localPrefixes: readonly string[];
  /** When the last of it was on the console, by its clock. */
  readonly at: number;
};

export type NowThere = {
  readonly policy: Policy;
  readonly units: readonly ProcessingUnit[];
  /** Whether both default actions have to be Reject. */
  readonly isCut: boolean;
  /** Names that were asked for and had not been when the rules were approved. */
  readonly newNames: readonly string[];
  /** Ids of whatever this lockdown has written, also for stages that are not through yet. */
  readonly ours: ReadonlySet<string>;
  /** Tag prefixes that this lockdown has added, likewise. */
  readonly ourPrefixes: readonly string[];
};

/** In sentences; sorted, so that the same drift is told once. */
export function driftOf(approved: readonly Approved[], now: NowThere): string[] {
  const found = [
    ...approved.flatMap(({ reach }) => capturesSince(reach, now)),
    ...approved.flatMap(({ changes, ids }) => changes.flatMap((change) => changed(change, ids, now.policy) ?? [])),
    ...added(approved, now),
    ...(now.isCut ? opened(now.policy) : []),
    ...newNamesBelow(approved, now.newNames),
  ];
  return [...new Set(found)].sort();
}

/** Wildcards of the approved networks: names below them are allowed although nobody has seen them. */
export function wildcardsOf(approved: readonly Pick<Approved, 'changes'>[]): string[] {
  const entries = approved.flatMap(({ changes }) =>
    changes.flatMap((change) => (change.kind === 'create-external-network' ? change.network.entries : [])),
  );
  return [...new Set(entries.filter((entry) => entry.startsWith('*.')).map(foldName))].sort();
}

function changed(change: Change, ids: ReadonlyMap<string, string>, policy: Policy): string | undefined {
  if (change.kind === 'create-external-network') {
    const { name, entries } = change.network;
    const there = policy.externalNetworks.find(({ id }) => id === ids.get(name));
    if (!ids.has(name)) return undefined;
    if (!there) return `The external network ${name}, which was approved, is gone.`;
    return isSameSet(there.entries, entries)
      ? undefined
      : `The external network ${name} now has ${there.entries.toSorted().join(', ')}; approved was ${entries.toSorted().join(', ')}.`;
  }
  if (change.kind === 'create-ruleset') {
    const { name } = change.ruleset;
    const there = policy.rulesets.find(({ id }) => id === ids.get(name));
    if (!ids.has(name)) return undefined;
    if (!there) return `The ruleset ${name}, which was approved, is gone.`;
    if (there.disabled) return `The ruleset ${name}, which was approved, is disabled.`;
    if (isObserved(there) !== isObserved(change.ruleset))
      return `The ruleset ${name} is ${isObserved(there) ? 'only observed' : 'enforced'}, which is not what was approved.`;
    return contentOf(there) === contentOf(change.ruleset)
      ? undefined
      : `The ruleset ${name} does not say any more what was approved.`;
  }
  return undefined;
}

/** What was there before the last approval was applied is part of what was approved; what came after it is not. */
function added(
  approved: readonly Approved[],
  { policy, ours, ourPrefixes }: Pick<NowThere, 'policy' | 'ours' | 'ourPrefixes'>,
): string[] {
  const [last] = approved.toSorted((one, other) => other.at - one.at);
  if (!last) return [];
  const rulesets = policy.rulesets.filter(
    ({ id, disabled, updatedAt }) => !disabled && updatedAt > last.at && !ours.has(id),
  );
  const prefixes = approved.flatMap(({ changes }) =>
    changes.flatMap((change) => (change.kind === 'add-tag-prefixes' ? change.prefixes : [])),
  );
  const known = new Set([...last.localPrefixes, ...prefixes, ...ourPrefixes]);
  return [
    ...rulesets.map(
      ({ name, namespace }) =>
        `The ruleset ${name} of ${namespace}, which is not ours, was written after the last approval, and applies here.`,
    ),
    ...policy.prefixes.local
      .filter((prefix) => !known.has(prefix))
      .map(
        (prefix) =>
          `The tag prefix ${prefix} was added after the last approval, and rules that name such tags match now.`,
      ),
  ];
}

/** A rule that is only observed decides nothing. */
function isObserved({
  incomingRules,
  outgoingRules,
}: Pick<NewNetworkRuleset, 'incomingRules' | 'outgoingRules'>): boolean {
  return [...incomingRules, ...outgoingRules].some((rule) => rule.observationEnabled === true);
}

function opened({ own, effective }: Policy): string[] {
  const open = effective.incoming !== 'Reject' || effective.outgoing !== 'Reject';
  return open
    ? [
        `The default actions of the namespace are incoming ${own.incoming}, outgoing ${own.outgoing}; approved was Reject.`,
      ]
    : [];
}

function newNamesBelow(approved: readonly Approved[], newNames: readonly string[]): string[] {
  return wildcardsOf(approved).flatMap((wildcard) =>
    newNames
      .filter((name) => foldName(name).endsWith(wildcard.slice(1)))
      .map((name) => `${name} was asked for, for the first time: the approved ${wildcard} allows it.`),
  );
}

function isSameSet(some: readonly string[], others: readonly string[]): boolean {
  return canonical([...new Set(some)].sort()) === canonical([...new Set(others)].sort());
}
