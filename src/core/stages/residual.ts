/** What it takes to allow traffic that no stage allowed: the narrowest network or tags, and a ruleset for our side. */
import type { Change, EdgeGroup } from '#core/draft.ts';
import { type Edge, isFoundByName, type Peer } from '#core/edge.ts';
import { addressKind, asEntry } from '#core/peers.ts';
import type { Workload } from '#core/workload.ts';
import { ANY_PORT, dialledLabels } from './dialled-labels.ts';
import {
  asksOnDnsPort,
  carriesIdentity,
  isIcmp,
  isUnitByAddress,
  outsideAddress,
  outsideNames,
  ownEnd,
} from './ends.ts';
import { HOST } from './external-names.ts';
import { groupBy } from './group-by.ts';
import { type Mint, slug, unitsOf } from './mint.ts';
import type { Scene } from './scene.ts';
import { allow, list, portsOf, sortPorts } from './sketch.ts';

/** More clients than this are the public, and a list of them would be wrong tomorrow. */
const CLIENTS = 8;

type Remedy = { readonly changes: readonly Change[]; readonly because: string };

/** What allowing a group takes: for each kind of other end a network, or their tags, and a ruleset. */
export function remedyFor(scene: Scene, group: EdgeGroup, edges: readonly Edge[], mint: Mint): Remedy {
  const parts = groupBy(edges, (edge) => JSON.stringify(sidesOf(scene, edge))).map(([, alike]) =>
    remedyForSide(scene, group, alike, mint),
  );
  return {
    changes: parts.flatMap((part) => part.changes),
    because: [...new Set(parts.map((part) => part.because))].filter((because) => because !== '').join(' '),
  };
}

function otherEnd(scene: Scene, edge: Edge): Peer {
  return ownEnd(edge, scene.evidence.namespace)?.direction === 'outgoing' ? edge.destination : edge.source;
}

function sidesOf(scene: Scene, edge: Edge): (string | undefined)[] {
  const other = otherEnd(scene, edge);
  const direction = ownEnd(edge, scene.evidence.namespace)?.direction;
  // A scan tries other doors at each workload.
  const own = scene.scans.has(edge) ? ownEnd(edge, scene.evidence.namespace)?.workload : undefined;
  return [direction, other.kind, other.kind === 'workload' ? other.workload : own];
}

/** Our end: one workload, or several that do the same. */
type Side = {
  readonly direction: 'outgoing' | 'incoming';
  readonly name: string;
  readonly subject: string[][];
  readonly prefixes: readonly string[];
};

function remedyForSide(scene: Scene, group: EdgeGroup, edges: readonly Edge[], mint: Mint): Remedy {
  const [first] = edges;
  const own = first && ownEnd(first, scene.evidence.namespace);
  if (!first || !own) throw new Error('an edge of the residual has an end in the namespace');
  const keys = new Set(edges.flatMap((edge) => ownEnd(edge, scene.evidence.namespace)?.workload ?? []));
  const workloads = [...keys].flatMap((key) => scene.evidence.workloads.get(key) ?? []);
  const side = sideOf(scene, own.direction, workloads);
  if (!side) {
    return { changes: [], because: 'The workload carries no tag that a rule could name; it may be long gone.' };
  }
  if (portsOf(edges).some((port) => port.startsWith('protocol-'))) {
    return { changes: [], because: 'The console has no name for this protocol that a rule could use.' };
  }
  const other = otherEnd(scene, first);
  const remedy =
    other.kind === 'workload'
      ? forUnits(scene, side, other, edges, mint)
      : forAddresses(group, scene, side, edges, mint);
  return remedy.changes.length === 0
    ? remedy
    : { ...remedy, changes: [...mint.prefixes(side.prefixes), ...remedy.changes] };
}

function sideOf(scene: Scene, direction: Side['direction'], workloads: readonly Workload[]): Side | undefined {
  const { namespace } = scene.evidence;
  const named = workloads.flatMap((workload) => {
    const { best } = scene.identify(workload);
    return best ? [{ name: workload.name, best }] : [];
  });
  const [only] = named;
  if (!only) return undefined;
  const everybody = named.length === scene.own.length && named.length > 1;
  const tagSets = groupBy(named, ({ best }) => JSON.stringify(best.tags)).flatMap(([, [one]]) =>
    one ? [one.best] : [],
  );
  return {
    direction,
    name: everybody ? 'everybody' : named.length === 1 ? only.name : `${named.length}-workloads`,
    subject: everybody ? [unitsOf(namespace)] : tagSets.map((best) => unitsOf(namespace, best.tags)),
    prefixes: everybody ? [] : tagSets.flatMap((best) => best.prefixes),
  };
}

