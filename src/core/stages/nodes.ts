/** Which addresses are the cluster's nodes: as Kubernetes says and the settings believe, else inferred from the flows. */
import type { DraftSettings } from '#core/draft.ts';
import type { Edge } from '#core/edge.ts';
import type { Evidence } from '#core/evidence.ts';
import { TCP } from '#core/flow.ts';
import { addressKind, atProbeRhythm, isWithin, looksLikeBridge } from '#core/peers.ts';

export type Nodes = {
  /** Sorted. */
  readonly addresses: readonly string[];
  readonly from: 'kubernetes' | 'flows';
  /** What Kubernetes calls a node's address and the settings do not believe. */
  readonly disbelieved: readonly { readonly name: string; readonly address: string }[];
  has(address: string): boolean;
  /** The first address of a container network, which is nobody's own. */
  isBridge(address: string): boolean;
};

export function nodesOf(
  evidence: Pick<Evidence, 'kubernetes' | 'namespace'>,
  settings: Pick<DraftSettings, 'nodeCidrs'>,
  edges: readonly Edge[],
): Nodes {
  const said = (evidence.kubernetes?.nodes ?? []).flatMap((node) =>
    node.addresses.map((address) => ({ name: node.name, address })),
  );
  const believed = (address: string) =>
    settings.nodeCidrs.length === 0 ? addressKind(address) === 'private' : isWithin(address, settings.nodeCidrs);
  const from = said.length > 0 ? 'kubernetes' : 'flows';
  const addresses =
    from === 'kubernetes' ? said.map((node) => node.address).filter(believed) : inferred(edges).filter(believed);
  const known = new Set(addresses);
  return {
    addresses: [...known].sort(),
    from,
    disbelieved: said.filter((node) => !believed(node.address)),
    has: (address) => known.has(address),
    isBridge: (address) => !known.has(address) && looksLikeBridge(address),
  };
}

/**
 * Private sources that are no processing unit, which only TCP tells: of anything else between processing units each end sees
 * an address, too (console-api.md 4.4). Seen at several workloads or knocking like a probe.
 */
function inferred(edges: readonly Edge[]): string[] {
  const bySource = new Map<string, Edge[]>();
  for (const edge of edges) {
    const { source, destination } = edge;
    if (source.kind !== 'address' || destination.kind !== 'workload' || edge.protocol !== TCP) continue;
    if (addressKind(source.address) !== 'private' || looksLikeBridge(source.address)) continue;
    const known = bySource.get(source.address);
    if (known) known.push(edge);
    else bySource.set(source.address, [edge]);
  }
  return [...bySource]
    .filter(([, seen]) => severalWorkloads(seen) || seen.every(atProbeRhythm))
    .map(([address]) => address);
}

function severalWorkloads(edges: readonly Edge[]): boolean {
  return new Set(edges.map((edge) => (edge.destination.kind === 'workload' ? edge.destination.workload : ''))).size > 1;
}
