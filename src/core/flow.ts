/** What one flow report and one DNS lookup say. */

export const TCP = 6;
export const UDP = 17;
export const ICMP = 1;
export const ICMP6 = 58;

/** The peer that is no processing unit and matches no external network: *Somewhere* (console-api.md 4.6). */
export const SOMEWHERE = 'default';
/** The policy that decided when no rule did: the namespace's default action (console-api.md 4.7). */
export const BY_DEFAULT = 'default';

export type Endpoint = {
  readonly type: 'ProcessingUnit' | 'ExternalNetwork' | 'Claims';
  /** A processing unit's or an external network's id, or SOMEWHERE. */
  readonly id: string;
  readonly ip?: string;
};

/** What most flows share with many others: all but when and how often. */
export type FlowKind = {
  readonly namespace: string;
  readonly action: 'Accept' | 'Reject';
  /** A ruleset's id, BY_DEFAULT, or `local` for a processing unit that talks to itself. */
  readonly policyId: string;
  readonly ruleName?: string;
  /** The ruleset at the other end of a connection between processing units, where the console says it. */
  readonly remotePolicyId?: string;
  readonly remoteNamespace?: string;
  readonly dropReason?: string;
  readonly source: Endpoint;
  readonly destination: Endpoint;
  /** IANA number. */
  readonly protocol: number;
  /** Destination port; absent for ICMP. */
  readonly port?: number;
  /** What is said of a rule that is only observed; whether it or the real verdict stands here differs (console-api.md 4.8). */
  readonly observed?: { readonly action: 'Accept' | 'Reject'; readonly policyId: string };
  /** Lower case, without trailing dot; only on newer consoles. */
  readonly destinationName?: string;
};

/** Times are milliseconds since the epoch. */
export type Flow = FlowKind & {
  readonly at: number;
  /** How many flows this report counts. */
  readonly value: number;
};

export type DnsLookup = {
  readonly at: number;
  readonly processingUnitId: string;
  /** Lower case, without trailing dot. */
  readonly name: string;
  readonly ips: readonly string[];
  readonly cnames: readonly string[];
};

/** `Logging.GoogleAPIs.com.` → `logging.googleapis.com`. */
export function foldName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}
