/** Which tags identify a workload: unique to it, outliving a restart, with an effective prefix or the prefix to add. */

import { isReleaseTag, type Lineage, lineagesOf } from './releases.ts';
import { splitTag } from './tags.ts';
import { isStableTag, type Workload } from './workload.ts';

export type Candidate = {
  /** All of them together; sorted by what people recognise first. */
  readonly tags: readonly string[];
  readonly unique: boolean;
  /** Names of the other workloads that carry them too; sorted. */
  readonly alsoCovers: readonly string[];
  /** Keys of the other workloads that carry them too. */
  readonly alsoCoversKeys: readonly string[];
  /** Prefixes to add before these tags can match. */
  readonly prefixes: readonly string[];
  readonly reasons: readonly string[];
};

export type Identification = {
  /** Absent where the workload has no tag a rule could name. */
  readonly best?: Candidate;
  /** It, in all releases in which it was seen: they are identified together. */
  readonly releases: readonly Workload[];
  /** Ranked, the best first. */
  readonly candidates: readonly Candidate[];
  /** One sentence for people. */
  readonly because: string;
};

/** Labels by which people name an application, the most usual first. */
const NAMING_LABELS = [
  'app',
  'app.kubernetes.io/name',
  'k8s-app',
  'service',
  'component',
  'app.kubernetes.io/component',
  'app.kubernetes.io/instance',
  'name',
];

const MAX_TAG_BYTES = 1024;
const SHOWN = 5;

type Ranked = { readonly tag: string; readonly rank: number; readonly holders: ReadonlySet<number> };

/** Compares each workload with all the others of its own namespace once, then answers for any of them. */
export function identifierAmong(
  workloads: Iterable<Workload>,
  effectivePrefixes: readonly string[],
  /** Whether adding a prefix would cut something by itself. */
  wouldCut: (prefix: string) => boolean = () => false,
): (workload: Workload) => Identification {
  const all = lineagesOf(workloads);
  const holders = new Map<string, Set<number>>();
  const lineageOf = new Map<string, Lineage>();
  all.forEach((lineage, at) => {
    for (const { key } of lineage.releases) lineageOf.set(key, lineage);
    for (const tag of new Set(lineage.releases.flatMap((release) => release.tags))) {
      const held = holders.get(tag);
      if (held) held.add(at);
      else holders.set(tag, new Set([at]));
    }
  });
  const known = new Map<string, Identification>();
  const tags = [...holders.keys()].filter((tag) => canName(tag) && !isEffective(tag, effectivePrefixes));
  const harmful = new Set([...new Set(tags.map(prefixOf))].filter(wouldCut));
  return (workload) => {
    const before = known.get(workload.key);
    if (before) return before;
    const lineage = lineageOf.get(workload.key);
    if (!lineage) throw new Error(`${workload.name} is none of those it is compared with`);
    const answer = identify(workload, lineage, { all, holders, effective: effectivePrefixes, harmful });
    known.set(workload.key, answer);
    return answer;
  };
}

type Among = {
  readonly all: readonly Lineage[];
  readonly holders: ReadonlyMap<string, ReadonlySet<number>>;
  readonly effective: readonly string[];
  /** Prefixes that are not effective, and would cut something if they were. */
  readonly harmful: ReadonlySet<string>;
};

function identify(workload: Workload, lineage: Lineage, { all, holders, effective, harmful }: Among): Identification {
  // Where its releases share nothing, each has to be named by its own.
  const together = lineage.tags.some(canName);
  const { releases, tags } = together ? lineage : { releases: [workload], tags: workload.tags };
  const usable: Ranked[] = tags
    .filter(canName)
    .map((tag) => ({ tag, rank: rankOf(tag, effective), holders: holders.get(tag) ?? new Set<number>() }))
    .sort((a, b) => a.rank - b.rank || (a.tag < b.tag ? -1 : 1));
  if (usable.length === 0) {
    return { releases, candidates: [], because: `${workload.name} carries no tag that a rule could name.` };
  }
  const fewest = common(usable).length;
  const harmless = usable.filter(({ tag }) => !harmful.has(prefixOf(tag)) && !isReleaseTag(tag));
  const sets = smallestSets(common(harmless).length === fewest ? harmless : usable, fewest);
  const candidates = sets.slice(0, SHOWN).map((set) => candidateOf(workload, set, all, effective));
  const [best] = candidates;
  if (!best) throw new Error('all tags together are always a candidate');
  return { best, releases, candidates, because: sentence(workload, best) };
}

