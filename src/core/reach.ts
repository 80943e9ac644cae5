/** Whom the clauses of a draft reach by tag: external networks and processing units, as whatever carries the tag is meant. */
import type { Change } from './draft.ts';
import type { ExternalNetwork } from './external-network.ts';
import type { Policy } from './policy.ts';
import { ownerOf, type ProcessingUnit } from './workload.ts';

/** One clause, the rulesets that name it, and everybody who carried its tags when it was drawn. */
export type Reached = {
  readonly tags: readonly string[];
  readonly rulesets: readonly string[];
  readonly holders: readonly string[];
};

export type World = {
  readonly policy: Pick<Policy, 'externalNetworks'>;
  readonly units: readonly ProcessingUnit[];
};

/** Clauses that mean all of a namespace cannot be captured: being in it is what they ask for. */
export function reachOf(changes: readonly Change[], { policy, units }: World): Reached[] {
  const named = new Map<string, { tags: readonly string[]; rulesets: Set<string> }>();
  for (const change of changes) {
    if (change.kind !== 'create-ruleset') continue;
    const { ruleset } = change;
    const objects = [...ruleset.incomingRules, ...ruleset.outgoingRules].flatMap((rule) => rule.object);
    for (const tags of [...ruleset.subject, ...objects]) {
      if (tags.every(isComputed)) continue;
      const key = JSON.stringify(tags.toSorted());
      const known = named.get(key) ?? { tags: tags.toSorted(), rulesets: new Set() };
      known.rulesets.add(ruleset.name);
      named.set(key, known);
    }
  }
  return [...named.values()].map(({ tags, rulesets }) => ({
    tags,
    rulesets: [...rulesets].sort(),
    holders: holdersOf(tags, policy.externalNetworks, units),
  }));
}

/** Who carries the tags now and did not when it was approved, in sentences. */
export function capturesSince(approved: readonly Reached[], { policy, units }: World): string[] {
  const now = approved.map((each) => ({ ...each, holders: holdersOf(each.tags, policy.externalNetworks, units) }));
  return newHolders(approved, now);
}

/** The same for two looks at one draft. */
export function newHolders(approved: readonly Reached[], now: readonly Reached[]): string[] {
  const before = new Map(approved.map(({ tags, holders }) => [JSON.stringify(tags), holders]));
  return now.flatMap(({ tags, rulesets, holders }) =>
    holders
      .filter((holder) => !before.get(JSON.stringify(tags))?.includes(holder))
      .map((holder) => {
        const names = rulesets.length === 1 ? 'names' : 'name';
        const tag = tags.filter((each) => !isComputed(each)).join(' and ');
        return `${tag}, which ${rulesets.join(', ')} ${names}, now also means ${holder}.`;
      }),
  );
}

function isComputed(tag: string): boolean {
  return tag.startsWith('$identity=') || tag.startsWith('$namespace=');
}

function holdersOf(
  tags: readonly string[],
  networks: readonly ExternalNetwork[],
  units: readonly ProcessingUnit[],
): string[] {
  const carries = (own: readonly string[]) => tags.every((tag) => own.includes(tag));
  const meansUnits = tags.includes('$identity=processingunit');
  const held = meansUnits
    ? units.filter((unit) => carries(withComputed(unit))).map(unitWords)
    : networks.filter((network) => carries(network.tags)).map(networkWords);
  return [...new Set(held)].sort();
}

function withComputed({ tags, namespace }: ProcessingUnit): string[] {
  return [...tags, '$identity=processingunit', `$namespace=${namespace}`];
}

function networkWords({ name, namespace, entries }: ExternalNetwork): string {
  return `the external network ${name} of ${namespace} with ${entries.toSorted().join(', ')}`;
}

/** Whoever runs something else under the same labels is somebody else; a restart or a new version is not. */
function unitWords({ name, namespace, tags }: ProcessingUnit): string {
  const account = tags.find((tag) => /^@app:k8s:service-?account(name)?=/.test(tag))?.split('=')[1] ?? 'none';
  const images = tags
    .filter((tag) => tag.startsWith('$image='))
    .map((tag) => repositoryOf(tag.slice('$image='.length)));
  const image = [...new Set(images)].sort().join(' and ') || 'no image known';
  return `processing units of ${ownerOf(name)} in ${namespace} (service account ${account}, ${image})`;
}

/** `registry:5000/shop/cart:v1@sha256:…` → `registry:5000/shop/cart` */
function repositoryOf(image: string): string {
  return image.replace(/@sha256:.*$/, '').replace(/:[^/:]*$/, '');
}
