/** What is known about a namespace now: what discovery saw, what the console has in force, what Kubernetes says. */
import type { NamespaceSettings } from '#config/schema.ts';
import type { ConsoleApi } from '#console/console-api.ts';
import type { Evidence, KubernetesFacts } from '#core/evidence.ts';
import { isFailure } from '#core/failure.ts';
import type { DraftFinding } from '#core/findings.ts';
import { sameTraffic } from '#core/fold.ts';
import { lastSegment } from '#core/namespace.ts';
import { workloadsOf } from '#core/workload.ts';
import type { EdgeStore } from '#redis/edge-store.ts';

export type GatheringDeps = {
  readonly edges: Pick<EdgeStore, 'edges' | 'units' | 'collected'>;
  readonly consoleApi: Pick<ConsoleApi, 'readPolicy'>;
  readonly readKubernetes?: (kubernetesNamespace: string) => Promise<KubernetesFacts>;
  readonly now: () => number;
};

export type Gathered = {
  readonly evidence: Evidence;
  readonly kubernetes: DraftFinding['kubernetes'];
  readonly doubts: readonly string[];
};

export async function gather(
  deps: GatheringDeps,
  lockdown: { readonly id: string; readonly namespace: string; readonly startedAt: number },
  settings: NamespaceSettings,
): Promise<Gathered> {
  const [reading, edges, units, collected, kubernetes] = await Promise.all([
    deps.consoleApi.readPolicy(lockdown.namespace),
    deps.edges.edges(lockdown.id),
    deps.edges.units(lockdown.id),
    deps.edges.collected(lockdown.id),
    askKubernetes(deps, settings.kubernetesNamespace ?? lastSegment(lockdown.namespace)),
  ]);
  return {
    evidence: {
      namespace: lockdown.namespace,
      edges: sameTraffic(edges),
      workloads: workloadsOf(units),
      policy: reading.policy,
      ...(kubernetes.facts ? { kubernetes: kubernetes.facts } : {}),
      from: collected?.from ?? lockdown.startedAt,
      to: collected?.readUpTo ?? lockdown.startedAt,
      gaps: collected?.gaps ?? [],
    },
    kubernetes: kubernetes.answer,
    doubts: [
      ...reading.doubts,
      ...kubernetes.doubts,
      ...(collected?.trouble ? [`The newest reports could not be read: ${collected.trouble}`] : []),
    ],
  };
}

/** The facts of a cluster that does not answer are left out, and that is said. */
export async function askKubernetes(deps: Pick<GatheringDeps, 'readKubernetes'>, namespace: string) {
  if (!deps.readKubernetes) return { answer: 'not configured' as const, facts: undefined, doubts: [] };
  try {
    const facts = await deps.readKubernetes(namespace);
    return { answer: 'asked' as const, facts, doubts: facts.unread ?? [] };
  } catch (error) {
    // The facts can be read off the flows too, less surely: people are told, and decide.
    if (!isFailure(error)) throw error;
    const doubt = `Kubernetes did not answer, so its facts were read off the flows: ${error.message}`;
    return { answer: 'no answer' as const, facts: undefined, doubts: [doubt] };
  }
}
