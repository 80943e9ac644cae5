/** Nodes, services and endpoint slices of the world as Kubernetes writes them. */
import { createHash } from 'node:crypto';
import type { ClusterService, Node, ServicePort } from '#sandbox/console/world/cluster.ts';
import type { Endpoints } from '#sandbox/console/world/endpoints.ts';

export function nodeObject(node: Node): object {
  return {
    metadata: { name: node.name, uid: uid(node.name), labels: { 'kubernetes.io/hostname': node.name } },
    spec: { podCIDR: `${node.podNetwork}.0/24` },
    status: {
      addresses: [
        { type: 'InternalIP', address: node.address },
        { type: 'Hostname', address: node.name },
      ],
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  };
}

export function serviceObject(service: ClusterService): object {
  const { name, namespace, type, clusterIP, externalIP, selector, ports } = service;
  return {
    metadata: { name, namespace, uid: uid(`${namespace}/${name}`) },
    spec: { type, clusterIP, clusterIPs: [clusterIP], selector, ports: ports.map(portObject) },
    status: { loadBalancer: externalIP ? { ingress: [{ ip: externalIP }] } : {} },
  };
}

/** The endpoints of a service that have the same numbers for its ports. */
export function sliceObject(service: ClusterService, { workload, ports, addresses }: Endpoints): object {
  const { name, namespace } = service;
  return {
    metadata: {
      name: `${name}-${workload}`,
      namespace,
      uid: uid(`${namespace}/${name}/${workload}`),
      labels: { 'kubernetes.io/service-name': name },
    },
    addressType: 'IPv4',
    ports: ports.map((port) => ({ name: port.name ?? '', protocol: port.protocol, port: port.number })),
    endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
  };
}

export function listObject(kind: string, items: object[], apiVersion = 'v1'): object {
  return { kind: `${kind}List`, apiVersion, metadata: { resourceVersion: '1' }, items };
}

export function singleObject(kind: string, item: object): object {
  return { kind, apiVersion: 'v1', ...item };
}

/** How Kubernetes says no. */
export function statusObject(code: number, reason: string, message: string): object {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code };
}

function portObject({ name, protocol, port, targetPort, nodePort }: ServicePort): object {
  return { ...(name ? { name } : {}), protocol, port, targetPort, ...(nodePort ? { nodePort } : {}) };
}

function uid(of: string): string {
  const hex = createHash('sha256').update(of).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
