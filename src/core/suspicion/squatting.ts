/** Who else carries the labels by which a workload is known: whoever may create pods may claim them. */
import type { Workload } from '#core/workload.ts';

/** Other workloads that carry all the labels of this one under another service account; by name. */
export function claimants(workload: Workload, own: readonly Workload[]): string[] {
  const labels = labelsOf(workload);
  if (labels.length === 0) return [];
  return own
    .filter((other) => other.key !== workload.key && accountOf(other) !== accountOf(workload))
    .filter((other) => labels.every((label) => other.tags.includes(label)))
    .map((other) => other.name)
    .sort();
}

function labelsOf({ tags }: Workload): string[] {
  return tags.filter((tag) => !tag.startsWith('@') && !tag.startsWith('$'));
}

function accountOf({ tags }: Workload): string {
  return tags.find((tag) => /^@app:k8s:service-?account(name)?=/.test(tag)) ?? '';
}
