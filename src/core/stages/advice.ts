/** Whether traffic that no stage allowed should be allowed, where nobody knows better, and why. */
import type { EdgeGroup, Residual } from '#core/draft.ts';
import type { Edge } from '#core/edge.ts';
import { addressKind } from '#core/peers.ts';
import { isIcmp, isUnitByAddress, outsideAddress, outsideNames, ownEnd } from './ends.ts';
import type { Scene } from './scene.ts';
import { list } from './sketch.ts';
import { reasonsOf } from './suspects.ts';

type Advice = Pick<Residual, 'advice' | 'adviceBecause' | 'unchosen'>;

const MINUTE = 60_000;
/** Fewer connections than this, or all of them within so many minutes, show no habit. */
const HANDFUL = 5;
const MOMENT = 10 * MINUTE;
/** Connections to each door. */
const STEADY = 100;

export function adviceFor(scene: Scene, group: EdgeGroup, edges: readonly Edge[]): Advice {
  const incoming = edges.every((edge) => ownEnd(edge, scene.evidence.namespace)?.direction === 'incoming');
  const outside = edges.some((edge) => outsideAddress(edge) !== undefined);
  if (edges.every((edge) => scene.scans.has(edge))) return aboutScan(group, edges.length);
  const wrong = [...new Set(edges.map((edge) => reasonsOf(scene, edge, 'stop')))].filter((reasons) => reasons !== '');
  if (wrong.length > 0) return block(`it looks wrong: ${list(wrong.sort(), 3)}`);
  const amongUnits = !outside || edges.every((edge) => isUnitByAddress(edge, scene.podNetworks));
  // Where a rule covers some kinds of ICMP, it may have been one of these.
  const pings = edges.filter((edge) => isIcmp(edge) && scene.verdict(edge).outcome === 'reject');
  if (incoming && !amongUnits && pings.length > 0) return block('pings from outside are not needed to answer anybody');
  if (edges.some((edge) => leadsInsideByName(edge))) {
    return block('a name that the internet may answer for leads to an inside address');
  }
  if (amongUnits) return allowIt(`it is between processing units, ${habit(group)}`);
  // What a stage looks at and leaves out, an untrusted resolver say, it leaves out for a reason.
  const inside = (edge: Edge) => !scene.stageOf(edge) && addressKind(outsideAddress(edge) ?? '') === 'private';
  if (!incoming && edges.every(inside)) return allowIt(`it leads to an address inside, ${habit(group)}`);
  if (incoming && triesDoors(group)) return block('one address of the internet tries several ports, as no client does');
  if (hasNoHabit(group)) {
    if (incoming && edges.every((edge) => addressKind(outsideAddress(edge) ?? '') === 'private'))
      return { ...block(`it came from an address inside, but only ${habit(group)}`), unchosen: true };
    return block(incoming ? `it came from outside only ${habit(group)}` : `it was seen only ${habit(group)}`);
  }
  return allowIt(`it was seen ${habit(group)}, ${incoming ? 'to' : 'from'} workloads of this namespace`);
}

/** One that comes all the time may be somebody's monitor, where no cluster says which doors are open to the public. */
function aboutScan({ days, count }: EdgeGroup, doors: number): Advice {
  if (days < 2 || count < doors * STEADY) return block('it looks like a scan');
  return { ...block(`it calls ${doors} doors as often one as the other, as scans do, and monitors`), unchosen: true };
}

/** However often it comes: a client of ours knows which port it wants. */
function triesDoors({ addresses, ports }: EdgeGroup): boolean {
  const [only, ...others] = addresses;
  return only !== undefined && others.length === 0 && addressKind(only) === 'public' && ports.length > 2;
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
