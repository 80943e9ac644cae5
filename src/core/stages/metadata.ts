/** Metadata: the address under which a cloud tells its instances about themselves. */
import type { Remark } from '#core/draft.ts';
import type { Edge } from '#core/edge.ts';
import { asEntry } from '#core/peers.ts';
import { outsideAddress } from './ends.ts';
import { groupBy } from './group-by.ts';
import { type Mint, unitsOf } from './mint.ts';
import type { Scene } from './scene.ts';
import { allow, type LeftOut, list, portsOf, type Sketch } from './sketch.ts';

const PORTS = ['tcp/80', 'tcp/443'];
/** As many names as one reads through. */
const NAMED = 12;

export function sketchMetadata(scene: Scene, edges: readonly Edge[], mint: Mint): Sketch {
  const isUsual = (edge: Edge) => portsOf([edge]).every((port) => PORTS.includes(port));
  const odd = edges.filter((edge) => !isUsual(edge));
  const { may, nameless, narrow } = whoMay(scene, edges.filter(isUsual));
  const usual = may.flatMap(({ edges: theirs }) => theirs);
  const leftOut: LeftOut[] = [
    {
      edges: odd,
      because: `the metadata service answers on ${list(PORTS)}; ${list(portsOf(odd))} is something else`,
    },
    { edges: nameless, because: 'no tag tells its workload from one that looks wrong' },
  ].filter(({ edges: some }) => some.length > 0);
  if (usual.length === 0) return { changes: [], leftOut, remarks: [] };

  const { namespace } = scene.evidence;
  const network = mint.network(
    'metadata',
    usual.map((edge) => asEntry(outsideAddress(edge) ?? '')),
  );
  const reaching = [...new Set(may.flatMap(({ name, best }) => [name, ...(best?.alsoCovers ?? [])]))].sort();
  const ruleset = mint.ruleset({
    name: 'allow-metadata',
    subject: narrow ? may.map(({ best }) => unitsOf(namespace, best?.tags)) : [unitsOf(namespace).reverse()],
    incomingRules: [],
    outgoingRules: [
      allow('metadata', [[network.tag]], ['tcp/80', ...portsOf(usual).filter((port) => port !== 'tcp/80')]),
    ],
  });
  const seen = new Set(usual.map(sourceOf)).size;
  return {
    changes: [
      ...mint.prefixes(narrow ? may.flatMap(({ best }) => best?.prefixes ?? []) : []),
      ...network.changes,
      ...ruleset,
    ],
    leftOut,
    remarks: narrow
      ? [
          {
            level: 'note',
            text: `Only ${list(reaching)} may ask the metadata service, not the whole namespace as in the guide, because somebody asked it who looks wrong.`,
          },
        ]
      : strangersTo(scene, usual),
    breadth: {
      seen,
      possible: narrow ? Math.max(seen, reaching.length) : scene.own.length,
      of: 'workloads that reach the metadata service',
    },
  };
}

/** Who never asked is let in with the others, as in the guide: an approver has to know whom that means. */
function strangersTo(scene: Scene, asking: readonly Edge[]): Remark[] {
  const asked = new Set(asking.map(sourceOf));
  const others = scene.own.filter(({ key }) => !asked.has(key)).map(({ name }) => name);
  if (others.length === 0) return [];
  const text = `${list(others, NAMED)} never asked the metadata service and may afterwards, as the whole namespace may. It hands out the machine’s cloud credentials.`;
  return [{ level: 'look', text }];
}

/** The guide's whole namespace, unless that would let in somebody who looks wrong: then those who were seen, by tag. */
function whoMay(scene: Scene, usual: readonly Edge[]) {
  const wrong = new Set(
    scene.edges.filter((edge) => scene.stageOf(edge) === 'metadata' && scene.suspicions.isStopped(edge)).map(sourceOf),
  );
  const narrow = wrong.size > 0 || usual.some((edge) => scene.suspicions.isSponsored(edge));
  const asking = groupBy(usual, sourceOf).map(([key, edges]) => {
    const workload = scene.evidence.workloads.get(key);
    const best = workload && scene.identify(workload).best;
    const isApart = best !== undefined && !best.alsoCoversKeys.some((other) => wrong.has(other));
    return { name: workload?.name ?? key, best, edges, may: !narrow || isApart };
  });
  return {
    narrow,
    may: asking.filter(({ may }) => may),
    nameless: asking.filter(({ may }) => !may).flatMap(({ edges }) => edges),
  };
}

function sourceOf(edge: Edge): string {
  return edge.source.kind === 'workload' ? edge.source.workload : '';
}
