/** What Kubernetes calls the addresses of its Services, where groups of edges are read by people. */
import type { EdgeGroup } from '#core/draft.ts';
import type { KubernetesFacts } from '#core/evidence.ts';

/** The label by which every cluster marks its DNS service, whatever answers behind it. */
const DNS = 'kube-dns';

export function withServiceNames(groups: readonly EdgeGroup[], kubernetes: KubernetesFacts | undefined): EdgeGroup[] {
  if (!kubernetes) return [...groups];
  const names = new Map([
    ...kubernetes.dnsAddresses.map((address): [string, string] => [address, DNS]),
    ...kubernetes.services.flatMap(({ name, clusterIps }) => clusterIps.map((ip): [string, string] => [ip, name])),
  ]);
  return groups.map((group) => {
    const name = names.get(group.destination);
    return name === undefined ? group : { ...group, names: [...new Set([...group.names, name])].sort() };
  });
}
