/** Which tags a new release changes, and which workloads are one and the same, apart from their release. */
import { splitTag } from './tags.ts';
import type { Workload } from './workload.ts';

const RELEASE_LABEL =
  /(^|[./-])(version|release|revision|chart|build|commit|sha|date|track|heritage|managed-by|part-of)$/;

/** A tag that the next release may change. */
export function isReleaseTag(tag: string): boolean {
  return RELEASE_LABEL.test(splitTag(tag)[0].replace(/^k8s:/, ''));
}

/** One workload, in however many releases it was seen. */
export type Lineage = {
  readonly name: string;
  readonly releases: readonly Workload[];
  /** What all of its releases carry. */
  readonly tags: readonly string[];
};

/**
 * A rollout leaves two workloads that differ by their release only and whose owner is the same. Where the owners differ,
 * as of versions that run side by side, they are two. Sorted, so that workloads in any order give the same.
 */
export function lineagesOf(workloads: Iterable<Workload>): Lineage[] {
  const byLine = new Map<string, Workload[]>();
  for (const workload of [...workloads].sort((a, b) => (a.key < b.key ? -1 : 1))) {
    const lasting = workload.tags.filter((tag) => !isReleaseTag(tag));
    const line = JSON.stringify([workload.namespace, workload.owners, lasting]);
    const releases = byLine.get(line);
    if (releases) releases.push(workload);
    else byLine.set(line, [workload]);
  }
  return [...byLine.values()].map((releases) => {
    const [first, ...others] = releases;
    if (!first) throw new Error('a lineage has at least one release');
    return {
      name: first.name,
      releases,
      tags: first.tags.filter((tag) => others.every(({ tags }) => tags.includes(tag))),
    };
  });
}
