/** Pods: what the namespace's own processing units may say to each other, all of it or what was seen. */
import type { Edge } from '#core/edge.ts';
import { type Mint, unitsOf } from './mint.ts';
import { sketchObservedPods, tupleOf } from './observed-pods.ts';
import type { Scene } from './scene.ts';
import { allow, type Sketch } from './sketch.ts';

export function sketchPods(scene: Scene, edges: readonly Edge[], mint: Mint): Sketch {
  if (edges.length === 0) return { changes: [], leftOut: [], remarks: [] };
  return scene.settings.podsMode === 'namespace' ? wholeNamespace(scene, mint) : sketchObservedPods(scene, edges, mint);
}

/** The guide's ruleset: everybody to everybody, any port. */
function wholeNamespace(scene: Scene, mint: Mint): Sketch {
  const everybody = [unitsOf(scene.evidence.namespace)];
  const tuples = scene.edges.filter((edge) => scene.stageOf(edge) === 'pods').flatMap((edge) => tupleOf(edge) ?? []);
  const seen = new Set(tuples.map((tuple) => JSON.stringify(tuple))).size;
  const ports = new Set(tuples.map((tuple) => tuple.port)).size;
  const workloads = scene.own.length;
  const possible = Math.max(seen, workloads * (workloads - 1) * ports);
  const text = `Any workload may reach any other on any port: ${seen} of ${possible} possible edges were seen, counting only the ports in use.`;
  return {
    changes: mint.ruleset({
      name: 'allow-pods-in-namespace',
      subject: everybody,
      incomingRules: [allow('pods-in', everybody, ['any'])],
      outgoingRules: [allow('pods-out', everybody, ['any'])],
    }),
    leftOut: [],
    remarks: [{ level: 'note', text }],
    breadth: { seen, possible, of: 'pairs of workloads and ports in use' },
  };
}