/** Computed tags say what every processing unit is; a `*` might match more than it says (console-api.md 4.1). */
function canName(tag: string): boolean {
  return (
    isStableTag(tag) &&
    !tag.startsWith('$') &&
    !tag.includes('*') &&
    /^[^= ]+=.+/.test(tag) &&
    new TextEncoder().encode(tag).length < MAX_TAG_BYTES
  );
}

function prefixOf(tag: string): string {
  return `${splitTag(tag)[0]}=`;
}

function labelKey(tag: string): string {
  return splitTag(tag)[0].replace(/^k8s:/, '');
}

function rankOf(tag: string, effective: readonly string[]): number {
  const key = labelKey(tag);
  const order = NAMING_LABELS.indexOf(key);
  const prefixed = isEffective(tag, effective) ? 0 : 10;
  if (order >= 0) return prefixed + order;
  if (isReleaseTag(tag)) return 300 + prefixed;
  if (/^@app:k8s:service-?account/.test(key)) return 200 + prefixed;
  if (key.startsWith('@')) return 400 + prefixed;
  return 100 + prefixed;
}

function isEffective(tag: string, effective: readonly string[]): boolean {
  return effective.some((prefix) => tag.startsWith(prefix));
}

function common(tags: readonly Ranked[]): number[] {
  const [smallest, ...others] = [...tags].sort((a, b) => a.holders.size - b.holders.size);
  if (!smallest) return [];
  return [...smallest.holders].filter((at) => others.every((other) => other.holders.has(at)));
}

/** Single tags that cover as few as all tags together would, else pairs, else tags added while they help. */
function smallestSets(usable: readonly Ranked[], fewest: number): Ranked[][] {
  const singles = usable.filter((tag) => tag.holders.size === fewest).map((tag) => [tag]);
  if (singles.length > 0) return singles;
  const pairs = usable
    .flatMap((first, at) => usable.slice(at + 1).map((second) => [first, second]))
    .filter((pair) => common(pair).length === fewest)
    .sort((a, b) => total(a) - total(b));
  if (pairs.length > 0) return pairs;
  const chosen: Ranked[] = [];
  for (const tag of usable) {
    if (chosen.length === 0 || common([...chosen, tag]).length < common(chosen).length) chosen.push(tag);
  }
  return [chosen];
}

function total(set: readonly Ranked[]): number {
  return set.reduce((sum, tag) => sum + tag.rank, 0);
}

function candidateOf(
  workload: Workload,
  set: readonly Ranked[],
  all: readonly Lineage[],
  effective: readonly string[],
): Candidate {
  const tags = set.map((ranked) => ranked.tag);
  const covered = common(set).flatMap((at) => all[at] ?? []);
  const others = covered.filter(({ releases }) => releases.every(({ key }) => key !== workload.key));
  const keys = covered.flatMap(({ releases }) => releases.map(({ key }) => key));
  const missing = tags.filter((tag) => !isEffective(tag, effective));
  const prefixes = [...new Set(missing.map(prefixOf))].sort();
  const unique = others.length === 0 && workload.owners.length <= 1;
  return {
    tags,
    unique,
    alsoCovers: [...new Set(others.map((other) => other.name))].sort(),
    alsoCoversKeys: keys.filter((key) => key !== workload.key).sort(),
    prefixes,
    reasons: [
      unique ? 'on no other workload of this namespace' : 'not on this workload alone',
      tags.some(isReleaseTag)
        ? 'outlives a restart, but a new release may change it'
        : 'outlives a restart and a rollout',
      prefixes.length === 0 ? 'its prefix is effective' : `needs the prefix ${prefixes.join(', ')}`,
    ],
  };
}

function sentence(workload: Workload, best: Candidate): string {
  const tags = best.tags.join(' and ');
  if (workload.owners.length > 1)
    return `No tag tells ${workload.owners.join(' and ')} apart: ${tags} is on all of them.`;
  if (best.unique) return `${tags} is ${best.reasons.join(', ')}.`;
  return `No tag tells ${workload.name} from ${best.alsoCovers.join(', ')}: the fewest are covered by ${tags}.`;
}
