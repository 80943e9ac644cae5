/** Which of the cluster's services lead to a workload, and which of them to the outside. */
import type { Edge } from '#core/edge.ts';
import type { Evidence, KubernetesService } from '#core/evidence.ts';
import { TCP, UDP } from '#core/flow.ts';
import type { Workload } from '#core/workload.ts';

/** Services that bring in traffic from outside the cluster. */
export function isPublished(service: KubernetesService): boolean {
  return service.type === 'LoadBalancer' || service.type === 'NodePort';
}

/** Services whose selector a workload's labels satisfy; enforcers show labels bare or behind `k8s:`. */
export function servicesBehind(workload: Workload, evidence: Pick<Evidence, 'kubernetes'>): KubernetesService[] {
  const tags = new Set(workload.tags);
  return (evidence.kubernetes?.services ?? []).filter((service) => reaches(service, tags)).sort(byName);
}

function reaches({ selector }: KubernetesService, tags: ReadonlySet<string>): boolean {
  const wanted = Object.entries(selector);
  return (
    wanted.length > 0 && wanted.every(([key, value]) => tags.has(`${key}=${value}`) || tags.has(`k8s:${key}=${value}`))
  );
}

function byName(a: KubernetesService, b: KubernetesService): number {
  return a.name < b.name ? -1 : 1;
}

/**
 * Services that translate ports and lead to nobody known: somebody lists the endpoints by hand, or the labels that are selected
 * are not shown by enforcers. The cluster's own API server is behind one of the first kind.
 */
export function strayServices(evidence: Pick<Evidence, 'namespace' | 'kubernetes' | 'workloads'>): KubernetesService[] {
  const own = [...evidence.workloads.values()].filter(({ namespace }) => namespace === evidence.namespace);
  const tags = own.map((workload) => new Set(workload.tags));
  return (evidence.kubernetes?.services ?? [])
    .filter(({ type, name, clusterIps }) => type !== 'ExternalName' && name !== 'kubernetes' && clusterIps.length > 0)
    .filter((service) => !tags.some((theirs) => reaches(service, theirs)))
    .sort(byName);
}

export function hasSelector({ selector }: KubernetesService): boolean {
  return Object.keys(selector).length > 0;
}

export function protocolName(protocol: number): string {
  return protocol === TCP ? 'TCP' : protocol === UDP ? 'UDP' : '';
}

export type ServicePort = KubernetesService['ports'][number];

/** The container's ports as numbers; none where it has a name and nobody said what that stands for. */
export function targetsOf({ port, targetPort, targets }: ServicePort): readonly number[] {
  if (typeof targetPort === 'string') return targets ?? [];
  return [targetPort > 0 ? targetPort : port];
}

/** Everything a client may have used to get there, as the client or the container sees it. */
export function numbersOf(port: ServicePort): number[] {
  return [...(port.nodePort === undefined ? [] : [port.nodePort]), ...targetsOf(port), port.port];
}

/** Whether a Service that is open to the outside leads where an edge ends. */
export function leadsToPublished(
  { destination, protocol, port = -1 }: Edge,
  evidence: Pick<Evidence, 'workloads' | 'kubernetes'>,
): boolean {
  const workload = destination.kind === 'workload' ? evidence.workloads.get(destination.workload) : undefined;
  if (!workload) return false;
  const leadsHere = (one: ServicePort) => one.protocol === protocolName(protocol) && numbersOf(one).includes(port);
  return servicesBehind(workload, evidence)
    .filter(isPublished)
    .some(({ ports }) => ports.some(leadsHere));
}
