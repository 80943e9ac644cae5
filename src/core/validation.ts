/** What the console says of an object before it accepts it: the same sentences, about the same attributes, in the same order. */
import { z } from 'zod';
import { entries } from './validation/entries.ts';
import { expression, sameRules } from './validation/expressions.ts';
import { gaia, inList, type Objection, required, shorterThan } from './validation/objection.ts';
import { protocolPorts } from './validation/protocol-ports.ts';
import { associatedTags, metadata, organizationalMetadata, tags } from './validation/tags.ts';

export type { Objection };

export type ValidatedIdentity = 'externalnetwork' | 'networkrulesetpolicy' | 'namespace';

/**
 * Empty: the console would accept it. Throws a ZodError where the JSON has another form than the object (the console
 * answers 400 to that, before it validates). The order of the checks is the order of the attributes' names.
 */
export function validate(identity: ValidatedIdentity, object: unknown): Objection[] {
  const { name, objections } = CHECKS[identity](object);
  // A required attribute that is missing is all the console speaks of.
  return name.length > 0 ? name : objections;
}

type Checked = { readonly name: Objection[]; readonly objections: Objection[] };

const CHECKS: Record<ValidatedIdentity, (object: unknown) => Checked> = {
  externalnetwork: (object) => {
    const network = ExternalNetworkJson.parse(object);
    return {
      name: required('name', network.name),
      objections: [
        ...associatedTags(network.associatedTags),
        ...shorterThan(1024, 'description', network.description),
        ...entries(network.entries),
        ...metadata(network.metadata),
        ...shorterThan(256, 'name', network.name),
        ...protocolPorts('servicePorts', network.servicePorts),
        ...inList(['ENI', 'RDSCluster', 'RDSInstance', 'SecurityGroup', 'Subnet'], 'type', network.type),
      ],
    };
  },

  networkrulesetpolicy: (object) => {
    const ruleset = NetworkRuleSetPolicyJson.parse(object);
    return {
      name: required('name', ruleset.name),
      objections: [
        ...associatedTags(ruleset.associatedTags),
        ...shorterThan(1024, 'description', ruleset.description),
        ...ruleset.incomingRules.flatMap(networkRule),
        ...sameRules('incomingRules', ruleset.incomingRules),
        ...metadata(ruleset.metadata),
        ...shorterThan(256, 'name', ruleset.name),
        ...ruleset.outgoingRules.flatMap(networkRule),
        ...sameRules('outgoingRules', ruleset.outgoingRules),
        ...expression('subject', ruleset.subject),
      ],
    };
  },

  namespace: (object) => {
    const namespace = NamespaceJson.parse(object);
    const actions = ['Allow', 'Reject', 'Inherit'];
    return {
      name: required('name', namespace.name),
      objections: [
        ...inList(['RSA', 'EC', 'None'], 'JWTCertificateType', namespace.JWTCertificateType),
        ...associatedTags(namespace.associatedTags),
        ...inList(actions, 'defaultPUIncomingTrafficAction', namespace.defaultPUIncomingTrafficAction),
        ...inList(actions, 'defaultPUOutgoingTrafficAction', namespace.defaultPUOutgoingTrafficAction),
        ...shorterThan(1024, 'description', namespace.description),
        ...metadata(namespace.metadata),
        ...namespaceName(namespace.name),
        ...tags('networkAccessPolicyTags', namespace.networkAccessPolicyTags),
        ...organizationalMetadata(namespace.organizationalMetadata),
        ...duration('serviceCertificateValidity', namespace.serviceCertificateValidity),
        ...inList(['Default', 'Tenant', 'CloudAccount', 'Group', 'Kubernetes', 'ECS'], 'type', namespace.type),
      ],
    };
  },
};

function networkRule(rule: NetworkRuleJson | null): Objection[] {
  if (!rule) return [];
  return [
    ...inList(['Allow', 'Reject'], 'action', rule.action),
    ...shorterThan(16, 'name', rule.name),
    ...expression('object', rule.object),
    ...protocolPorts('protocolPorts', rule.protocolPorts),
  ];
}

function namespaceName(name: string): Objection[] {
  if (/^[a-zA-Z0-9-_/]+$/.test(name)) return [];
  const description = `Data '${name}' of attribute 'name' must only contain alpha numerical characters, '-' or '_'`;
  return [{ subject: 'elemental', description, attribute: 'name' }];
}

function duration(attribute: string, text: string): Objection[] {
  if (/^[+-]?(0|((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$/.test(text)) return [];
  // The console's own spelling.
  return [gaia(attribute, `Attribute '${attribute}' must be valid duration (examaple: 1h or 30s)`)];
}

/** An absent attribute (or null) has the console's default; an empty string stays one, except in a rule. */
const text = (byDefault = '') =>
  z
    .string()
    .nullish()
    .transform((value) => value ?? byDefault);
const list = <Item extends z.ZodType>(item: Item) =>
  z
    .array(item)
    .nullish()
    .transform((items) => items ?? []);
const strings = list(z.string());
const clauses = list(strings);

const ExternalNetworkJson = z.object({
  associatedTags: strings,
  description: text(),
  entries: strings,
  metadata: strings,
  name: text(),
  servicePorts: strings,
  type: text('Subnet'),
});

const NetworkRuleJson = z.object({
  action: z
    .string()
    .nullish()
    .transform((action) => action || 'Allow'),
  name: text(),
  object: clauses,
  protocolPorts: strings,
});
type NetworkRuleJson = z.infer<typeof NetworkRuleJson>;

const NetworkRuleSetPolicyJson = z.object({
  associatedTags: strings,
  description: text(),
  incomingRules: list(NetworkRuleJson.nullable()),
  metadata: strings,
  name: text(),
  outgoingRules: list(NetworkRuleJson.nullable()),
  subject: clauses,
});

const NamespaceJson = z.object({
  JWTCertificateType: text('None'),
  associatedTags: strings,
  defaultPUIncomingTrafficAction: text('Inherit'),
  defaultPUOutgoingTrafficAction: text('Inherit'),
  description: text(),
  metadata: strings,
  name: text(),
  networkAccessPolicyTags: strings,
  organizationalMetadata: strings,
  serviceCertificateValidity: text('168h'),
  type: text('Default'),
});
