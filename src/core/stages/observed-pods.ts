/** Pods, observed: one ruleset a workload, with whom it was seen to call on which ports, and who was seen to call it. */
import type { Remark } from '#core/draft.ts';
import type { Edge } from '#core/edge.ts';
import type { Candidate } from '#core/identifier.ts';
import type { NetworkRule } from '#core/network-ruleset.ts';
import { portLabel } from '#core/protocol-ports.ts';
import { isReleaseTag } from '#core/releases.ts';
import type { Workload } from '#core/workload.ts';
import { dialledLabels } from './dialled-labels.ts';
import { type Dialled, dialledRemarks } from './dialled-remarks.ts';
import { carriesIdentity } from './ends.ts';
import { groupBy } from './group-by.ts';
import { type Mint, slug, unitsOf } from './mint.ts';
import type { Scene } from './scene.ts';
import { allow, list, portsOf, type Sketch, sortPorts } from './sketch.ts';

/** A connection between two own workloads, with the port as each end needs it in its rule. */
type Call = Dialled & {
  readonly source: Workload;
  readonly listening: readonly string[];
};

export function sketchObservedPods(scene: Scene, edges: readonly Edge[], mint: Mint): Sketch {
  const calls = edges.flatMap((edge) => callOf(scene, edge) ?? []);
  const made = new Set(calls.map((call) => call.edge));
  const nameless = edges.filter((edge) => !made.has(edge));
  const used = [...new Set(calls.flatMap((call) => [call.source, call.destination]))].sort(byName);
  const tagsOf = (workload: Workload) => identified(scene, workload).tags;
  const outgoing = new Map(groupBy(calls, (call) => JSON.stringify(tagsOf(call.source))));
  const incoming = new Map(groupBy(calls, (call) => JSON.stringify(tagsOf(call.destination))));

  const prefixes = mint.prefixes(used.flatMap((workload) => identified(scene, workload).prefixes));
  const rulesets = groupBy(used, (workload) => JSON.stringify(tagsOf(workload))).flatMap(([tags, sharing]) => {
    const [first] = sharing;
    if (!first) return [];
    return mint.ruleset({
      name: `allow-pods-${slug([...new Set(sharing.map((workload) => workload.name))].join('-'))}`,
      subject: clausesOf(scene, first),
      incomingRules: rulesFor(scene, incoming.get(tags) ?? [], 'incoming'),
      outgoingRules: rulesFor(scene, outgoing.get(tags) ?? [], 'outgoing'),
    });
  });

  return {
    changes: [...prefixes, ...rulesets],
    leftOut:
      nameless.length === 0
        ? []
        : [{ edges: nameless, because: 'one end carries no tag that a rule could name; it may be long gone' }],
    remarks: [...sharedTagRemarks(scene, used), ...releasesRemarks(scene, used), ...dialledRemarks(scene, calls)],
    breadth: breadthOf(scene, calls),
  };
}

function byName(a: Workload, b: Workload): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : a.key < b.key ? -1 : 1;
}

function callOf(scene: Scene, edge: Edge): Call | undefined {
  const [source, destination] = [edge.source, edge.destination].map((end) =>
    end.kind === 'workload' ? scene.evidence.workloads.get(end.workload) : undefined,
  );
  if (!source || !destination || !scene.identify(source).best || !scene.identify(destination).best) return undefined;
  return { edge, source, destination, ...portsOfCall(scene, edge, destination) };
}

function identified(scene: Scene, workload: Workload): Candidate {
  const { best } = scene.identify(workload);
  if (!best) throw new Error('a workload without tags makes no call');
  return best;
}

function clausesOf(scene: Scene, workload: Workload): string[][] {
  return [unitsOf(scene.evidence.namespace, identified(scene, workload).tags)];
}

