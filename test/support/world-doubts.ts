/** What in a world leaves the product in doubt, and only that may. */
import type { Edge } from '#core/edge.ts';
import { ICMP } from '#core/flow.ts';
import { isStableTag } from '#core/workload.ts';
import { isNetwork } from '#sandbox/console/enforcer/address.ts';
import type { World } from './worlds.ts';

/** Whether a workload is selected may hang on a tag that a restart changes. */
export function subjectsInDoubt({ policy }: World): boolean {
  return policy.rulesets.some(({ subject }) => subject.flat().some((tag) => !isStableTag(tag)));
}

export function rulesInDoubt(world: World): boolean {
  const objects = world.policy.rulesets.flatMap(({ incomingRules, outgoingRules }) =>
    [...incomingRules, ...outgoingRules].flatMap(({ object }) => object.flat()),
  );
  return subjectsInDoubt(world) || objects.some((tag) => !isStableTag(tag));
}

/** A report of a ping does not say of which type it was. */
export function typeless({ policy }: World, { protocol }: Edge): boolean {
  const rules = policy.rulesets.flatMap(({ incomingRules, outgoingRules }) => [...incomingRules, ...outgoingRules]);
  return protocol === ICMP && rules.some(({ protocolPorts }) => protocolPorts.some((text) => /^icmp\//i.test(text)));
}

/** Where no lookup was seen, nobody can say which name a rule would have known the address by. */
export function nameless({ policy }: World, direction: 'incoming' | 'outgoing', names: readonly string[]): boolean {
  const anyName = policy.externalNetworks.some(
    ({ entries }) => !entries.every((entry) => isNetwork(entry.replace('!', ''))),
  );
  return direction === 'outgoing' && names.length === 0 && anyName;
}
