/** What Lockstep can ask of the console and tell it, and which of the two credentials does it. */
import type { NewExternalNetwork } from '#core/external-network.ts';
import type { DnsLookup } from '#core/flow.ts';
import type { FlowLog } from '#core/flow-log.ts';
import type { NewNetworkRuleset } from '#core/network-ruleset.ts';
import type { DefaultActions, OwnAction } from '#core/policy.ts';
import { type Client, createClient } from './client.ts';
import type { AppCredential } from './credential.ts';
import { type Marked, type Marking, markNamespace } from './namespace-marks.ts';
import {
  type ActionsOptions,
  addTagPrefixes,
  type NamespaceFacts,
  namespacesBelow,
  type PrefixesOf,
  readNamespace,
  removeTagPrefixes,
  setDefaultActions,
  type Written,
} from './namespaces.ts';
import { type Deletion, deleteOurs, ensure, type Made, type Whose, type Wish } from './objects.ts';
import { type PolicyReading, readPolicy } from './policy.ts';
import { type ReportPage, readDnsLookups, readFlows, WINDOWS, type Windows } from './reports.ts';
import { issuedTokens, readyMadeToken } from './tokens.ts';
import { createTransport, type Patience } from './transport.ts';
import { readProcessingUnits, readProcessingUnitsByIds, renderedFor } from './units.ts';
import type { Annotations } from './wire/fields.ts';
import { EXTERNAL_NETWORK, type ObjectName, RULESET } from './wire/objects.ts';
import { flowReports } from './wire/reports.ts';
import type { ConsoleUnit, RenderedPolicy } from './wire/units.ts';

/** Times are milliseconds since the epoch. Everything that fails is a ConsoleFailure. */
export type ConsoleApi = {
  /** Nothing where the console does not know it, or does not show it to this credential. */
  readNamespace(path: string): Promise<NamespaceFacts | undefined>;
  /** Paths of the Kubernetes namespaces below, however deep. */
  namespacesBelow(path: string): Promise<string[]>;
  readPolicy(path: string): Promise<PolicyReading>;
  readProcessingUnits(path: string, options?: { readonly archived?: boolean }): Promise<ConsoleUnit[]>;
  /** `elsewhere`: namespaces that the reports named, for units outside the credential's own namespace. */
  readProcessingUnitsByIds(
    ids: readonly string[],
    elsewhere?: readonly string[],
  ): Promise<{ readonly units: readonly ConsoleUnit[]; readonly missing: readonly string[] }>;
  renderedFor(unit: Pick<ConsoleUnit, 'id' | 'namespace'>): Promise<RenderedPolicy>;
  /** One page for each window, in order; every report of `[from, to)` once. */
  readFlows(path: string, from: number, to: number): AsyncIterable<ReportPage<FlowLog>>;
  readDnsLookups(path: string, from: number, to: number): AsyncIterable<ReportPage<readonly DnsLookup[]>>;

  ensureExternalNetwork(path: string, wish: Wish<NewExternalNetwork>): Promise<Made>;
  ensureRuleset(path: string, wish: Wish<NewNetworkRuleset>): Promise<Made>;
  deleteOurs(path: string, kind: ObjectName, id: string, whose: Whose): Promise<Deletion>;

  /** `former` and `now` are the local lists. With the credential that may change namespaces. */
  addTagPrefixes(
    path: string,
    prefixes: readonly string[],
    key: string,
    by: PrefixesOf,
  ): Promise<Written<readonly string[]>>;
  /** Those that the namespace itself says were added by this stage. */
  removeTagPrefixes(path: string, key: string, by: PrefixesOf): Promise<Written<readonly string[]>>;
  /**
   * Refuses (`conflict`, not passing) where the actions are neither the wish nor `expected`, and for what `unless` says of
   * the annotations. `marks` are written together with the actions: annotations of the namespace, empty ones taken off.
   */
  setDefaultActions(
    path: string,
    actions: DefaultActions<OwnAction>,
    expected: DefaultActions<OwnAction>,
    key: string,
    options?: ActionsOptions,
  ): Promise<Written<DefaultActions<OwnAction>>>;
  /** Annotations of the namespace itself, decided by those that it carries; empty ones are taken off. */
  markNamespace(path: string, decide: (annotations: Annotations) => Marking, key: string): Promise<Marked>;

  close(): Promise<void>;
};

