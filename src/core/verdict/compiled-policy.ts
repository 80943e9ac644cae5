/** A policy made ready for questions: tags as bits, networks as one table of addresses and one of names, rules by unit. */

import { type AddressTable, addressTable, parseAddress, parseEntry } from '../addresses.ts';
import { LASTING_PREFIXES } from '../default-prefixes.ts';
import type { ExternalNetwork } from '../external-network.ts';
import { ancestorsOf, parentOf } from '../namespace.ts';
import type { NetworkRule, NetworkRuleset } from '../network-ruleset.ts';
import type { Policy } from '../policy.ts';
import { ALL, type Coverage, NO, type PortMatcher, parseProtocolPorts, SOME } from '../protocol-ports.ts';
import type { Clauses } from '../tags.ts';
import { isStableTag, type Workload } from '../workload.ts';
import { type Clause, ClauseIndex, has, matchClauses, type TagBits } from './clauses.ts';
import { type NamesOfPeer, NameTable } from './names.ts';

export type Direction = 'incoming' | 'outgoing';

const NO_ADDRESS = -1;

export type DecidedByRule = {
  readonly kind: 'rule';
  readonly ruleset: string;
  readonly rulesetName: string;
  readonly ruleName?: string;
};

export type CompiledRule = {
  readonly ruleset: NetworkRuleset;
  readonly rule: NetworkRule;
  readonly ports: PortMatcher;
  readonly object: readonly Clause[];
  /** 1 at the index of each external network that the object means. */
  readonly networks: Uint8Array;
  /** Whether any of these has a name among its entries, and whether there are any. */
  readonly hasNames: boolean;
  readonly hasNetworks: boolean;
  /** How a verdict names it. */
  readonly by: DecidedByRule;
};

/** A rule that applies to a unit; only perhaps, where its subject needs a tag that changes with a restart. */
export type AppliedRule = { readonly compiled: CompiledRule; readonly certain: boolean };

/** What the rules of both directions are for one workload. Rejects come first, so that the first certain hit decides. */
export type CompiledUnit = { readonly [direction in Direction]: readonly AppliedRule[] };

/** Indexes of external networks: those that contain the peer, and those that may: some, all with names, or all. */
export type NetworksOfPeer = {
  readonly certain: readonly number[];
  readonly perhaps: readonly number[] | 'with-names' | 'all';
};

export class CompiledPolicy {
  readonly policy: Policy;
  private readonly tagNumbers = new Map<string, number>();
  private readonly tags: string[] = [];
  private readonly rulesets: readonly CompiledRuleset[];
  private readonly subjects: ClauseIndex;
  private readonly addresses: AddressTable;
  private readonly names: NameTable;
  private readonly volatileHere: Uint32Array;
  private readonly volatileAnywhere: Uint32Array;
  private readonly bitsByWorkload = new Map<string, TagBits>();
  private readonly unitsByWorkload = new Map<string, CompiledUnit>();

  constructor(policy: Policy) {
    this.policy = policy;
    // Sorted, so that the same policy in another order names the same ruleset.
    const rulesets = policy.rulesets
      .filter((ruleset) => !ruleset.disabled && reaches(policy.namespace, ruleset))
      .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
    const parsed = rulesets.map((ruleset) => ({
      ruleset,
      subject: this.clauses(ruleset.subject),
      incoming: ruleset.incomingRules.filter(enforced).map((rule) => ({ rule, object: this.clauses(rule.object) })),
      outgoing: ruleset.outgoingRules.filter(enforced).map((rule) => ({ rule, object: this.clauses(rule.object) })),
    }));

    const networks = policy.externalNetworks.filter((network) => reaches(policy.namespace, network));
    const entries = networks.map((network) => network.entries.map(parseEntry));
    this.addresses = addressTable(entries);
    this.names = new NameTable(
      entries.map((lines) => lines.flatMap((entry) => (entry.kind === 'name' ? [entry.name] : []))),
    );

    // All tags that any clause names have their numbers by now.
    const networksByTag = this.networksByTag(networks);
    const portsOf = portMatchers();
    const compileRule = (ruleset: NetworkRuleset, rule: NetworkRule, object: readonly Clause[]): CompiledRule => {
      const named = new Uint8Array(networks.length);
      for (const clause of object) for (const network of networksNamedBy(clause, networksByTag)) named[network] = 1;
      const hasNames = this.names.named.some((network) => named[network] === 1);
      const ports = portsOf(rule.protocolPorts);
      const hasNetworks = named.includes(1);
      return { ruleset, rule, object, ports, networks: named, hasNames, hasNetworks, by: decidedBy(ruleset, rule) };
    };
    this.rulesets = parsed.map(({ ruleset, subject, ...parsedRules }) => {
      const compileRules = (direction: Direction) =>
        parsedRules[direction].map(({ rule, object }) => compileRule(ruleset, rule, object));
      const [incoming, outgoing] = [compileRules('incoming'), compileRules('outgoing')];
      const applied = (certain: boolean): CompiledUnit => ({
        incoming: incoming.map((compiled) => ({ compiled, certain })),
        outgoing: outgoing.map((compiled) => ({ compiled, certain })),
      });
      return { ruleset, subject, certain: applied(true), perhaps: applied(false) };
    });
    const volatile = this.tags.filter((tag) => !isStableTag(tag));
    const volatileHere = this.bitsOf(volatile.filter((tag) => this.isEffective(tag)));
    this.volatileAnywhere = this.bitsOf(volatile);
    this.volatileHere = volatileHere;
    this.subjects = new ClauseIndex(
      this.rulesets.map(({ subject }) => subject),
      (tag) => has(volatileHere, tag),
    );
  }

