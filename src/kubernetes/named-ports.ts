/** Which of a container's ports a Service leads to where only its endpoints tell: behind a name, or without a selector. */
import type { DiscoveryV1Api, V1EndpointSlice, V1Service, V1ServicePort } from '@kubernetes/client-node';
import { KubernetesFailure } from './errors.ts';
import { readPages } from './pages.ts';

export type NamedPorts = {
  /** Several while pods of two versions are behind it; undefined where endpoints say nothing of it, or nobody may ask. */
  targetsOf(service: V1Service, port: V1ServicePort): readonly number[] | undefined;
  /** Why there is none for anybody. */
  readonly unread?: string;
};

const SERVICE_LABEL = 'kubernetes.io/service-name';

/** Asks only where a Service is like that, so that nobody needs the right to who has none. */
export async function readNamedPorts(
  api: DiscoveryV1Api,
  services: readonly V1Service[],
  request: { readonly namespace: string; readonly limit: number },
): Promise<NamedPorts> {
  const needed = services.some((service) => (service.spec?.ports ?? []).some(isNamed) || isLedByHand(service));
  if (!needed) return { targetsOf: () => undefined };
  try {
    const slices = await readPages(
      (page) => api.listNamespacedEndpointSlice({ ...request, ...page }),
      `the endpoint slices of ${request.namespace}`,
    );
    return {
      targetsOf(service, port) {
        const targets = targetsIn(slices, service.metadata?.name ?? '', port);
        if (isLedByHand(service)) return targets;
        return isNamed(port) && targets.length > 0 ? targets : undefined;
      },
    };
  } catch (error) {
    // The other facts are as good without: what hangs on a name is drafted wider, and people are told why.
    if (!(error instanceof KubernetesFailure)) throw error;
    const unread = `${error.message} So nobody knows which ports of the containers their names in Services stand for, nor where Services without a selector lead.`;
    return { targetsOf: () => undefined, unread };
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

/** Without a selector the cluster finds no pods: somebody lists the endpoints, and what they listen on counts alone. */
function isLedByHand({ spec }: V1Service): boolean {
  return spec?.type !== 'ExternalName' && Object.keys(spec?.selector ?? {}).length === 0;
}
