/** What the guide asks kubectl for: the nodes' addresses, the namespace's services and the cluster's DNS service. */
import type { CoreV1Api, V1Node, V1Service, V1ServicePort } from '@kubernetes/client-node';
import type { KubernetesFacts, KubernetesService } from '#core/evidence.ts';
import { connect, type KubernetesConnection } from './connection.ts';
import { type NamedPorts, readNamedPorts } from './named-ports.ts';
import { readPages } from './pages.ts';

export type KubernetesConfig = KubernetesConnection & {
  /** Where the cluster's DNS service is. */
  readonly dnsService?: { readonly namespace: string; readonly name: string };
  readonly pageSize?: number;
};

const KUBE_DNS = { namespace: 'kube-system', name: 'kube-dns' };
const PAGE_SIZE = 250;

export async function readKubernetesFacts(
  config: KubernetesConfig,
  kubernetesNamespace: string,
): Promise<KubernetesFacts> {
  const { core: api, discovery } = connect(config);
  const limit = config.pageSize ?? PAGE_SIZE;
  const dns = config.dnsService ?? KUBE_DNS;
  const [nodes, services, dnsServices] = await Promise.all([
    readNodes(api, limit),
    readServices(api, { namespace: kubernetesNamespace, limit }),
    readServices(api, { namespace: dns.namespace, limit, fieldSelector: `metadata.name=${dns.name}` }),
  ]);
  const named = await readNamedPorts(discovery, services, { namespace: kubernetesNamespace, limit });
  return {
    dnsAddresses: dnsServices.filter(({ metadata }) => metadata?.name === dns.name).flatMap(clusterIpsOf),
    nodes: nodes.map((node) => ({ name: node.metadata?.name ?? '', addresses: internalAddressesOf(node) })),
    services: services.map((service) => serviceOf(service, named)),
    ...(named.unread ? { unread: [named.unread] } : {}),
  };
}

function readNodes(api: CoreV1Api, limit: number): Promise<V1Node[]> {
  return readPages((page) => api.listNode({ limit, ...page }), 'the nodes');
}

function readServices(
  api: CoreV1Api,
  request: { readonly namespace: string; readonly limit: number; readonly fieldSelector?: string },
): Promise<V1Service[]> {
  return readPages(
    (page) => api.listNamespacedService({ ...request, ...page }),
    `the services of ${request.namespace}`,
  );
}

function internalAddressesOf(node: V1Node): string[] {
  const addresses = node.status?.addresses ?? [];
  return addresses.filter(({ type }) => type === 'InternalIP').map(({ address }) => address);
}

/** A headless service has `None` for an address. */
function clusterIpsOf(service: V1Service): string[] {
  const ips = service.spec?.clusterIPs ?? (service.spec?.clusterIP ? [service.spec.clusterIP] : []);
  return ips.filter((ip) => ip !== '' && ip !== 'None');
}

function serviceOf(service: V1Service, named: NamedPorts): KubernetesService {
  const name = service.metadata?.name ?? '';
  return {
    name,
    type: typeOf(service),
    clusterIps: clusterIpsOf(service),
    selector: service.spec?.selector ?? {},
    ports: (service.spec?.ports ?? []).map((port) => portOf(port, named.targetsOf(service, port))),
  };
}

function typeOf(service: V1Service): KubernetesService['type'] {
  const type = service.spec?.type;
  return type === 'NodePort' || type === 'LoadBalancer' || type === 'ExternalName' ? type : 'ClusterIP';
}

/** Without a target port it is the port itself; without a protocol it is TCP (as the cluster reads it). */
function portOf(port: V1ServicePort, targets: readonly number[] | undefined): KubernetesService['ports'][number] {
  const protocol = port.protocol === 'UDP' || port.protocol === 'SCTP' ? port.protocol : 'TCP';
  return {
    port: port.port,
    targetPort: port.targetPort ?? port.port,
    ...(targets ? { targets } : {}),
    ...(port.nodePort ? { nodePort: port.nodePort } : {}),
    protocol,
  };
}
