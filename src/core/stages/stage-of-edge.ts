/** Whose business an edge is: which of the stages looks at it. */
import type { Edge } from '#core/edge.ts';
import type { Evidence } from '#core/evidence.ts';
import type { AddressKind } from '#core/peers.ts';
import { leadsToPublished } from '#core/services.ts';
import type { AllowingStage } from '#core/stage.ts';
import { asksOnDnsPort, carriesIdentity, isIcmp } from './ends.ts';
import type { Nodes } from './nodes.ts';
import type { PodNetworks } from './pod-networks.ts';

type Ground = {
  readonly evidence: Evidence;
  readonly nodes: Nodes;
  readonly podNetworks: PodNetworks;
  readonly apiServers: ReadonlySet<string>;
  kindOf(address: string): AddressKind;
};

/** The stage whose business an edge is; none for what only the residual asks about. */
export function stageOfEdge(edge: Edge, ground: Ground): AllowingStage | undefined {
  const { namespace } = ground.evidence;
  const { source, destination } = edge;
  if (source.kind === 'workload' && destination.kind === 'workload') {
    const within = source.namespace === namespace && destination.namespace === namespace;
    return within && carriesIdentity(edge) ? 'pods' : undefined;
  }
  if (source.kind === 'workload' && destination.kind === 'address')
    return outgoingStage(edge, destination.address, ground);
  if (source.kind === 'address' && destination.kind === 'workload') return incomingStage(edge, source.address, ground);
  return undefined;
}

function outgoingStage(edge: Edge, address: string, ground: Ground): AllowingStage | undefined {
  if (isIcmp(edge)) return undefined;
  if (asksOnDnsPort(edge) && !ground.podNetworks.isListener(address)) return 'dns';
  const kind = ground.kindOf(address);
  if (kind === 'metadata') return 'metadata';
  if (ground.apiServers.has(address)) return 'external-services';
  return kind === 'public' && carriesIdentity(edge) ? 'external-services' : undefined;
}

function incomingStage(edge: Edge, address: string, ground: Ground): AllowingStage | undefined {
  if (ground.nodes.has(address) || ground.nodes.isBridge(address)) return 'kubelets';
  if (!carriesIdentity(edge)) return undefined;
  if (ground.kindOf(address) === 'public') return 'web-server';
  return leadsToPublished(edge, ground.evidence) ? 'web-server' : undefined;
}