  /** The rules that apply to a workload of this namespace. */
  unit(workload: Workload): CompiledUnit {
    let unit = this.unitsByWorkload.get(workload.key);
    if (!unit) {
      unit = this.compileUnit(workload);
      this.unitsByWorkload.set(workload.key, unit);
    }
    return unit;
  }

  /** The tags a workload sends, of those that any rule asks for. */
  bits(workload: Workload): TagBits {
    let bits = this.bitsByWorkload.get(workload.key);
    if (!bits) {
      bits = this.bitsOnTheWire(workload);
      this.bitsByWorkload.set(workload.key, bits);
    }
    return bits;
  }

  /** A workload elsewhere whose tags nobody could read: its namespace is known, and it may have any other tag. */
  bitsOfUnknown(namespace: string): TagBits {
    const own = ['$identity=processingunit', `$namespace=${namespace}`];
    const others = this.tags.filter((tag) => !tag.startsWith('$identity=') && !tag.startsWith('$namespace='));
    return { certain: this.bitsOf(own), perhaps: this.bitsOf(others) };
  }

  bitsOf(tags: readonly string[]): Uint32Array {
    const bits = new Uint32Array((this.tags.length >>> 5) + 1);
    for (const tag of tags) {
      const number = this.tagNumbers.get(tag);
      if (number !== undefined) bits[number >>> 5] = (bits[number >>> 5] as number) | (1 << (number & 31));
    }
    return bits;
  }

  /** Number of the set of external networks that contain an address; NO_ADDRESS where there is none to look at. */
  setOf(address: string | undefined): number {
    const parsed = address === undefined ? undefined : parseAddress(address);
    return parsed ? this.addresses.find(parsed) : NO_ADDRESS;
  }

  /** The external networks of such a set, and those that have the names; all of them may where there was no address. */
  networksIn(set: number, names?: NamesOfPeer): NetworksOfPeer {
    if (set === NO_ADDRESS) return { certain: [], perhaps: 'all' };
    const byAddress = this.addresses.sets[set] ?? [];
    if (!names) return { certain: byAddress, perhaps: [] };
    if (names.known.length === 0) return { certain: byAddress, perhaps: 'with-names' };
    return {
      certain: [...byAddress, ...names.known.flatMap((name) => this.names.find(name))],
      perhaps: names.elsewhere.flatMap((name) => this.names.find(name)),
    };
  }

  /** Of some names, those that a rule's networks hold. */
  namesHeldBy({ networks }: CompiledRule, names: readonly string[]): string[] {
    return names.filter((name) => this.names.find(name).some((network) => networks[network] === 1));
  }

  /** A tag that makes a clause match only perhaps. */
  doubtfulTag(clauses: readonly Clause[], { certain, perhaps }: TagBits): string | undefined {
    const clause = clauses.find((numbers) => numbers.every((number) => has(certain, number) || has(perhaps, number)));
    const number = clause?.find((candidate) => !has(certain, candidate));
    return number === undefined ? undefined : this.tags[number];
  }

  doubtfulSubject({ ruleset }: CompiledRule, workload: Workload): string | undefined {
    const subject = this.rulesets.find((compiled) => compiled.ruleset === ruleset)?.subject ?? [];
    return this.doubtfulTag(subject, this.bits(workload));
  }

  isEffective(tag: string): boolean {
    return this.policy.prefixes.effective.some((prefix) => tag.startsWith(prefix));
  }

  private compileUnit(workload: Workload): CompiledUnit {
    const bits = this.bits(workload);
    const selected = { normal: [] as Selected[], fallback: [] as Selected[] };
    const tags = workload.tags.flatMap((tag) => this.tagNumbers.get(tag) ?? []);
    for (const index of this.subjects.candidates(tags)) {
      const compiled = this.rulesets[index] as CompiledRuleset;
      const match = matchClauses(compiled.subject, bits);
      if (match !== NO) selected[compiled.ruleset.fallback ? 'fallback' : 'normal'].push({ compiled, match });
    }
    // Fallbacks count where no other ruleset was resolved for the unit: surely not, perhaps, or surely.
    if (selected.normal.some(({ match }) => match === ALL)) return appliedRules(selected.normal);
    const doubtful = selected.normal.length > 0;
    const fallback = selected.fallback.map(({ compiled, match }) => ({ compiled, match: doubtful ? SOME : match }));
    return appliedRules([...selected.normal, ...fallback]);
  }

