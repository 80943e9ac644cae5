/** Which ports of a world's connection the product cannot tell apart, worked out without it. */
import type { Edge } from '#core/edge.ts';
import type { KubernetesFacts } from '#core/evidence.ts';
import type { Connection } from '#sandbox/console/enforcer/connection.ts';
import { decisionsOf } from './world-edges.ts';
import { TRANSPORT } from './world-words.ts';
import type { World } from './worlds.ts';

/** What a cluster with the world's Services says: they select what every unit has. */
export function clusterOf({ services }: World): KubernetesFacts | undefined {
  if (!services) return undefined;
  const selector = { $type: 'Docker' };
  const ports = services.map((port) => ({ ...port, protocol: 'TCP' as const }));
  const service = { name: 'everybody', type: 'ClusterIP' as const, clusterIps: [], selector, ports };
  return { dnsAddresses: [], nodes: [], services: [service] };
}

export type PortDoubt = {
  /** More than one port may have been asked for at some end. */
  readonly several: boolean;
  /** Ends that would not decide the same about all of them, and such as would reject them all. */
  readonly varies: boolean;
  readonly rejects: boolean;
};

/** Of an edge between two units, at the ends that are ours. */
export function portDoubt(world: World, connection: Connection, edge: Edge, ours: readonly Side[]): PortDoubt {
  const shown = edge.port as number;
  const known = connection.destination.unit?.namespace === world.home ? world.services : undefined;
  const tcp = connection.protocol === 'tcp' ? (known ?? []) : [];
  const leading = tcp.filter(({ targetPort }) => targetPort === shown).map(({ port }) => port);
  const everything = TRANSPORT.filter(({ protocol }) => protocol === connection.protocol).map(({ port }) => port);
  const dialled = known ? [shown, ...leading] : [shown, ...everything];
  const behind = tcp.filter(({ port }) => port === shown).map(({ targetPort }) => targetPort);
  const listening = edge.action === 'Reject' ? [shown, ...behind] : [shown];
  const asked: Record<Side, Set<string>> = {
    source: new Set(dialled.map((port) => decisionsOf(world, { ...connection, dialledPort: port }).source.action)),
    destination: new Set(listening.map((port) => decisionsOf(world, { ...connection, port }).destination.action)),
  };
  return {
    several: (ours.includes('source') && dialled.length > 1) || listening.length > 1,
    varies: ours.some((side) => asked[side].size > 1),
    rejects: ours.some((side) => asked[side].size === 1 && asked[side].has('Reject')),
  };
}

type Side = 'source' | 'destination';
