/** What every stage looks at: the edges that count, whose business each is, and what the policy of now says of it. */

import type { CalledPorts } from '#core/called-ports.ts';
import type { Answers, DraftSettings } from '#core/draft.ts';
import type { Edge } from '#core/edge.ts';
import type { Evidence } from '#core/evidence.ts';
import { calledPortsIn, judgeAfter } from '#core/foresight.ts';
import { type Identification, identifierAmong } from '#core/identifier.ts';
import { type AddressKind, addressKind, isApiServerName } from '#core/peers.ts';
import type { AllowingStage } from '#core/stage.ts';
import { type Suspicions, suspicionsOf } from '#core/suspicion/suspicion.ts';
import type { Verdict } from '#core/verdict.ts';
import type { Workload } from '#core/workload.ts';
import { outsideNames } from './ends.ts';
import { type Nodes, nodesOf } from './nodes.ts';
import { podNetworksOf } from './pod-networks.ts';
import { type Resolvers, resolversOf } from './resolvers.ts';
import { scanEdges } from './scans.ts';
import { wakesWhatCuts } from './sleeping.ts';
import { stageOfEdge } from './stage-of-edge.ts';

export type Scene = {
  readonly evidence: Evidence;
  readonly settings: DraftSettings;
  readonly answers: Answers;
  /** Workloads of the namespace, by name. */
  readonly own: readonly Workload[];
  /** Accepted in the record, not loopback, not to itself: all that any stage could be about; sorted by id. */
  readonly edges: readonly Edge[];
  /** Of `edges`: what the policy of now would or might cut. */
  readonly wanting: readonly Edge[];
  /** Where these stand among the edges of the evidence. */
  readonly wantingPlaces: Uint32Array;
  /** Of `edges`: one outside source, many targets, hardly a connection to each or as many to each. */
  readonly scans: ReadonlySet<Edge>;
  readonly nodes: Nodes;
  /** Ranges in which processing units were seen to have their addresses. */
  readonly podNetworks: readonly string[];
  readonly apiServers: ReadonlySet<string>;
  /** Names that some lookup answered with an inside address: a rule by such a name would open that. */
  readonly inwardNames: ReadonlySet<string>;
  readonly resolvers: Resolvers;
  readonly called: CalledPorts;
  /** What of `edges` looks wrong, and why. */
  readonly suspicions: Suspicions;
  verdict(edge: Edge): Verdict;
  stageOf(edge: Edge): AllowingStage | undefined;
  identify(workload: Workload): Identification;
};

export function setScene(evidence: Evidence, settings: DraftSettings, answers: Answers): Scene {
  const { namespace, policy, workloads } = evidence;
  const own = [...workloads.values()].filter((workload) => workload.namespace === namespace).sort(byNameAndKey);
  const kindOf = once(addressKind);
  const edgeAt = (place: number) => evidence.edges[place] as Edge;
  const places = [...evidence.edges.keys()]
    .filter((place) => counts(edgeAt(place), namespace, kindOf))
    .sort((a, b) => (edgeAt(a).id < edgeAt(b).id ? -1 : 1));
  const edges = places.map(edgeAt);
  const scans = scanEdges(edges, evidence);
  const nodes = nodesOf(
    evidence,
    settings,
    edges.filter((edge) => !scans.has(edge)),
  );
  const apiServers = apiServersOf(evidence, edges);
  const inwardNames = inwardNamesOf(edges, kindOf);
  const resolvers = resolversOf(evidence, settings, edges);
  const podNetworks = podNetworksOf({ evidence, nodes, resolvers }, edges);
  const stageOf = once((edge: Edge) => stageOfEdge(edge, { evidence, nodes, podNetworks, apiServers, kindOf }));
  const suspicions = suspicionsOf(edges, {
    evidence,
    scans,
    inwardNames,
    kindOf,
    isTrustedResolver: (address) => resolvers.isTrusted(address) || podNetworks.isListener(address),
    isNode: (address) => nodes.has(address) || nodes.isBridge(address),
    isApiServer: (address) => apiServers.has(address),
  });
  const judge = judgeAfter(evidence, []);
  const verdicts = judge.judgeAll(evidence.edges);
  const wantingPlaces = Uint32Array.from(places.filter((place) => isWanting(verdicts[place] as Verdict)));
  const identifiers = new Map<string, (workload: Workload) => Identification>();

  return {
    evidence,
    settings,
    answers,
    own,
    edges,
    wanting: Array.from(wantingPlaces, edgeAt),
    wantingPlaces,
    scans,
    nodes,
    podNetworks: podNetworks.ranges,
    apiServers,
    inwardNames,
    resolvers,
    called: calledPortsIn(evidence),
    suspicions,
    verdict: judge.judge,
    stageOf,
    identify(workload) {
      let identifier = identifiers.get(workload.namespace);
      if (!identifier) {
        const peers = [...workloads.values()].filter((other) => other.namespace === workload.namespace);
        // What is added to this namespace's prefixes does not reach a neighbour's units.
        const { local, effective } = policy.prefixes;
        const theirs = workload.namespace === namespace ? effective : effective.filter((one) => !local.includes(one));
        identifier = identifierAmong(peers, theirs, (prefix) => wakesWhatCuts(policy, prefix));
        identifiers.set(workload.namespace, identifier);
      }
      return identifier(workload);
    },
  };
}

function byNameAndKey(a: Workload, b: Workload): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : a.key < b.key ? -1 : 1;
}

/** Asked many times, worked out once. */
function once<Question, Answer>(answer: (question: Question) => Answer): (question: Question) => Answer {
  const known = new Map<Question, Answer>();
  return (question) => {
    let said = known.get(question);
    if (said === undefined && !known.has(question)) {
      said = answer(question);
      known.set(question, said);
    }
    return said as Answer;
  };
}

const NOWHERE = new Set(['loopback', 'unspecified']);

/** A rejected edge was never needed; a unit that talks to itself is always accepted (console-api.md 4.4). */
function counts(edge: Edge, namespace: string, kindOf: (address: string) => AddressKind): boolean {
  if (edge.action !== 'Accept') return false;
  const ends = [edge.source, edge.destination];
  if (!ends.some((end) => end.kind === 'workload' && end.namespace === namespace)) return false;
  if (ends.some((end) => end.kind === 'address' && NOWHERE.has(kindOf(end.address)))) return false;
  return !(isSelf(edge) && edge.units.length <= 1);
}

function isSelf(edge: Edge): boolean {
  const { source, destination } = edge;
  return source.kind === 'workload' && destination.kind === 'workload' && source.workload === destination.workload;
}

function apiServersOf(evidence: Evidence, edges: readonly Edge[]): Set<string> {
  const named = edges.flatMap((edge) => {
    if (edge.destination.kind !== 'address' || !edge.names.some(isApiServerName)) return [];
    return addressKind(edge.destination.address) === 'private' ? [edge.destination.address] : [];
  });
  const known = (evidence.kubernetes?.services ?? []).filter((service) => service.name === 'kubernetes');
  return new Set([...named, ...known.flatMap((service) => service.clusterIps)]);
}

function inwardNamesOf(edges: readonly Edge[], kindOf: (address: string) => AddressKind): Set<string> {
  return new Set(
    edges.flatMap((edge) => {
      const inside = edge.destination.kind === 'address' && kindOf(edge.destination.address) !== 'public';
      return inside ? outsideNames(edge) : [];
    }),
  );
}

/** Rejected for want of a rule, or nobody can tell: what the switch to Reject would or might cut. */
export function isWanting(verdict: Verdict): boolean {
  return verdict.outcome !== 'accept';
}
