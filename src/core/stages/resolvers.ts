/** Which resolvers can be trusted with names: the cluster's own, those of the settings, or the one that most ask. */
import type { DraftSettings } from '#core/draft.ts';
import type { Edge } from '#core/edge.ts';
import type { Evidence } from '#core/evidence.ts';
import { addressKind, isWithin } from '#core/peers.ts';
import { outsideAddress } from './ends.ts';
import { groupBy } from './group-by.ts';

export type Resolvers = {
  isTrusted(address: string): boolean;
  /** Where no cluster said which it is. */
  readonly inferred?: string;
};

export function resolversOf(
  evidence: Pick<Evidence, 'kubernetes'>,
  settings: Pick<DraftSettings, 'trustedResolvers'>,
  dns: readonly Edge[],
): Resolvers {
  const own = evidence.kubernetes?.dnsAddresses ?? [];
  const inferred = own.length === 0 ? mostUsed(dns) : undefined;
  const known = [...own, ...settings.trustedResolvers, ...(inferred === undefined ? [] : [inferred])];
  return {
    isTrusted: (address) => isWithin(address, known),
    ...(inferred === undefined ? {} : { inferred }),
  };
}

/** Without Kubernetes: the inside address that at least half of the workloads with DNS traffic ask. */
function mostUsed(dns: readonly Edge[]): string | undefined {
  const asking = askers(dns);
  const [first] = groupBy(dns, (edge) => outsideAddress(edge) ?? '')
    .filter(([address]) => ['private', 'link-local'].includes(addressKind(address)))
    .map(([address, theirs]) => ({ address, workloads: askers(theirs) }))
    .filter(({ workloads }) => workloads * 2 >= asking)
    .sort((a, b) => b.workloads - a.workloads);
  return first?.address;
}

function askers(edges: readonly Edge[]): number {
  return new Set(edges.map((edge) => (edge.source.kind === 'workload' ? edge.source.workload : ''))).size;
}
