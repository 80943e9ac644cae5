/** Who is behind a service, and which numbers the names of its ports stand for there. */
import type { ClusterService, ServicePort } from './cluster.ts';
import type { Workload } from './graph.ts';
import { podsAt, type World } from './world.ts';

export interface Endpoints {
  workload: string;
  ports: { name?: string; protocol: 'TCP' | 'UDP'; number: number }[];
  addresses: string[];
}

/** One for each workload behind it, those without a pod left out. */
export function endpointsOf(world: World, service: ClusterService, atMs: number): Endpoints[] {
  return world.graph.services
    .filter(({ labels }) => isBehind(labels, service))
    .map((workload) => ({
      workload: workload.name,
      ports: service.ports.flatMap((port) => {
        const number = targetOf(port, workload);
        return number === undefined
          ? []
          : [{ ...(port.name ? { name: port.name } : {}), protocol: port.protocol, number }];
      }),
      addresses: podsAt(world, workload.name, atMs).map(({ address }) => address),
    }))
    .filter(({ addresses }) => addresses.length > 0);
}

export function isBehind(labels: Readonly<Record<string, string>>, { selector }: ClusterService): boolean {
  const wanted = Object.entries(selector);
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}

/** The number of a container's port; none where the workload has no port of that name. */
export function targetOf(
  { targetPort, protocol }: Pick<ServicePort, 'targetPort' | 'protocol'>,
  { ports }: Pick<Workload, 'ports'>,
): number | undefined {
  if (typeof targetPort === 'number') return targetPort;
  return ports.find((port) => port.name === targetPort && port.protocol === protocol)?.containerPort;
}
