/** How drafts name what they create, so that nothing of somebody else's is met, widened or woken. */
import type { Change, Remark } from '#core/draft.ts';
import { lastSegment } from '#core/namespace.ts';
import type { NewNetworkRuleset } from '#core/network-ruleset.ts';
import type { Policy } from '#core/policy.ts';
import { contentOf } from '#core/ruleset-content.ts';
import { groupBy } from './group-by.ts';
import { wokenBy } from './sleeping.ts';

/** One mint a draft: what it has named once, it does not name again. */
export type Mint = {
  /** The tag by which rules can name a network with these entries, and the change that creates it unless it is there. */
  network(name: string, entries: readonly string[]): { tag: string; changes: Change[] };
  /** The change that creates the ruleset, unless the very same one is there. */
  ruleset(wanted: NewNetworkRuleset): Change[];
  /** Why something is called otherwise than in the guide, and what a new prefix would wake. */
  readonly remarks: Remark[];
  /** The change that adds the prefixes, unless they are effective. */
  prefixes(prefixes: readonly string[]): Change[];
};

const MAX_NAME = 100;
const MAX_RULE_NAME = 16;

export function mintFor(policy: Policy): Mint {
  const known = knownNames(policy);
  const networks = new Map<string, { tag: string; content: string; changes: Change[] }>();
  const rulesets = new Map<string, { content: string; changes: Change[] }>();
  const woken = new Set<string>();
  const remarks: Remark[] = [];

  const prefixes = (wanted: readonly string[]): Change[] => {
    const missing = [...new Set(wanted)].filter((prefix) => !policy.prefixes.effective.includes(prefix)).sort();
    for (const prefix of missing.filter((one) => !woken.has(one))) {
      // Without the sign, `app` would also send and match `application=…`.
      if (!/^[^=]+=$/.test(prefix)) throw new Error(`${prefix} is no whole prefix`);
      woken.add(prefix);
      remarks.push(...remarksOnWaking(policy, prefix));
    }
    return missing.length === 0 ? [] : [{ kind: 'add-tag-prefixes', prefixes: missing }];
  };

  const network = (name: string, wanted: readonly string[]) => {
    const entries = [...new Set(wanted)].sort();
    const content = JSON.stringify(entries);
    for (const called of variants(name, policy.namespace)) {
      const before = networks.get(called);
      if (before && before.content !== content) continue;
      if (before) return { tag: before.tag, changes: before.changes };
      const tag = `externalnetwork:name=${called.toLowerCase()}`;
      const standing = known.network(called, tag, content);
      if (standing === 'strange') continue;
      if (called !== name && !networks.has(name)) remarks.push(renamed('network', name, called));
      const created = { name: called, entries, associatedTags: [tag] };
      const creation: Change[] = standing === 'ours' ? [] : [{ kind: 'create-external-network', network: created }];
      const changes = [...prefixes(known.isEffective(tag) ? [] : ['externalnetwork:name=']), ...creation];
      networks.set(called, { tag, content, changes });
      return { tag, changes };
    }
    throw new Error(`no name is left for the external network ${name}`);
  };

  const ruleset = (wanted: NewNetworkRuleset): Change[] => {
    const content = contentOf(wanted);
    for (const name of variants(wanted.name)) {
      const before = rulesets.get(name);
      if (before && before.content !== content) continue;
      if (before) return before.changes;
      const standing = known.ruleset(name, content);
      if (standing === 'strange') continue;
      if (name !== wanted.name && !rulesets.has(wanted.name)) remarks.push(renamed('ruleset', wanted.name, name));
      const changes: Change[] = standing === 'ours' ? [] : [{ kind: 'create-ruleset', ruleset: { ...wanted, name } }];
      rulesets.set(name, { content, changes });
      return changes;
    }
    throw new Error(`no name is left for the ruleset ${wanted.name}`);
  };

  return { remarks, network, ruleset, prefixes };
}

/** Only where somebody else has it: that a draft itself needs a name several times is nothing anybody could mend. */
function renamed(kind: string, wanted: string, called: string): Remark {
  return {
    level: 'note',
    text: `The ${kind} is called ${called}: a different ${wanted} is there already, or its tag is somebody else’s.`,
  };
}

/** `ours`: there already, the very same; `strange`: the name or its tag means something else. */
type Standing = 'free' | 'ours' | 'strange';

/** What the policy has under which name, looked up once. */
function knownNames(policy: Policy) {
  const own = policy.externalNetworks.filter((network) => network.namespace === policy.namespace);
  const networks = new Map(groupBy(own, (network) => network.name));
  const bearers = new Map(
    groupBy(
      policy.externalNetworks.flatMap((network) => network.tags.map((tag) => ({ tag, network }))),
      ({ tag }) => tag,
    ),
  );
  const rulesets = new Map(
    groupBy(
      policy.rulesets.filter((ruleset) => ruleset.namespace === policy.namespace),
      (ruleset) => ruleset.name,
    ),
  );
  // A rule that already names a tag would begin to match as soon as a network bears it.
  const awaited = new Set(
    policy.rulesets
      .filter((ruleset) => !Object.keys(ruleset.annotations).some((key) => key.startsWith('lockstep.')))
      .flatMap((ruleset) => [...ruleset.incomingRules, ...ruleset.outgoingRules])
      .flatMap((rule) => rule.object.flat()),
  );
  return {
    isEffective: (tag: string) => policy.prefixes.effective.some((prefix) => tag.startsWith(prefix)),
    network(name: string, tag: string, content: string): Standing {
      const called = networks.get(name) ?? [];
      const bearing = bearers.get(tag) ?? [];
      if (called.length === 0 && bearing.length === 0) return awaited.has(tag) ? 'strange' : 'free';
      const [only] = called;
      const same = only && JSON.stringify([...new Set(only.entries)].sort()) === content;
      return same && called.length === 1 && bearing.length === 1 && bearing[0]?.network === only ? 'ours' : 'strange';
    },
    ruleset(name: string, content: string): Standing {
      const called = rulesets.get(name) ?? [];
      if (called.length === 0) return 'free';
      return called.some((one) => !one.disabled && !one.fallback && contentOf(one) === content) ? 'ours' : 'strange';
    },
  };
}

/** The name itself, with the namespace's own where given, then numbered. */
function* variants(name: string, namespace?: string): Generator<string> {
  yield name;
  const base = namespace === undefined ? name : `${name}-${lastSegment(namespace).toLowerCase()}`;
  if (base !== name) yield base;
  for (let number = 2; number < 1000; number += 1) yield `${base}-${number}`;
}

function remarksOnWaking(policy: Policy, prefix: string): Remark[] {
  return wokenBy(policy, prefix)
    .map((ruleset) => `${ruleset.name} of ${ruleset.namespace}`)
    .sort()
    .map((name) => ({
      level: 'look',
      text: `The prefix ${prefix} wakes a ruleset that matched nothing so far: ${name}.`,
    }));
}

/** Letters, digits and dashes; short enough for any name on the console. */
export function slug(text: string): string {
  const plain = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_NAME)
    .replace(/^-+|-+$/g, '');
  return plain === '' ? 'unnamed' : plain;
}

/** Comes back as `ruleName` in the flow reports; the console takes 16 characters. */
export function ruleName(text: string): string {
  return slug(text).slice(0, MAX_RULE_NAME).replace(/-+$/, '');
}

/** Processing units of the namespace, all or those with these tags; never without both (any namespace may use a label). */
export function unitsOf(namespace: string, tags: readonly string[] = []): string[] {
  return [...tags, '$identity=processingunit', `$namespace=${namespace}`];
}
