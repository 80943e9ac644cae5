/** What a vote is for: the fingerprint of a draft, of what would undo it and of the rule it was asked under. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonical } from './canonical.ts';
import { type Commit, commitments } from './commitment.ts';
import type { Change, Draft } from './draft.ts';
import type { NetworkRule, NewNetworkRuleset } from './network-ruleset.ts';
import type { DefaultActions } from './policy.ts';
import type { Clauses } from './tags.ts';

/** What is fingerprinted; two kinds never have the same digest, even over the same value. */
export type DigestLabel = 'draft' | 'vote' | 'job' | 'entry' | 'config' | 'shown' | 'reach' | 'approval';

/**
 * SHA-256 in hex; with `commit` over the commitments of all texts, so that some can be withheld from whoever checks it.
 * Sets have to be sorted by the caller: here an array's order is content.
 */
export function digestOf(label: DigestLabel, value: unknown, commit?: Commit): string {
  return createHash('sha256').update(`lockstep/${label}/v1\n`).update(canonical(value, commit)).digest('hex');
}

/** What undoes one change; prefixes only those that the change really added. */
export type Inverse =
  | { readonly kind: 'delete-external-network'; readonly name: string }
  | { readonly kind: 'delete-ruleset'; readonly name: string }
  | { readonly kind: 'remove-tag-prefixes'; readonly prefixes: readonly string[] }
  | { readonly kind: 'set-default-actions'; readonly actions: DefaultActions };

/** One inverse a change, in the order of the changes. */
export function inverseOf(changes: readonly Change[], localPrefixes: readonly string[]): Inverse[] {
  return changes.map((change) => undoing(change, localPrefixes));
}

/** What a draft was drawn from and shown with: frozen when people are asked, so that their votes are for what they saw. */
export const Basis = z.strictObject({
  /** The window of the evidence; milliseconds since the epoch. What is seen later voids no vote. */
  from: z.number().int(),
  to: z.number().int(),
  /** SHA-256 of the edges as they were then. */
  edges: z.string(),
  /** The dated lists that judged it. */
  lists: z.strictObject({ date: z.string(), suffixes: z.string(), digest: z.string() }),
  /** SHA-256 of whom its clauses reached by tag. */
  reach: z.string(),
  /** Of the last stage: how long there is to confirm afterwards; 0: nobody has to. */
  confirmSeconds: z.number().int().optional(),
  /** SHA-256 of the file with all edges, and of what the card warns of and says is in doubt. */
  file: z.string(),
  warnings: z.string(),
});
export type Basis = z.infer<typeof Basis>;

/** What would be done, and what people answered. As long as it stays the same, traffic that goes on voids no vote. */
export type Matter = {
  readonly draft: Pick<Draft, 'namespace' | 'stage' | 'changes' | 'residual'>;
  readonly inverse: readonly Inverse[];
};

export type Asked = Matter & {
  readonly basis: Basis;
  /** Who may approve, how many, from which groups: as it was when the question was asked. */
  readonly approvalRule: unknown;
};

/** What a vote is for. */
export function draftDigest(asked: Asked, salt: string): string {
  return draftDigestOver(asked, commitments(salt));
}

export function draftDigestOver({ basis, approvalRule, ...matter }: Asked, commit: Commit): string {
  return digestOf('draft', { ...matterOf(matter, commit), basis, approvalRule }, commit);
}

/** Whether both would do the same to the console, undo it in the same way, and were answered alike. */
export function isSameMatter(a: Matter, b: Matter): boolean {
  const asItIs: Commit = (text) => text;
  return canonical(matterOf(a, asItIs)) === canonical(matterOf(b, asItIs));
}

/** Counts, times and display text are left out. */
function matterOf({ draft, inverse }: Matter, commit: Commit) {
  // By commitment and not by text, so that the order is there for whoever has the commitments alone.
  const sort = sortedBy(commit);
  return {
    namespace: draft.namespace,
    stage: draft.stage,
    changes: draft.changes.map((change) => sortedChange(change, sort)),
    inverse: inverse.map((undo) => ('prefixes' in undo ? { ...undo, prefixes: sort(undo.prefixes) } : undo)),
    residual: sort(
      draft.residual.map(({ group, decision }) => ({ group: group.id, decision: decision?.answer ?? null })),
    ),
  };
}

/** The digest of a finding as it was or would be asked about under this rule. */
export function findingDigest(finding: Finding, rule: unknown, salt: string): string {
  return draftDigest({ ...asMatter(finding), basis: finding.basis, approvalRule: rule }, salt);
}

type Finding = {
  readonly draft: Matter['draft'];
  readonly localPrefixes: readonly string[];
  readonly basis: Basis;
};

/** A draft with what undoes it. */
export function asMatter({ draft, localPrefixes }: Pick<Finding, 'draft' | 'localPrefixes'>): Matter {
  return { draft, inverse: inverseOf(draft.changes, localPrefixes) };
}

/** `1a2b 3c4d 5e6f 7a8b`: what people compare. Nothing is looked up by it. */
export function digestWords(digest: string): string {
  return digest.slice(0, 16).replace(/.{4}(?=.)/g, '$& ');
}

function undoing(change: Change, localPrefixes: readonly string[]): Inverse {
  switch (change.kind) {
    case 'create-external-network':
      return { kind: 'delete-external-network', name: change.network.name };
    case 'create-ruleset':
      return { kind: 'delete-ruleset', name: change.ruleset.name };
    case 'add-tag-prefixes':
      return {
        kind: 'remove-tag-prefixes',
        prefixes: change.prefixes.filter((prefix) => !localPrefixes.includes(prefix)),
      };
    case 'set-default-actions':
      return { kind: 'set-default-actions', actions: change.former };
  }
}

type Sort = <Value>(values: readonly Value[]) => Value[];

function sortedBy(commit: Commit): Sort {
  // Most sets have one element, which has no order: a tenth of a digest's time.
  return (values) =>
    values.length < 2
      ? [...values]
      : values
          .map((value) => ({ value, said: canonical(value, commit) }))
          .sort((a, b) => compare(a.said, b.said))
          .map(({ value }) => value);
}

function sortedChange(change: Change, sort: Sort): unknown {
  switch (change.kind) {
    case 'create-external-network': {
      const { entries, associatedTags } = change.network;
      return {
        ...change,
        network: { ...change.network, entries: sort(entries), associatedTags: sort(associatedTags) },
      };
    }
    case 'create-ruleset':
      return { ...change, ruleset: sortedRuleset(change.ruleset, sort) };
    case 'add-tag-prefixes':
      return { ...change, prefixes: sort(change.prefixes) };
    case 'set-default-actions':
      return change;
  }
}

function sortedRuleset(ruleset: NewNetworkRuleset, sort: Sort): unknown {
  return {
    ...ruleset,
    subject: sortedClauses(ruleset.subject, sort),
    incomingRules: sortedRules(ruleset.incomingRules, sort),
    outgoingRules: sortedRules(ruleset.outgoingRules, sort),
  };
}

function sortedRules(rules: readonly NetworkRule[], sort: Sort): unknown[] {
  return sort(
    rules.map((rule) => ({
      ...rule,
      object: sortedClauses(rule.object, sort),
      protocolPorts: sort(rule.protocolPorts),
    })),
  );
}

function sortedClauses(clauses: Clauses, sort: Sort): unknown[] {
  return sort(clauses.map((clause) => sort(clause)));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
