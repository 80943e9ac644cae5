/** The console's objects as they travel: namespaces, external networks, rulesets, processing units. */
export type RuleAction = 'Allow' | 'Reject';
export type DefaultAction = RuleAction | 'Inherit';
export type Expression = string[][];

export interface Stored {
  ID: string;
  namespace: string;
  name: string;
  description: string;
  annotations: Record<string, string[]>;
  associatedTags: string[];
  metadata: string[];
  normalizedTags: string[];
  protected: boolean;
  createTime: string;
  updateTime: string;
}

export interface Namespace extends Stored {
  type: string;
  defaultPUIncomingTrafficAction: DefaultAction;
  defaultPUOutgoingTrafficAction: DefaultAction;
  tagPrefixes: string[];
  organizationalMetadata: string[];
}

export interface ExternalNetwork extends Stored {
  entries: string[];
  type: string;
  servicePorts: string[];
  propagate: boolean;
}

export interface NetworkRule {
  action: RuleAction;
  object: Expression;
  protocolPorts: string[];
  name?: string;
  logsDisabled?: boolean;
  observationEnabled?: boolean;
}

export interface Ruleset extends Stored {
  subject: Expression;
  incomingRules: NetworkRule[];
  outgoingRules: NetworkRule[];
  propagate: boolean;
  fallback: boolean;
  disabled: boolean;
}

export interface ProcessingUnit extends Stored {
  type: string;
  operationalStatus: string;
  enforcementStatus: string;
  enforcerID: string;
  enforcerNamespace: string;
  images: string[];
  nativeContextID: string;
  lastSyncTime: string;
}

/** What enforcers are told: everything that is not archived, at one moment. */
export interface Policy {
  namespaces: readonly Namespace[];
  externalNetworks: readonly ExternalNetwork[];
  rulesets: readonly Ruleset[];
}
