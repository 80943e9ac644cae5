/** A console with its enforcers and a week behind it, started from a program. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startControl } from './control.ts';
import { issueCredentials, writeCredentialFile } from './credential-file.ts';
import { createEnforcement } from './enforcement.ts';
import { found, settle } from './founding.ts';
import { beginLife } from './life.ts';
import { createAuthority } from './server/certificates.ts';
import { createFaults, type Fault } from './server/faults.ts';
import { startServer } from './server/server.ts';
import { createTokens } from './server/tokens.ts';
import { createStore, type Store } from './store.ts';
import { createReports, type ObservationTold } from './traffic/reports.ts';
import type { Graph } from './world/graph.ts';
import { createWorld, type World } from './world/world.ts';

export interface ConsoleOptions {
  /** The application's graph, or the file it is in. */
  app: string | Graph;
  /** Applications in namespaces beside it, without planted noise. */
  further?: readonly Graph[];
  seed?: string | number;
  port?: number;
  controlPort?: number;
  /** Where the credential files go; a new temporary one when absent. */
  folder?: string;
  /** A bearer token that is always good, for trying things by hand. */
  token?: string;
  trafficIntervalMs?: number;
  policyDelayMs?: number;
  reportDelayMs?: number | readonly [number, number];
  /** How often a connection that stays open is reported again. */
  flowReportIntervalMs?: number;
  dnsTtlMs?: number;
  /** Whether traffic goes on by itself. */
  traffic?: boolean;
  /** Whether there is a week to look back on. */
  recorded?: boolean;
  /** Whether the tenant has the vendor's DNS rule already. */
  parentDnsRule?: boolean;
  /** Whether a stale `updateTime` is refused. */
  conflicts?: boolean;
  /** How reports tell what a rule in observation mode would do. */
  observation?: ObservationTold;
  /** Told when a fault is used, after what was asked for was carried out and before it is answered. */
  onFault?: (fault: Fault) => void;
}

export interface RunningConsole {
  url: string;
  controlUrl: string;
  namespace: string;
  /** Of every application, the first one's included. */
  namespaces: readonly string[];
  /** What it keeps, for whoever runs in the same process. */
  store: Store;
  /** The paths of the credential files. */
  credentials: { observe: string; finalise: string };
  world: World;
  stop(): Promise<void>;
}

export async function startConsole(options: ConsoleOptions): Promise<RunningConsole> {
  const { app, seed = 1, port = 0, controlPort = 0, trafficIntervalMs = 4000, policyDelayMs = 1000 } = options;
  const { reportDelayMs = [500, 1500], traffic = true, recorded = true, parentDnsRule = false } = options;
  const startMs = Date.now();
  const founding = { seed: String(seed), startMs };
  const world = createWorld({ app, ...founding });
  const beside = (options.further ?? []).map((graph) => createWorld({ app: graph, ...founding, planted: false }));
  const reports = createReports(options.observation);
  // What was there before the start is in force at the start.
  let delayMs = 0;
  const enforcement = createEnforcement(() => delayMs);
  const store: Store = createStore(() => enforcement.changed(store.policy()));
  found(store, world, { parentDnsRule });
  for (const each of beside) settle(store, each);
  const surroundings = {
    store,
    reports,
    inForce: enforcement.inForce,
    dnsTtlMs: options.dnsTtlMs ?? 60_000,
    recorded,
    rhythm: {
      trafficIntervalMs,
      reportDelayMs: typeof reportDelayMs === 'number' ? ([reportDelayMs, reportDelayMs] as const) : reportDelayMs,
      flowReportIntervalMs: options.flowReportIntervalMs ?? 30 * 60_000,
    },
  };
  const lives = [world, ...beside].map((each) => beginLife(each, surroundings));
  delayMs = policyDelayMs;

  const authority = await createAuthority();
  const issued = await issueCredentials(authority, world.clusterNamespace);
  const tokens = createTokens(
    issued.map(({ credential }) => credential),
    options.token,
  );
  const faults = createFaults();
  const server = await startServer({
    port,
    tokens,
    faults,
    ...(options.onFault ? { onFault: options.onFault } : {}),
    hall: {
      store,
      reports,
      newId: world.newId,
      inForce: () => enforcement.inForce(Date.now()),
      conflicts: options.conflicts ?? true,
    },
    tls: { server: await authority.server(), authority: authority.cert },
    credentialOf: (fingerprint) =>
      issued.find(({ certificate }) => certificate.fingerprint === fingerprint)?.credential,
  });

  const control = await startControl({ port: controlPort, lives, store, faults, tokens });
  if (traffic) for (const life of lives) life.traffic.start();

  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'sandbox-console-'));
  mkdirSync(folder, { recursive: true });
  const [observe, finalise] = issued.map((one) => writeCredentialFile(folder, server.url, authority, one));
  if (!observe || !finalise) throw new Error('Both credentials are needed.');
  return {
    url: server.url,
    controlUrl: control.url,
    namespace: world.namespace,
    namespaces: lives.map((life) => life.world.namespace),
    store,
    credentials: { observe, finalise },
    world,
    async stop() {
      for (const life of lives) life.traffic.end();
      await Promise.all([server.stop(), control.stop()]);
      if (options.folder === undefined) rmSync(folder, { recursive: true });
    },
  };
}
