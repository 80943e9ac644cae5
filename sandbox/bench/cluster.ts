/** What was seen of a cluster in a week, as large as one likes: what stages are drafted from. */
import type { Edge, Peer } from '#core/edge.ts';
import type { Evidence } from '#core/evidence.ts';
import { edgeId } from '#core/fold.ts';
import { workloadsOf } from '#core/workload.ts';
import { createChance } from '#sandbox/console/world/chance.ts';

const NAMESPACE = '/acme/aws-dev/k8s/hipster-shop';
const FROM = Date.UTC(2026, 10, 16);
const DAY = 86_400_000;
const DAYS = Array.from({ length: 7 }, (_, day) => new Date(FROM + day * DAY).toISOString().slice(0, 10));
const NODES = 10;
const PORTS = [443, 5432, 6379, 7070, 8080, 9092];

/** Two processing units a workload. Of twenty edges twelve stay among pods, four call names, two are kubelets, two other stages'. */
export function clusterOf(edges: number, units: number): Evidence {
  const chance = createChance(`a cluster with ${edges} edges`);
  const workloads = workloadsOf(
    Array.from({ length: units }, (_, nth) => ({
      id: `unit-${nth}`,
      name: `service${nth >> 1}-7d4b9c6f5-${nth % 2 === 0 ? 'x2k8p' : 'h6d4w'}`,
      namespace: NAMESPACE,
      tags: [
        `k8s:app=service${nth >> 1}`,
        `k8s:tier=${nth % 3}`,
        '@app:k8s:namespace=hipster-shop',
        '$identity=processingunit',
        `$namespace=${NAMESPACE}`,
      ],
    })),
  );
  const own = [...workloads.values()];
  const outside = (address: string): Peer => ({ kind: 'address', address, network: 'default' });
  const known = new Map<string, Edge>();
  for (let nth = 0; known.size < edges; nth++) {
    const workload = chance.pick(own);
    const here: Peer = { kind: 'workload', workload: workload.key, namespace: NAMESPACE };
    const other: Peer = { kind: 'workload', workload: chance.pick(own).key, namespace: NAMESPACE };
    const far = chance.between(0, edges >> 2);
    const node = outside(`10.0.0.${10 + chance.between(0, NODES - 1)}`);
    const seen = { names: [] as string[], count: chance.between(1, 5_000) };
    const [source, destination, port, protocol = 6]: [Peer, Peer, number, number?] =
      nth % 20 < 12
        ? [here, other, chance.pick(PORTS)]
        : nth % 20 < 16
          ? [here, outside(`142.${far >> 16}.${(far >> 8) & 255}.${far & 255}`), 443]
          : nth % 20 < 18
            ? [node, here, chance.pick(PORTS)]
            : nth % 20 === 18
              ? [here, outside(chance.next() < 0.8 ? '10.75.240.10' : '10.75.240.11'), 53, 17]
              : [outside(`198.51.${chance.between(0, 99)}.${chance.between(1, 250)}`), here, 8080];
    if (nth % 20 >= 12 && nth % 20 < 16) seen.names.push(`api-${far % 50}.vendor-${far % 97}.com`);
    const identity = { source, destination, port, protocol, action: 'Accept', policyId: 'default' } as const;
    const id = edgeId(identity);
    const firstSeen = FROM + chance.between(0, DAY);
    const edge = {
      ...identity,
      ...seen,
      id,
      namesElsewhere: [],
      reports: seen.count,
      firstSeen,
      lastSeen: FROM + 7 * DAY - 1,
      days: DAYS,
      units: workload.units,
    };
    known.set(id, edge);
  }
  return {
    namespace: NAMESPACE,
    edges: [...known.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
    workloads,
    policy: {
      namespace: NAMESPACE,
      prefixes: { local: [], effective: ['$identity=', '$namespace='] },
      own: { incoming: 'Allow', outgoing: 'Allow' },
      effective: { incoming: 'Allow', outgoing: 'Allow' },
      rulesets: [],
      externalNetworks: [],
    },
    kubernetes: {
      dnsAddresses: ['10.75.240.10'],
      nodes: Array.from({ length: NODES }, (_, nth) => ({ name: `node-${nth}`, addresses: [`10.0.0.${10 + nth}`] })),
      services: [],
    },
    from: FROM,
    to: FROM + 7 * DAY,
    gaps: [],
  };
}
