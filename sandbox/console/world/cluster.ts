/** The cluster beneath: nodes, pod addresses, cluster addresses and node ports of services. */
import type { Chance } from './chance.ts';
import type { Graph } from './graph.ts';

export const dnsAddress = '10.75.240.10';
export const apiServerAddress = '10.75.240.1';

export interface Node {
  name: string;
  address: string;
  /** What the cloud calls the machine. */
  instance: string;
  /** The address from which the pods of this node are numbered. */
  podNetwork: string;
}

export interface ServicePort {
  name?: string;
  protocol: 'TCP' | 'UDP';
  port: number;
  targetPort: number | string;
  nodePort?: number;
}

export interface ClusterService {
  name: string;
  namespace: string;
  type: 'ClusterIP' | 'NodePort' | 'LoadBalancer';
  clusterIP: string;
  /** What a LoadBalancer got from the cloud. */
  externalIP?: string;
  ports: ServicePort[];
  selector: Record<string, string>;
}

export function createNodes(chance: Chance): Node[] {
  return [1, 2, 3, 4, 5].map((number) => ({
    name: `ip-10-128-0-${number + 1}.us-west-2.compute.internal`,
    instance: `i-0${chance.between(0x10000000, 0xffffffff).toString(16)}`,
    address: `10.128.0.${number + 1}`,
    podNetwork: `10.72.${number}`,
  }));
}

/** One service can select several workloads: it is one object all the same. */
export function createServices(graph: Graph, kubernetesNamespace: string, chance: Chance): ClusterService[] {
  const byName = new Map<string, ClusterService>();
  for (const workload of graph.services) {
    for (const { name, type, ports } of workload.services) {
      const known = byName.get(name);
      if (known) {
        known.selector = common(known.selector, workload.labels);
        continue;
      }
      byName.set(name, {
        name,
        namespace: kubernetesNamespace,
        type,
        clusterIP: `10.75.${241 + Math.floor(byName.size / 200)}.${20 + (byName.size % 200)}`,
        ...(type === 'LoadBalancer'
          ? { externalIP: `35.203.${chance.between(1, 250)}.${chance.between(1, 250)}` }
          : {}),
        selector: workload.labels,
        ports: ports.map((port) => ({
          ...(port.name ? { name: port.name } : {}),
          protocol: port.protocol,
          port: port.port,
          targetPort: port.targetPort ?? port.port,
          ...(type === 'ClusterIP' ? {} : { nodePort: port.nodePort ?? chance.between(30_000, 32_767) }),
        })),
      });
    }
  }
  return [...byName.values()];
}

export const kubeDns: ClusterService = {
  name: 'kube-dns',
  namespace: 'kube-system',
  type: 'ClusterIP',
  clusterIP: dnsAddress,
  selector: { 'k8s-app': 'kube-dns' },
  ports: [
    { name: 'dns', protocol: 'UDP', port: 53, targetPort: 53 },
    { name: 'dns-tcp', protocol: 'TCP', port: 53, targetPort: 53 },
  ],
};

function common(a: Record<string, string>, b: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(a).filter(([key, value]) => b[key] === value));
}
