/** What a namespace inherits: tag prefixes, default actions, propagated objects. */
import type { DefaultAction, Policy, RuleAction } from '#sandbox/console/objects.ts';

export type Direction = 'incoming' | 'outgoing';

// `app=` is not among them: a namespace that wants it says so.
const defaultTagPrefixes = [
  '$controller=',
  '$id=',
  '$identity=',
  '$image=',
  '$name=',
  '$namespace=',
  '$type=',
  '@org:cloudaccount=',
  '@org:group=',
  '@org:kubernetes=',
  '@org:tenant=',
  'app:host:type=',
  'externalnetwork:name=',
];

/** Nearest first, without the namespace itself: `/a/b/c` has `/a/b`, `/a` and `/`. */
function ancestors(namespace: string): string[] {
  const parent = parentOf(namespace);
  return parent === undefined ? [] : [parent, ...ancestors(parent)];
}

function parentOf(namespace: string): string | undefined {
  if (namespace === '/' || namespace === '') return undefined;
  return namespace.slice(0, namespace.lastIndexOf('/')) || '/';
}

export function isBelow(namespace: string, ancestor: string): boolean {
  return namespace !== ancestor && namespace.startsWith(ancestor === '/' ? '/' : `${ancestor}/`);
}

export function effectivePrefixes(policy: Policy, namespace: string): string[] {
  const line = [namespace, ...ancestors(namespace)];
  const local = policy.namespaces.filter(({ name }) => line.includes(name)).flatMap(({ tagPrefixes }) => tagPrefixes);
  return [...new Set([...defaultTagPrefixes, ...local])];
}

export function effectiveAction(policy: Policy, namespace: string, direction: Direction): RuleAction {
  for (const name of [namespace, ...ancestors(namespace)]) {
    const action = ownAction(policy, name, direction);
    if (action !== 'Inherit') return action;
  }
  return 'Reject';
}

export function ownAction(policy: Policy, namespace: string, direction: Direction): DefaultAction {
  const own = policy.namespaces.find(({ name }) => name === namespace);
  if (own === undefined) return 'Inherit';
  return direction === 'incoming' ? own.defaultPUIncomingTrafficAction : own.defaultPUOutgoingTrafficAction;
}

export function visibleFrom(namespace: string, object: { namespace: string; propagate: boolean }): boolean {
  return object.namespace === namespace || (object.propagate && isBelow(namespace, object.namespace));
}
