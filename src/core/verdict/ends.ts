/** The ends of an edge that are in this namespace: what the rules of each are asked, and what they decide. */
import type { CalledPorts } from '../called-ports.ts';
import { type Edge, isFoundByName, type Peer } from '../edge.ts';
import { TCP, UDP } from '../flow.ts';
import type { RuleAction } from '../network-ruleset.ts';
import type { DefaultActions } from '../policy.ts';
import type { Workload } from '../workload.ts';
import type { CompiledPolicy, Direction } from './compiled-policy.ts';
import { type Decision, decide, decideForAnyPort, decideForOneOf, type Probe, probeOf } from './decide.ts';
import { Parties, type Party } from './parties.ts';

export type Side = 'source' | 'destination';

export type End = {
  readonly side: Side;
  readonly direction: Direction;
  readonly workload: Workload;
  /** The workload at the other end, where it is known by identity and its tags could be read. */
  readonly peer: Workload | undefined;
  readonly probe: Probe;
  /** The ports it was asked for; none for what has no port. */
  readonly ports: readonly number[];
  readonly decision: Decision;
};

/** Destination first: it is asked first, and it is the one that reports. Undefined: that end is not in this namespace. */
export type EndsOfEdge = readonly [destination: End | undefined, source: End | undefined];

const NO_PORTS: readonly number[] = [];

export class Ends {
  private readonly compiled: CompiledPolicy;
  private readonly byDefault: DefaultActions<RuleAction>;
  private readonly parties: Parties;
  private readonly called: CalledPorts | undefined;

  constructor(
    compiled: CompiledPolicy,
    workloads: ReadonlyMap<string, Workload>,
    byDefault: DefaultActions<RuleAction>,
    called?: CalledPorts,
  ) {
    this.compiled = compiled;
    this.byDefault = byDefault;
    this.called = called;
    this.parties = new Parties(compiled, workloads);
  }

  /** Nothing where the tags of an end in this namespace are not known any more. */
  of(edge: Edge): EndsOfEdge | undefined {
    const { source, destination } = edge;
    const from = source.kind === 'workload' ? this.parties.workload(source) : undefined;
    const to = destination.kind === 'workload' ? this.parties.workload(destination) : undefined;
    const [ownSource, ownDestination] = [this.isHere(source), this.isHere(destination)];
    if ((ownSource && !from?.peer) || (ownDestination && !to?.peer)) return undefined;
    return [
      to?.peer && ownDestination ? this.end(to.peer, 'destination', from, edge) : undefined,
      from?.peer && ownSource ? this.end(from.peer, 'source', to, edge) : undefined,
    ];
  }

  private isHere(peer: Peer): boolean {
    return peer.kind === 'workload' && peer.namespace === this.compiled.policy.namespace;
  }

  private end(workload: Workload, side: Side, identity: Party | undefined, edge: Edge): End {
    const party = this.asJudged(identity, side, edge);
    const direction = side === 'source' ? 'outgoing' : 'incoming';
    const { protocol, port } = edge;
    const probe = probeOf({ protocol, port, tags: party.tags, networks: party.networks });
    const rules = this.compiled.unit(workload)[direction];
    const byDefault = this.byDefault[direction];
    const asked = port === undefined ? NO_PORTS : this.portsAsked(workload, side, party, edge, port);
    const ports = asked ?? NO_PORTS;
    const decision = !asked
      ? decideForAnyPort(rules, byDefault, probe)
      : ports.length < 2
        ? decide(rules, byDefault, probe)
        : decideForOneOf(rules, byDefault, probe, ports);
    return { side, direction, workload, peer: party.peer, probe, ports, decision };
  }

  private asJudged(identity: Party | undefined, side: Side, edge: Edge): Party {
    // Only TCP and UDP carry an identity; anything else between workloads is judged by addresses that the edge does not hold.
    if (identity) return edge.protocol === TCP || edge.protocol === UDP ? identity : this.parties.address(undefined);
    const { address } = (side === 'source' ? edge.destination : edge.source) as Extract<Peer, { kind: 'address' }>;
    // Names work for outgoing traffic only.
    if (side === 'destination') return this.parties.address(address);
    // What some of its units looked up is, for the others, somebody else's knowledge.
    return isFoundByName(edge)
      ? this.parties.addressWithNames(address, edge.names, edge.namesElsewhere)
      : this.parties.addressWithNames(address, [], edge.namesElsewhere);
  }

  /** Undefined where nobody knows which port it was. Between units only: an address is reported with the port it was dialled on. */
  private portsAsked(own: Workload, side: Side, party: Party, edge: Edge, port: number): readonly number[] | undefined {
    const { called } = this;
    if (!called || !party.tags || (edge.protocol !== TCP && edge.protocol !== UDP)) return [port];
    if (side === 'source') return party.peer && called.dialled(party.peer, edge.protocol, port);
    // What the source refused is reported under the port that it dialled.
    return edge.action === 'Reject' ? [...new Set([port, ...called.behind(own, edge.protocol, port)])] : [port];
  }
}
