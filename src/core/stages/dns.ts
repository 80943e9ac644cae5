/** DNS: which resolvers the namespace's processing units may ask, and only those that can be trusted. */
import type { Remark } from '#core/draft.ts';
import type { Edge } from '#core/edge.ts';
import { asEntry } from '#core/peers.ts';
import { outsideAddress } from './ends.ts';
import { groupBy } from './group-by.ts';
import { type Mint, unitsOf } from './mint.ts';
import type { Scene } from './scene.ts';
import { allow, portsOf, type Sketch } from './sketch.ts';

export function sketchDns(scene: Scene, edges: readonly Edge[], mint: Mint): Sketch {
  const { namespace } = scene.evidence;
  const asked = groupBy(edges, (edge) => outsideAddress(edge) ?? '').filter(([address]) =>
    scene.resolvers.isTrusted(address),
  );
  const remarks = asked.flatMap(([address]): Remark[] => {
    const inferred = scene.resolvers.inferred.find((one) => one.address === address);
    return inferred ? [{ level: 'look', text: inferred.because }] : [];
  });
  if (asked.length === 0) return { changes: [], leftOut: [], remarks };

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
  return { changes: [...network.changes, ...ruleset], leftOut: [], remarks };
}

/** The guide's `udp/53` always; `tcp/53` beside it where long answers were seen. */
function withUdpFirst(edges: readonly Edge[]): string[] {
  return ['udp/53', ...portsOf(edges).filter((port) => port !== 'udp/53')];
}