/** Our side only: the other side answers to its own namespace's rulesets. */
function forUnits(
  scene: Scene,
  side: Side,
  peer: Extract<Peer, { kind: 'workload' }>,
  edges: readonly Edge[],
  mint: Mint,
): Remedy {
  const { namespace, workloads } = scene.evidence;
  const known = workloads.get(peer.workload);
  const best = known && scene.identify(known).best;
  if (!edges.every(carriesIdentity))
    return forUnitsByAddress(scene, side, peer.namespace === namespace ? known : undefined, edges, mint);
  if (!known || !best) {
    return {
      changes: [],
      because: `Nothing is known any more by which a rule could name the processing unit in ${peer.namespace}.`,
    };
  }
  const sent = peer.namespace === namespace ? best.tags : best.tags.filter((tag) => isSentFromElsewhere(scene, tag));
  const object = [unitsOf(peer.namespace, sent)];
  const outgoing = side.direction === 'outgoing';
  const ports = outgoing
    ? sortPorts(edges.flatMap((edge) => dialledLabels(scene.called, edge, known)))
    : portsOf(edges);
  const rules = [allow(`${outgoing ? 'to' : 'from'}-${known.name}`, object, ports)];
  const [from, to] = outgoing ? [side.name, known.name] : [known.name, side.name];
  const anyPort = ports.some((port) => port.endsWith(ANY_PORT))
    ? ` No cluster said which Services lead to ${known.name}, and reports show only the port of the container: any port of it may be dialled.`
    : '';
  const changes = mint.ruleset(rulesetFor(side, `allow-${slug(from)}-to-${slug(to)}`, rules));
  if (peer.namespace === namespace) {
    const answering: Side = { ...side, direction: 'incoming', subject: object };
    const back = [allow(`from-${side.name}`, side.subject, portsOf(edges))];
    const incoming = mint.ruleset(rulesetFor(answering, `allow-${slug(to)}-from-${slug(from)}`, back));
    return { changes: [...mint.prefixes(best.prefixes), ...changes, ...incoming], because: anyPort.trim() };
  }
  const wide =
    sent.length < best.tags.length
      ? ` It covers every processing unit of ${peer.namespace}, because ${list(best.tags)} is not known to be sent from there.`
      : '';
  return {
    changes,
    because: `This allows our side only: ${peer.namespace} needs a ruleset of its own for the ${
      outgoing ? 'incoming' : 'outgoing'
    } side.${wide}${anyPort}`,
  };
}

/** `peer`: the workload at the other end, where it answers to this namespace's rulesets. */
function forUnitsByAddress(
  scene: Scene,
  side: Side,
  peer: Workload | undefined,
  edges: readonly Edge[],
  mint: Mint,
): Remedy {
  const entries = [...scene.podNetworks];
  if (entries.length === 0 || !edges.every(isIcmp)) {
    return {
      changes: [],
      because:
        'Anything but TCP and UDP is judged by address, and processing units keep none: no rule by tags covers it.',
    };
  }
  const network = mint.network('processing-units', entries);
  const rules = [allow('processing-units', [[network.tag]], portsOf(edges))];
  const answering = peer && sideOf(scene, side.direction === 'outgoing' ? 'incoming' : 'outgoing', [peer]);
  const sides = [side, ...(answering ? [answering] : [])];
  const rulesets = sides.flatMap((one) => {
    const name = `allow-icmp-${one.direction === 'outgoing' ? 'from' : 'at'}-${slug(one.name)}`;
    return [...mint.prefixes(one.prefixes), ...mint.ruleset(rulesetFor(one, name, rules))];
  });
  return { changes: [...network.changes, ...rulesets], because: doubtOf(scene, side, entries) };
}

