/** Whether an object on the console is one that a draft names: by its marks, its name and all that it says. */
import type { Change } from './draft.ts';
import type { ExternalNetwork } from './external-network.ts';
import type { NetworkRuleset } from './network-ruleset.ts';
import { contentOf } from './ruleset-content.ts';
import type { Stage } from './stage.ts';

type Marked = { readonly annotations: Readonly<Record<string, readonly string[]>> };

/** Whoever may write objects may put our marks on one of their own: only what was approved is known by them. */
export function isApproved(
  object: NetworkRuleset | ExternalNetwork,
  lockdown: string,
  { stage, changes }: { readonly stage: Stage; readonly changes: readonly Change[] },
): boolean {
  return isMarkedAs(object, lockdown, stage) && changes.some((change) => isMadeBy(change, object));
}

export function isMarkedAs({ annotations }: Marked, lockdown: string, stage: Stage): boolean {
  return annotations['lockstep.lockdown']?.[0] === lockdown && annotations['lockstep.stage']?.[0] === stage;
}

function isMadeBy(change: Change, object: NetworkRuleset | ExternalNetwork): boolean {
  if (change.kind === 'create-ruleset')
    return (
      'subject' in object && object.name === change.ruleset.name && contentOf(object) === contentOf(change.ruleset)
    );
  if (change.kind !== 'create-external-network' || !('entries' in object)) return false;
  const { name, entries, associatedTags } = change.network;
  const written = object.tags.filter((tag) => !/^[$@]/.test(tag));
  return object.name === name && isSameSet(object.entries, entries) && isSameSet(written, associatedTags);
}

function isSameSet(some: readonly string[], others: readonly string[]): boolean {
  return some.every((each) => others.includes(each)) && others.every((each) => some.includes(each));
}
