/** Metadata: the address under which a cloud tells its instances about themselves. */
import type { Edge } from '#core/edge.ts';
import { asEntry } from '#core/peers.ts';
import { outsideAddress } from './ends.ts';
import { type Mint, unitsOf } from './mint.ts';
import type { Scene } from './scene.ts';
import { allow, type LeftOut, list, portsOf, type Sketch } from './sketch.ts';

const PORTS = ['tcp/80', 'tcp/443'];

export function sketchMetadata(scene: Scene, edges: readonly Edge[], mint: Mint): Sketch {
  const isUsual = (edge: Edge) => portsOf([edge]).every((port) => PORTS.includes(port));
  const usual = edges.filter(isUsual);
  const odd = edges.filter((edge) => !isUsual(edge));
  const leftOut: LeftOut[] =
    odd.length === 0
      ? []
      : [
          {
            edges: odd,
            because: `the metadata service answers on ${list(PORTS)}; ${list(portsOf(odd))} is something else`,
          },
        ];
  if (usual.length === 0) return { changes: [], leftOut, remarks: [] };

  const { namespace } = scene.evidence;
  const network = mint.network(
    'metadata',
    usual.map((edge) => asEntry(outsideAddress(edge) ?? '')),
  );
  const ruleset = mint.ruleset({
    name: 'allow-metadata',
    subject: [unitsOf(namespace).reverse()],
    incomingRules: [],
    outgoingRules: [
      allow('metadata', [[network.tag]], ['tcp/80', ...portsOf(usual).filter((port) => port !== 'tcp/80')]),
    ],
  });
  const seen = new Set(usual.map((edge) => (edge.source.kind === 'workload' ? edge.source.workload : '')));
  return {
    changes: [...network.changes, ...ruleset],
    leftOut,
    remarks:
      seen.size < scene.own.length
        ? [
            {
              level: 'note',
              text: `${seen.size} of ${scene.own.length} workloads asked the metadata service; all of them may afterwards, and it hands out the machine's cloud credentials.`,
            },
          ]
        : [],
    breadth: { seen: seen.size, possible: scene.own.length, of: 'workloads that reach the metadata service' },
  };
}