  private bitsOnTheWire(workload: Workload): TagBits {
    if (workload.namespace === this.policy.namespace) {
      return { certain: this.bitsOf(workload.tags.filter((tag) => this.isEffective(tag))), perhaps: this.volatileHere };
    }
    const prefixes = this.prefixesKnownAt(workload.namespace);
    const certain = workload.tags.filter((tag) => prefixes.some((prefix) => tag.startsWith(prefix)));
    const perhaps = this.bitsOf(workload.tags);
    for (const [index, bits] of this.volatileAnywhere.entries()) perhaps[index] = (perhaps[index] as number) | bits;
    return { certain: this.bitsOf(certain), perhaps };
  }

  /** Prefixes are inherited by everybody below; of somebody else's own ones nothing is known here. */
  private prefixesKnownAt(namespace: string): readonly string[] {
    const { namespace: here, prefixes } = this.policy;
    if (ancestorsOf(namespace).includes(here)) return [...LASTING_PREFIXES, ...prefixes.effective];
    const parent = parentOf(here);
    if (parent !== '/' && (namespace === parent || ancestorsOf(namespace).includes(parent)))
      return [...LASTING_PREFIXES, ...prefixes.effective.filter((prefix) => !prefixes.local.includes(prefix))];
    return LASTING_PREFIXES;
  }

  /** Of the tags that any rule asks for and that are effective: whose they are. */
  private networksByTag(networks: readonly ExternalNetwork[]): Map<number, Set<number>> {
    const byTag = new Map<number, Set<number>>();
    for (const [index, network] of networks.entries()) {
      for (const tag of network.tags) {
        const number = this.tagNumbers.get(tag);
        if (number === undefined || !this.isEffective(tag)) continue;
        const sharing = byTag.get(number);
        if (sharing) sharing.add(index);
        else byTag.set(number, new Set([index]));
      }
    }
    return byTag;
  }

  private clauses(clauses: Clauses): Clause[] {
    // The console refuses a clause without tags; it must not match everybody.
    return clauses.filter((clause) => clause.length > 0).map((clause) => clause.map((tag) => this.number(tag)));
  }

  private number(tag: string): number {
    let number = this.tagNumbers.get(tag);
    if (number === undefined) {
      number = this.tags.push(tag) - 1;
      this.tagNumbers.set(tag, number);
    }
    return number;
  }
}

type CompiledRuleset = {
  readonly ruleset: NetworkRuleset;
  readonly subject: readonly Clause[];
  /** Made once, whatever the number of units they apply to: certainly, and perhaps. */
  readonly certain: CompiledUnit;
  readonly perhaps: CompiledUnit;
};

type Selected = { readonly compiled: CompiledRuleset; readonly match: Coverage };

function appliedRules(selected: readonly Selected[]): CompiledUnit {
  return { incoming: rejectsFirst(selected, 'incoming'), outgoing: rejectsFirst(selected, 'outgoing') };
}

function rejectsFirst(selected: readonly Selected[], direction: Direction): AppliedRule[] {
  const rejects: AppliedRule[] = [];
  const allows: AppliedRule[] = [];
  for (const { compiled, match } of selected) {
    for (const rule of (match === ALL ? compiled.certain : compiled.perhaps)[direction]) {
      (rule.compiled.rule.action === 'Reject' ? rejects : allows).push(rule);
    }
  }
  return rejects.length === 0 ? allows : rejects.concat(allows);
}

function decidedBy({ id, name }: NetworkRuleset, rule: NetworkRule): DecidedByRule {
  return {
    kind: 'rule',
    ruleset: id,
    rulesetName: name,
    ...(rule.name === undefined ? {} : { ruleName: rule.name }),
  };
}

/** Thousands of rules name the same few ports, which are read once: five sixths of compiling a policy. */
function portMatchers(): (protocolPorts: readonly string[]) => PortMatcher {
  const known = new Map<string, PortMatcher>();
  return (protocolPorts) => {
    const key = JSON.stringify(protocolPorts);
    let ports = known.get(key);
    if (!ports) {
      ports = parseProtocolPorts(protocolPorts);
      known.set(key, ports);
    }
    return ports;
  };
}

/** Own, or handed down by an ancestor. */
function reaches(namespace: string, object: { readonly namespace: string; readonly propagate: boolean }): boolean {
  return object.namespace === namespace || (object.propagate && ancestorsOf(namespace).includes(object.namespace));
}

/** A rule that only observes leaves the verdict to the others (console-api.md 4.8). */
function enforced(rule: NetworkRule): boolean {
  return rule.observationEnabled !== true;
}

/** Most tags are no network's, and most others one network's: that is quicker to ask than every network about every rule. */
function networksNamedBy(clause: Clause, networksByTag: ReadonlyMap<number, ReadonlySet<number>>): number[] {
  const [first, ...others] = clause.map((number) => networksByTag.get(number));
  return [...(first ?? [])].filter((network) => others.every((networks) => networks?.has(network)));
}
