/** DNS: which resolvers the namespace's processing units may ask, and only those that can be trusted. */
import type { Edge } from '#core/edge.ts';
import { addressKind, asEntry, isWithin } from '#core/peers.ts';
import { outsideAddress } from './ends.ts';
import { groupBy } from './group-by.ts';
import { type Mint, unitsOf } from './mint.ts';
import type { Scene } from './scene.ts';
import { allow, type LeftOut, list, portsOf, type Sketch } from './sketch.ts';

export function sketchDns(scene: Scene, edges: readonly Edge[], mint: Mint): Sketch {
  const { namespace, kubernetes } = scene.evidence;
  const byResolver = groupBy(edges, (edge) => outsideAddress(edge) ?? '');
  const known = [...(kubernetes?.dnsAddresses ?? []), ...scene.settings.trustedResolvers];
  const inferred = (kubernetes?.dnsAddresses.length ?? 0) === 0 ? mostUsed(scene) : undefined;
  const trusted = (address: string) => isWithin(address, known) || address === inferred;

  const asked = byResolver.filter(([address]) => trusted(address));
  const leftOut: LeftOut[] = byResolver
    .filter(([address]) => !trusted(address))
    .map(([address, theirs]) => ({
      edges: theirs,
      because: `${address} is neither the cluster's DNS service nor a trusted resolver; whoever answers names decides where name rules lead`,
    }));
  const strangers = leftOut.map((left) => outsideAddress(left.edges[0] as Edge) ?? '');
  const remarks = [
    ...(strangers.length === 0
      ? []
      : [{ level: 'stop' as const, text: `Port 53 was also used towards ${list(strangers)}: not in this draft.` }]),
    ...(inferred !== undefined && asked.some(([address]) => address === inferred)
      ? [
          {
            level: 'look' as const,
            text: `No cluster said which address its DNS service has: ${inferred} is the private address most workloads ask.`,
          },
        ]
      : []),
  ];
  if (asked.length === 0) return { changes: [], leftOut, remarks };

  const network = mint.network(
    'DNS',
    asked.map(([address]) => asEntry(address)),
  );
  const ruleset = mint.ruleset({
    name: 'allow-dns',
    subject: [unitsOf(namespace)],
    incomingRules: [],
    outgoingRules: [allow('dns', [[network.tag]], withUdpFirst(asked.flatMap(([, theirs]) => theirs)))],
  });
  return { changes: [...network.changes, ...ruleset], leftOut, remarks };
}

/** The guide's `udp/53` always; `tcp/53` beside it where long answers were seen. */
function withUdpFirst(edges: readonly Edge[]): string[] {
  return ['udp/53', ...portsOf(edges).filter((port) => port !== 'udp/53')];
}

/** Without Kubernetes: the inside address that at least half of the workloads with DNS traffic ask. */
function mostUsed(scene: Scene): string | undefined {
  const dns = scene.edges.filter((edge) => scene.stageOf(edge) === 'dns');
  const asking = new Set(dns.map((edge) => (edge.source.kind === 'workload' ? edge.source.workload : ''))).size;
  const [first] = groupBy(dns, (edge) => outsideAddress(edge) ?? '')
    .filter(([address]) => ['private', 'link-local'].includes(addressKind(address)))
    .map(([address, theirs]) => ({
      address,
      workloads: new Set(theirs.map((edge) => (edge.source.kind === 'workload' ? edge.source.workload : ''))).size,
    }))
    .filter(({ workloads }) => workloads * 2 >= asking)
    .sort((a, b) => b.workloads - a.workloads);
  return first?.address;
}