/** An app credential, or a token that somebody made; a token cannot be renewed. */
type Access =
  | {
      readonly credential: AppCredential;
      /** `namespace,put`, `@auth:role=…`: tokens may do less than the credential, never more. */
      readonly restrictedPermissions?: readonly string[];
    }
  | {
      readonly url: string;
      readonly token: string;
      readonly namespace: string;
      readonly certificateAuthority?: string;
    };

export type ConsoleApiOptions = {
  /** Reads everything, writes external networks and rulesets. */
  readonly observe: Access;
  /** Changes the namespace itself; without it, `observe` does that too. */
  readonly finalise?: Access;
  readonly tokenValidityMinutes?: number;
  /** Narrower than the credential's own namespace. */
  readonly restrictedNamespace?: string;
  readonly patience?: Partial<Patience>;
  readonly windows?: Partial<Windows>;
  readonly pageSize?: number;
  readonly maxResponseBytes?: number;
  /** What the console's audit shows beside our identity, where no lockdown's id does. */
  readonly trackingId?: string;
  readonly now?: () => number;
};

export function consoleApi(options: ConsoleApiOptions): ConsoleApi {
  const observe = clientOf(options.observe, options);
  const finalise = options.finalise ? clientOf(options.finalise, options) : observe;
  const windows = { ...WINDOWS, ...options.windows };
  const flows = flowReports();
  return {
    readNamespace: (path) => readNamespace(observe, path),
    namespacesBelow: (path) => namespacesBelow(observe, path),
    readPolicy: (path) => readPolicy(observe, path),
    readProcessingUnits: (path, which) => readProcessingUnits(observe, path, which),
    readProcessingUnitsByIds: (ids, elsewhere) => readProcessingUnitsByIds(observe, ids, elsewhere),
    renderedFor: (unit) => renderedFor(observe, unit),
    readFlows: (path, from, to) => readFlows(observe, flows, { path, from, to }, windows),
    readDnsLookups: (path, from, to) => readDnsLookups(observe, { path, from, to }, windows),

    ensureExternalNetwork: (path, wish) => ensure(observe, EXTERNAL_NETWORK, path, wish),
    ensureRuleset: (path, wish) => ensure(observe, RULESET, path, wish),
    deleteOurs: (path, kind, id, whose) => deleteOurs(observe, kind, path, id, whose),

    addTagPrefixes: (path, prefixes, key, by) => addTagPrefixes(finalise, path, prefixes, key, by),
    removeTagPrefixes: (path, key, by) => removeTagPrefixes(finalise, path, key, by),
    setDefaultActions: (path, actions, expected, key, options) =>
      setDefaultActions(finalise, path, actions, expected, key, options),
    markNamespace: (path, decide, key) => markNamespace(finalise, path, decide, key),

    async close() {
      await Promise.all([...new Set([observe, finalise])].map((client) => client.close()));
    },
  };
}

function clientOf(access: Access, options: ConsoleApiOptions): Client {
  const { url, tls, namespace } = 'credential' in access ? access.credential : ofToken(access);
  const transport = createTransport({
    url,
    tls,
    ...(options.patience ? { patience: options.patience } : {}),
    ...(options.maxResponseBytes ? { maxResponseBytes: options.maxResponseBytes } : {}),
  });
  const scope = options.restrictedNamespace ?? namespace;
  const tokens =
    'token' in access
      ? readyMadeToken(access.token)
      : issuedTokens(transport, {
          validityMinutes: options.tokenValidityMinutes ?? 60,
          restrictedNamespace: scope,
          ...(access.restrictedPermissions ? { restrictedPermissions: access.restrictedPermissions } : {}),
          now: options.now ?? Date.now,
        });
  return createClient({
    scope,
    transport,
    tokens,
    trackingType: 'slack-bot',
    trackingId: options.trackingId ?? 'lockstep',
    pageSize: options.pageSize ?? 500,
  });
}

function ofToken(access: Extract<Access, { readonly token: string }>) {
  const { url, namespace, certificateAuthority } = access;
  return { url, namespace, tls: certificateAuthority ? { ca: [certificateAuthority] } : {} };
}
