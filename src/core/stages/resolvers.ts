/** Which resolvers can be trusted with names: the cluster's own, those of the settings, the node's, or the one that most ask. */
import type { DraftSettings } from '#core/draft.ts';
import type { Edge } from '#core/edge.ts';
import type { Evidence } from '#core/evidence.ts';
import { type AddressKind, addressKind, isWithin } from '#core/peers.ts';
import { asksOnDnsPort, outsideAddress } from './ends.ts';
import { groupBy } from './group-by.ts';

export type Resolvers = {
  isTrusted(address: string): boolean;
  /** Trusted although neither the cluster nor the settings named them, and why. */
  readonly inferred: readonly { readonly address: string; readonly because: string }[];
};

/** Where a node's own cache answers for the cluster's DNS service, unless somebody moved it. */
const NODE_LOCAL_CACHE = '169.254.20.10';

export function resolversOf(
  evidence: Pick<Evidence, 'kubernetes'>,
  settings: Pick<DraftSettings, 'trustedResolvers'>,
  edges: readonly Edge[],
): Resolvers {
  const own = evidence.kubernetes?.dnsAddresses ?? [];
  const named = [...own, ...settings.trustedResolvers];
  // Whoever asks back on the same port is no resolver: they talk among themselves.
  const asking = new Set(edges.flatMap((edge) => (isAskedBack(edge) ? [edge.source.address] : [])));
  const asked = groupBy(edges.filter(asksOnDnsPort), (edge) => outsideAddress(edge) ?? '').filter(
    ([address]) => !asking.has(address),
  );
  const mostAsked = own.length > 0 ? undefined : mostUsed(asked, 'private', 'link-local');
  const onNode = [mostUsed(asked, 'link-local'), ...asked.map(([address]) => address).filter(isNodeLocalCache)];
  const inferred = [
    ...(mostAsked === undefined || isWithin(mostAsked, named)
      ? []
      : [{ address: mostAsked, because: byHabit(mostAsked) }]),
    ...[...new Set(onNode)].flatMap((address) =>
      address === undefined || address === mostAsked || isWithin(address, named)
        ? []
        : [{ address, because: byPlace(address) }],
    ),
  ];
  const known = [...named, ...inferred.map(({ address }) => address)];
  return { isTrusted: (address) => isWithin(address, known), inferred };
}

function isNodeLocalCache(address: string): boolean {
  return address === NODE_LOCAL_CACHE;
}

function isAskedBack(edge: Edge): edge is Edge & { readonly source: Extract<Edge['source'], { kind: 'address' }> } {
  return edge.source.kind === 'address' && edge.port === 53;
}

function byHabit(address: string): string {
  return `No cluster said which address its DNS service has: ${address} is the private address most workloads ask.`;
}

/** Such an address never leaves the node, so nobody else can answer there. */
function byPlace(address: string): string {
  return `${address} is no address of the cluster’s DNS service: it leads to the node a workload runs on, where a cache answers for it.`;
}

type Asked = readonly [address: string, edges: readonly Edge[]];

/** The inside address that at least half of the workloads that ask anybody ask. */
function mostUsed(asked: readonly Asked[], ...kinds: readonly AddressKind[]): string | undefined {
  const asking = askers(asked.flatMap(([, theirs]) => theirs));
  const [first] = asked
    .filter(([address]) => kinds.includes(addressKind(address)))
    .map(([address, theirs]) => ({ address, workloads: askers(theirs) }))
    .filter(({ workloads }) => workloads * 2 >= asking)
    .sort((a, b) => b.workloads - a.workloads);
  return first?.address;
}

function askers(edges: readonly Edge[]): number {
  return new Set(edges.map((edge) => (edge.source.kind === 'workload' ? edge.source.workload : ''))).size;
}
