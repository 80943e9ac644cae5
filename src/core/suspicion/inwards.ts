/** What comes from outside to where only administrators and stores listen, or from a namespace that is none of ours. */
import type { Edge } from '#core/edge.ts';
import { TCP, UDP } from '#core/flow.ts';
import { addressKind } from '#core/peers.ts';
import { portLabel } from '#core/protocol-ports.ts';
import type { Suspicion } from './signals.ts';

/** From outside they are somebody trying. */
export const ADMIN_PORTS: ReadonlySet<number> = new Set([
  22, 2375, 2376, 2379, 3389, 5985, 6379, 6443, 9200, 10250, 11211,
]);

export function inwardSignals(edge: Edge, isNode: (address: string) => boolean): Suspicion[] {
  const { source, protocol, port } = edge;
  if (source.kind !== 'address' || isNode(source.address)) return [];
  if ((protocol !== TCP && protocol !== UDP) || port === undefined || !ADMIN_PORTS.has(port)) return [];
  const label = portLabel(protocol, port);
  return [
    {
      id: 'S-16',
      // An address inside may be a node that probes; where Kubernetes is not asked nobody can tell it from a stranger.
      level: addressKind(source.address) === 'public' ? 'stop' : 'look',
      because: `${label} is a port for administrators or stores, and ${source.address} is outside`,
      measured: { port: label, from: source.address },
    },
  ];
}

/** A neighbour in the same cluster is a note; another part of the tree is worth a look. */
export function foreignSignals({ source, destination }: Edge, namespace: string): Suspicion[] {
  const foreign = [source, destination].find((end) => end.kind === 'workload' && end.namespace !== namespace);
  if (foreign?.kind !== 'workload' || foreign.namespace === '') return [];
  const parent = namespace.slice(0, namespace.lastIndexOf('/') + 1);
  const sibling = foreign.namespace.startsWith(parent);
  return [
    {
      id: 'S-25',
      level: sibling ? 'note' : 'look',
      because: `the other end is in ${foreign.namespace}${sibling ? '' : ', which is not beside this namespace'}`,
      measured: { namespace: foreign.namespace },
    },
  ];
}
