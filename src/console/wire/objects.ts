/** The JSON of external networks and network rulesets, read and written, and when two of them say the same. */
import { z } from 'zod';
import type { ExternalNetwork, NewExternalNetwork } from '#core/external-network.ts';
import { foldName } from '#core/flow.ts';
import type { NetworkRule, NetworkRuleset, NewNetworkRuleset } from '#core/network-ruleset.ts';
import type { Clauses } from '#core/tags.ts';
import {
  type Annotations,
  annotations,
  clauses,
  flag,
  id,
  listOf,
  type Page,
  parse,
  parseAll,
  type RawObject,
  rawObject,
  strings,
  text,
  time,
} from './fields.ts';

const Network = z.object({
  ID: id,
  name: z.string(),
  namespace: z.string(),
  entries: strings,
  associatedTags: strings,
  normalizedTags: strings,
  propagate: flag,
  annotations,
  updateTime: time,
});

const Rule = z.object({
  name: text,
  action: z.enum(['Allow', 'Reject']).default('Allow'),
  object: clauses,
  protocolPorts: strings,
  observationEnabled: flag,
  logsDisabled: flag,
});

const Ruleset = z.object({
  ID: id,
  name: z.string(),
  namespace: z.string(),
  subject: clauses,
  incomingRules: listOf(Rule),
  outgoingRules: listOf(Rule),
  propagate: flag,
  disabled: flag,
  fallback: flag,
  annotations,
  updateTime: time,
});

export function readExternalNetworks(page: Page): ExternalNetwork[] {
  return parseAll(Network, page).map((object) => ({
    id: object.ID,
    name: object.name,
    namespace: object.namespace,
    entries: object.entries,
    tags: object.normalizedTags.length > 0 ? object.normalizedTags : object.associatedTags,
    propagate: object.propagate,
    annotations: object.annotations,
  }));
}

export function readRulesets(page: Page): NetworkRuleset[] {
  return parseAll(Ruleset, page).map((object) => ({
    id: object.ID,
    name: object.name,
    namespace: object.namespace,
    subject: object.subject,
    incomingRules: object.incomingRules.map(ruleOf),
    outgoingRules: object.outgoingRules.map(ruleOf),
    propagate: object.propagate,
    disabled: object.disabled,
    fallback: object.fallback,
    annotations: object.annotations,
    updatedAt: object.updateTime,
  }));
}

function ruleOf(rule: z.output<typeof Rule>): NetworkRule {
  return {
    ...(rule.name === '' ? {} : { name: rule.name }),
    action: rule.action,
    object: rule.object,
    protocolPorts: rule.protocolPorts,
    ...(rule.observationEnabled ? { observationEnabled: true } : {}),
  };
}

/** How one kind of object is found, written and compared. */
export type ObjectKind<New> = {
  readonly resource: string;
  readonly identity: 'externalnetwork' | 'networkrulesetpolicy';
  readonly body: (object: New, annotations: Annotations) => RawObject;
  readonly stored: (page: Page) => StoredObject[];
};

/** An object on the console, as far as making it so needs it. */
export type StoredObject = {
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
  readonly annotations: Annotations;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly archived: boolean;
  /** The same for objects that mean the same, whatever their order of rules, tags and entries. */
  readonly meaning: string;
  readonly raw: RawObject;
};

export const EXTERNAL_NETWORK: ObjectKind<NewExternalNetwork> = {
  resource: '/externalnetworks',
  identity: 'externalnetwork',
  body: (network, notes) => ({
    name: network.name,
    entries: network.entries,
    associatedTags: network.associatedTags,
    annotations: notes,
    propagate: false,
  }),
  stored: (page) => storedObjects(page, meaningOfNetwork),
};

export const RULESET: ObjectKind<NewNetworkRuleset> = {
  resource: '/networkrulesetpolicies',
  identity: 'networkrulesetpolicy',
  body: (ruleset, notes) => ({
    name: ruleset.name,
    subject: ruleset.subject,
    incomingRules: ruleset.incomingRules.map(ruleBody),
    outgoingRules: ruleset.outgoingRules.map(ruleBody),
    annotations: notes,
    propagate: false,
    disabled: false,
    fallback: false,
  }),
  stored: (page) => storedObjects(page, meaningOfRuleset),
};

export type ObjectName = 'external-network' | 'ruleset';
export const OBJECT_KINDS = { 'external-network': EXTERNAL_NETWORK, ruleset: RULESET } as const;

/** Logs stay on: a rule whose flows are not reported cannot be verified. */
function ruleBody(rule: NetworkRule): RawObject {
  return {
    ...(rule.name === undefined ? {} : { name: rule.name }),
    action: rule.action,
    object: rule.object,
    protocolPorts: rule.protocolPorts,
    observationEnabled: rule.observationEnabled ?? false,
    logsDisabled: false,
  };
}

/** Two bodies mean the same when this is the same. */
export function meaningOf(identity: ObjectKind<unknown>['identity'], body: RawObject): string {
  return identity === 'externalnetwork' ? meaningOfNetwork(body, '') : meaningOfRuleset(body, '');
}

const NetworkMeaning = Network.pick({ name: true, entries: true, associatedTags: true, propagate: true });
const RulesetMeaning = Ruleset.omit({ ID: true, namespace: true, annotations: true, updateTime: true });

function meaningOfNetwork(value: unknown, where: string): string {
  const { name, entries, associatedTags, propagate } = parse(NetworkMeaning, value, where);
  return JSON.stringify([name, entries.map(foldName).sort(), [...associatedTags].sort(), propagate]);
}

function meaningOfRuleset(value: unknown, where: string): string {
  const { name, subject, incomingRules, outgoingRules, propagate, disabled, fallback } = parse(
    RulesetMeaning,
    value,
    where,
  );
  return JSON.stringify([
    name,
    sortedClauses(subject),
    incomingRules.map(meaningOfRule).sort(),
    outgoingRules.map(meaningOfRule).sort(),
    propagate,
    disabled,
    fallback,
  ]);
}

function meaningOfRule(rule: z.output<typeof Rule>): string {
  const ports = rule.protocolPorts.map((port) => port.toLowerCase()).sort();
  return JSON.stringify([
    rule.name,
    rule.action,
    sortedClauses(rule.object),
    ports,
    rule.observationEnabled,
    rule.logsDisabled,
  ]);
}

function sortedClauses(value: Clauses): string[] {
  return value.map((clause) => JSON.stringify([...clause].sort())).sort();
}

const Stored = z.object({
  ID: id,
  name: z.string(),
  namespace: z.string(),
  annotations,
  createTime: time.optional(),
  updateTime: time,
  normalizedTags: strings,
});

function storedObjects(page: Page, meaning: (value: unknown, where: string) => string): StoredObject[] {
  return page.elements.map((element, index) => {
    const object = parse(Stored, element, page.where, String(index));
    return {
      id: object.ID,
      name: object.name,
      namespace: object.namespace,
      annotations: object.annotations,
      createdAt: object.createTime ?? object.updateTime,
      updatedAt: object.updateTime,
      archived: object.normalizedTags.includes('$archived=true'),
      meaning: meaning(element, page.where),
      raw: parse(rawObject, element, page.where, String(index)),
    };
  });
}
