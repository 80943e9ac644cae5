/** Which of the cluster's services lead to a workload, and which of them to the outside. */
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
  return (evidence.kubernetes?.services ?? [])
    .filter((service) => {
      const wanted = Object.entries(service.selector);
      return (
        wanted.length > 0 &&
        wanted.every(([key, value]) => tags.has(`${key}=${value}`) || tags.has(`k8s:${key}=${value}`))
      );
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function protocolName(protocol: number): string {
  return protocol === TCP ? 'TCP' : protocol === UDP ? 'UDP' : '';
}

export function servicePortsOf(service: KubernetesService, protocol: number): (number | string)[] {
  return service.ports
    .filter((port) => port.protocol === protocolName(protocol))
    .flatMap((port) => [port.port, port.targetPort, ...(port.nodePort === undefined ? [] : [port.nodePort])]);
}
