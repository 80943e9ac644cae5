/** Which of a container's ports the name in a Service stands for, as the cluster itself worked it out for its endpoints. */
import type { DiscoveryV1Api, V1EndpointSlice, V1Service, V1ServicePort } from '@kubernetes/client-node';
import { KubernetesFailure } from './errors.ts';
import { readPages } from './pages.ts';

export type NamedPorts = {
  /** Several while pods of two versions are behind it; none where there is no pod, or nobody may ask. */
  targetsOf(service: string, port: V1ServicePort): readonly number[];
  /** Why there is none for anybody. */
  readonly unread?: string;
};

const SERVICE_LABEL = 'kubernetes.io/service-name';

/** Asks only where a Service has such a name, so that nobody needs the right to who has none. */
export async function readNamedPorts(
  api: DiscoveryV1Api,
  services: readonly V1Service[],
  request: { readonly namespace: string; readonly limit: number },
): Promise<NamedPorts> {
  const needed = services.some(({ spec }) => (spec?.ports ?? []).some(isNamed));
  if (!needed) return { targetsOf: () => [] };
  try {
    const slices = await readPages(
      (page) => api.listNamespacedEndpointSlice({ ...request, ...page }),
      `the endpoint slices of ${request.namespace}`,
    );
    return { targetsOf: (service, port) => (isNamed(port) ? targetsIn(slices, service, port) : []) };
  } catch (error) {
    // The other facts are as good without: what hangs on a name is drafted wider, and people are told why.
    if (!(error instanceof KubernetesFailure)) throw error;
    const unread = `${error.message} So nobody knows which ports of the containers their names in Services stand for.`;
    return { targetsOf: () => [], unread };
  }
}

function targetsIn(slices: readonly V1EndpointSlice[], service: string, port: V1ServicePort): number[] {
  const targets = slices
    .filter(({ metadata }) => metadata?.labels?.[SERVICE_LABEL] === service)
    .flatMap(({ ports }) => ports ?? [])
    .filter(
      ({ name, protocol }) => (name ?? '') === (port.name ?? '') && (protocol ?? 'TCP') === (port.protocol ?? 'TCP'),
    )
    .flatMap((one) => one.port ?? []);
  return [...new Set(targets)].sort((a, b) => a - b);
}

function isNamed({ targetPort }: V1ServicePort): boolean {
  return typeof targetPort === 'string';
}
