/** Whether traffic that no stage allowed should be allowed, where nobody knows better, and why. */
import type { EdgeGroup } from '#core/draft.ts';
import type { Edge } from '#core/edge.ts';
import { addressKind } from '#core/peers.ts';
import { isIcmp, outsideAddress, outsideNames, ownEnd } from './ends.ts';
import type { Scene } from './scene.ts';

type Advice = { readonly advice: 'allow' | 'block'; readonly adviceBecause: string };

const MINUTE = 60_000;
/** Fewer connections than this, or all of them within so many minutes, show no habit. */
const HANDFUL = 5;
const MOMENT = 10 * MINUTE;

export function adviceFor(scene: Scene, group: EdgeGroup, edges: readonly Edge[]): Advice {
  const stages = new Set(edges.map((edge) => scene.stageOf(edge)));
  const incoming = edges.every((edge) => ownEnd(edge, scene.evidence.namespace)?.direction === 'incoming');
  const outside = edges.some((edge) => outsideAddress(edge) !== undefined);
  if (edges.every((edge) => scene.scans.has(edge))) return block('it looks like a scan');
  if (stages.has('dns'))
    return block('the resolver is not a trusted one, and whoever answers names decides where name rules lead');
  if (incoming && outside && edges.some(isIcmp)) return block('pings from outside are not needed to answer anybody');
  if (edges.some((edge) => leadsInsideByName(edge))) {
    return block('a name that the internet may answer for leads to an inside address');
  }
  if (!outside) return allowIt(`it is between processing units, ${habit(group)}`);
  if (hasNoHabit(group)) {
    return block(incoming ? `it came from outside only ${habit(group)}` : `it was seen only ${habit(group)}`);
  }
  return allowIt(`it was seen ${habit(group)}, ${incoming ? 'to' : 'from'} workloads of this namespace`);
}

function block(adviceBecause: string): Advice {
  return { advice: 'block', adviceBecause };
}

function allowIt(adviceBecause: string): Advice {
  return { advice: 'allow', adviceBecause };
}

function hasNoHabit(group: EdgeGroup): boolean {
  if (group.days > 1) return false;
  return group.count < HANDFUL || group.lastSeen - group.firstSeen < MOMENT;
}

function habit(group: EdgeGroup): string {
  const times = group.count === 1 ? 'once' : `${group.count} times`;
  if (group.days > 1) return `${times} on ${group.days} days`;
  const minutes = Math.ceil((group.lastSeen - group.firstSeen) / MINUTE);
  return minutes < 120 ? `${times} within ${Math.max(1, minutes)} minutes` : `${times} on one day`;
}

/** A public-looking name that resolved to a private address: how an outside party would reach in through a pod. */
function leadsInsideByName(edge: Edge): boolean {
  const address = edge.destination.kind === 'address' ? edge.destination.address : undefined;
  if (address === undefined || outsideNames(edge).length === 0) return false;
  return addressKind(address) === 'metadata' || addressKind(address) === 'link-local';
}
