/** A draft's changes as the guide writes them: the command and the document it is given, ready to be printed as YAML. */
import type { Change, Draft } from './draft.ts';
import { parentOf } from './namespace.ts';
import type { NetworkRule } from './network-ruleset.ts';
import type { Clauses } from './tags.ts';

export type DraftDocument = {
  /** `apoctl api create externalnetwork -n /acme/aws-dev/k8s/hipster-shop`; printed as a comment. */
  readonly command: string;
  /** Keys in the guide's order; lists without anything in them are left out. */
  readonly document: Readonly<Record<string, unknown>>;
};

/** Tag prefixes are written as the whole list, as the console replaces it: `localPrefixes` are those already there. */
export function draftDocuments(
  { namespace, changes }: Pick<Draft, 'namespace' | 'changes'>,
  localPrefixes: readonly string[],
): DraftDocument[] {
  return changes.map((change) => documentOf(change, namespace, localPrefixes));
}

function documentOf(change: Change, namespace: string, localPrefixes: readonly string[]): DraftDocument {
  switch (change.kind) {
    case 'create-external-network': {
      const { name, entries, associatedTags } = change.network;
      return {
        command: `apoctl api create externalnetwork -n ${namespace}`,
        document: { name, entries: [...entries], associatedTags: [...associatedTags] },
      };
    }
    case 'create-ruleset': {
      const { name, subject, outgoingRules, incomingRules } = change.ruleset;
      return {
        command: `apoctl api create networkrulesetpolicy -n ${namespace}`,
        document: {
          name,
          subject: copyOf(subject),
          ...rulesAs('outgoingRules', outgoingRules),
          ...rulesAs('incomingRules', incomingRules),
        },
      };
    }
    case 'add-tag-prefixes':
      return namespaceUpdate(namespace, { tagPrefixes: [...new Set([...localPrefixes, ...change.prefixes])] });
    case 'set-default-actions':
      return namespaceUpdate(namespace, {
        defaultPUIncomingTrafficAction: change.actions.incoming,
        defaultPUOutgoingTrafficAction: change.actions.outgoing,
      });
  }
}

/** A namespace is an object of its parent, and changed there. */
function namespaceUpdate(namespace: string, attributes: Readonly<Record<string, unknown>>): DraftDocument {
  const parent = parentOf(namespace);
  return {
    command: `apoctl api update namespace ${namespace} -n ${parent}`,
    document: { name: namespace, namespace: parent, ...attributes },
  };
}

function rulesAs(key: string, rules: readonly NetworkRule[]): Readonly<Record<string, unknown>> {
  return rules.length === 0 ? {} : { [key]: rules.map(ruleAs) };
}

function ruleAs({ action, object, protocolPorts, name, observationEnabled }: NetworkRule): Record<string, unknown> {
  return {
    action,
    object: copyOf(object),
    protocolPorts: [...protocolPorts],
    ...(name !== undefined && { name }),
    ...(observationEnabled !== undefined && { observationEnabled }),
  };
}

/** A list that is mentioned twice would be printed as an anchor and an alias. */
function copyOf(clauses: Clauses): string[][] {
  return clauses.map((clause) => [...clause]);
}