/** One rule a peer; peers behind the same tags share theirs, as the console refuses two equal rules. */
function rulesFor(scene: Scene, calls: readonly Call[], direction: 'incoming' | 'outgoing'): NetworkRule[] {
  const peerOf = (call: Call) => (direction === 'outgoing' ? call.destination : call.source);
  const word = direction === 'outgoing' ? 'to' : 'from';
  const byPeer = groupBy(calls, (call) => JSON.stringify(clausesOf(scene, peerOf(call))));
  return byPeer.flatMap(([, theirs]) => {
    const [peer] = theirs.map(peerOf).sort(byName);
    if (!peer) return [];
    const ports = theirs.flatMap((call) => (direction === 'outgoing' ? call.dialled : call.listening));
    return [allow(`${word}-${peer.name}`, clausesOf(scene, peer), sortPorts(ports))];
  });
}

/**
 * The source's rule is asked for the port it dialled, the destination's for the port it listens on (console-api.md 4.4);
 * the record may show either.
 */
function portsOfCall({ called }: Scene, edge: Edge, destination: Workload): Pick<Call, 'dialled' | 'listening'> {
  const seen = portsOf([edge]);
  if (edge.port === undefined || !carriesIdentity(edge)) return { dialled: seen, listening: seen };
  const label = (port: number) => portLabel(edge.protocol, port);
  const behind = called.behind(destination, edge.protocol, edge.port).map(label);
  const dialled = dialledLabels(called, edge, destination);
  return { dialled: sortPorts([...dialled, ...behind]), listening: sortPorts([...seen, ...behind]) };
}

function sharedTagRemarks(scene: Scene, used: readonly Workload[]): Remark[] {
  const shared = used.filter((workload) => !identified(scene, workload).unique);
  return groupBy(shared, (workload) => scene.identify(workload).because).flatMap(([because, [workload]]): Remark[] => {
    if (!workload) return [];
    const { alsoCovers } = identified(scene, workload);
    // What several workloads share entirely may be on others as well, who carry more besides.
    const others = workload.owners.length > 1 && alsoCovers.length > 0 ? ` So it is on ${alsoCovers.join(', ')}.` : '';
    return [{ level: 'look', text: `${because}${others} What one of them was seen to do, all of them may.` }];
  });
}

/** So that whoever poses as another release is seen. */
function releasesRemarks(scene: Scene, used: readonly Workload[]): Remark[] {
  const several = used.map((workload) => scene.identify(workload).releases).filter(({ length }) => length > 1);
  return groupBy(several, ([first]) => first?.key ?? '').map(([, [releases = []]]) => {
    const tags = [...new Set(releases.flatMap((release) => release.tags.filter(isReleaseTag)))].sort();
    const text = `${releases[0]?.name} was seen in ${releases.length} releases (${list(tags)}): the rules mean it whatever its release is.`;
    return { level: 'note', text };
  });
}

/** What makes an edge between workloads the same to people; none where an end is an address. */
export function tupleOf(edge: Edge): { source: string; destination: string; port: string } | undefined {
  if (edge.source.kind !== 'workload' || edge.destination.kind !== 'workload') return undefined;
  const port = portLabel(edge.protocol, edge.port);
  return { source: edge.source.workload, destination: edge.destination.workload, port };
}

/** What the rules allow counts every workload that carries the tags, not only the one they were meant for. */
function breadthOf(scene: Scene, calls: readonly Call[]): NonNullable<Sketch['breadth']> {
  const covered = (workload: Workload) => [workload.key, ...identified(scene, workload).alsoCoversKeys];
  const allowed = new Set<string>();
  const seen = new Set<string>();
  for (const { edge, source, destination } of calls) {
    const port = portLabel(edge.protocol, edge.port);
    seen.add(JSON.stringify([source.key, destination.key, port]));
    for (const from of covered(source)) {
      for (const to of covered(destination)) allowed.add(JSON.stringify([from, to, port]));
    }
  }
  return { seen: seen.size, possible: allowed.size, of: 'pairs of workloads and ports that these rules allow' };
}