/** A prefix that this namespace set for itself says nothing about what another namespace's units send. */
function isSentFromElsewhere(scene: Scene, tag: string): boolean {
  const { local, effective } = scene.evidence.policy.prefixes;
  return effective.some((prefix) => !local.includes(prefix) && tag.startsWith(prefix));
}

function forAddresses(group: EdgeGroup, scene: Scene, side: Side, edges: readonly Edge[], mint: Mint): Remedy {
  const entries = entriesFor(scene, side.direction, edges);
  if (entries.length === 0) return { changes: [], because: 'The record holds no address that a rule could name.' };
  const [only] = entries;
  const label = side.direction === 'outgoing' ? group.destination : group.source;
  const peer = entries.length === 1 && only !== undefined ? only : label;
  // A list of addresses belongs to this question; a single one may be in several.
  const called = entries.length === 1 ? slug(peer) : `${slug(peer)}-${slug(side.name)}`;
  const network = mint.network(`residual-${called}`, entries);
  const rules = [allow(`residual-${peer}`, [[network.tag]], portsOf(edges))];
  const preposition = side.direction === 'outgoing' ? 'from' : 'at';
  const name = `allow-residual-${slug(peer)}-${preposition}-${slug(side.name)}`;
  return {
    changes: [...network.changes, ...mint.ruleset(rulesetFor(side, name, rules))],
    because: [doubtOf(scene, side, entries), namesDoubt(scene, edges)].filter((doubt) => doubt !== '').join(' '),
  };
}

function doubtOf(scene: Scene, side: Side, entries: readonly string[]): string {
  if (scene.podNetworks.length > 0 && entries.every((entry) => scene.podNetworks.includes(entry)))
    return `UDP and ICMP between processing units are judged by address, and each has another after a restart: every address of ${list(entries)}, where those seen have theirs, could use it.`;
  if (entries.includes('0.0.0.0/0')) return 'Its clients are too many to list: any address could come.';
  const bridges = entries.filter((entry) => side.direction === 'incoming' && scene.nodes.isBridge(entry));
  if (bridges.length > 0) return `Whatever runs behind ${list(bridges)} could use it.`;
  const bare = entries.filter((entry) => addressKind(entry.replace(/\/\d+$/, '')) === 'public');
  return bare.length === 0 ? '' : `Whoever is given ${list(bare)} tomorrow is allowed with it.`;
}

/** What only goes to a workload that listens there is allowed by address, and any address of a range may answer names. */
function namesDoubt(scene: Scene, edges: readonly Edge[]): string {
  if (!edges.some((edge) => asksOnDnsPort(edge) && !scene.stageOf(edge))) return '';
  return 'On that port names are asked for, too: whoever answers them decides where name rules lead.';
}

function rulesetFor(side: Side, name: string, rules: ReturnType<typeof allow>[]) {
  return {
    name,
    subject: side.subject,
    incomingRules: side.direction === 'incoming' ? rules : [],
    outgoingRules: side.direction === 'outgoing' ? rules : [],
  };
}

/** Names where all its pods had asked for them and they lead outside; ICMP is judged by address whatever was asked. */
function entriesFor(scene: Scene, direction: Side['direction'], edges: readonly Edge[]): string[] {
  const addresses = [...new Set(edges.map((edge) => outsideAddress(edge) ?? ''))].filter(
    (address) => addressKind(address) !== 'not-an-address',
  );
  if (edges.every((edge) => isUnitByAddress(edge, scene.podNetworks))) return [...scene.podNetworks];
  const named = direction === 'outgoing' && edges.every((edge) => isNamedOutside(scene, edge));
  if (named) return [...new Set(edges.flatMap(outsideNames))].sort();
  if (direction === 'incoming' && addresses.filter((address) => addressKind(address) === 'public').length > CLIENTS) {
    return ['0.0.0.0/0', ...(addresses.some((address) => address.includes(':')) ? ['::/0'] : [])];
  }
  return [...new Set(addresses.map(asEntry))].sort();
}

function isNamedOutside(scene: Scene, edge: Edge): boolean {
  const names = outsideNames(edge);
  return (
    carriesIdentity(edge) &&
    isFoundByName(edge) &&
    names.length > 0 &&
    names.every((name) => HOST.test(name) && !scene.inwardNames.has(name)) &&
    addressKind(outsideAddress(edge) ?? '') === 'public'
  );
}
