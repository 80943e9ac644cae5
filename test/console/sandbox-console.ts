/** A sandbox console without traffic for one test file, both of its credentials, and its back door. */
import { afterAll, beforeAll } from 'vitest';
import { type Call, createClient } from '#console/client.ts';
import { type ConsoleApi, type ConsoleApiOptions, consoleApi } from '#console/console-api.ts';
import { readAppCredential } from '#console/credential.ts';
import { issuedTokens } from '#console/tokens.ts';
import { createTransport } from '#console/transport.ts';
import { type ConsoleOptions, type RunningConsole, startConsole } from '#sandbox/console/start.ts';

const QUICK = { backoffMs: [0, 10, 20], throttledBackoffMs: [10, 20], deadlineMs: 8_000, tryMs: 2_000 };

export type Write = {
  readonly operation: 'create' | 'update' | 'delete';
  readonly identity: string;
  readonly credential: string;
  readonly object: Readonly<Record<string, unknown>> & { readonly ID: string; readonly name: string };
};

export type SandboxConsole = {
  readonly running: RunningConsole;
  readonly api: ConsoleApi;
  /** Another product, or a second worker: the same credentials on connections of its own. */
  another(options?: Partial<ConsoleApiOptions>): Promise<ConsoleApi>;
  /** Somebody at the console with every right below the cluster and no manners; answers the body. */
  byHand(call: Call): Promise<Readonly<Record<string, unknown>>>;
  control(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<unknown>;
  /** What was written since the last time this was asked. */
  newWrites(): Promise<Write[]>;
};

/** To be called at the top of a test file; what it returns is filled in before the first test. */
export function sandboxConsole(options: Partial<ConsoleOptions> = {}): SandboxConsole {
  const opened: { close(): Promise<void> }[] = [];
  let running: RunningConsole | undefined;
  let api: ConsoleApi | undefined;
  let seen = 0;
  const started = <Value>(value: Value | undefined): Value => {
    if (value === undefined) throw new Error('the console starts before the first test, not before the file');
    return value;
  };
  const another = async (more: Partial<ConsoleApiOptions> = {}) => {
    const { credentials } = started(running);
    const made = consoleApi({
      observe: { credential: await readAppCredential(credentials.observe) },
      finalise: { credential: await readAppCredential(credentials.finalise) },
      patience: QUICK,
      ...more,
    });
    opened.push(made);
    return made;
  };
  const control: SandboxConsole['control'] = async (method, path, body) => {
    const response = await fetch(started(running).controlUrl + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
    return response.json();
  };

  const byHand: SandboxConsole['byHand'] = async (call) => {
    const { url, tls, namespace } = await readAppCredential(started(running).credentials.finalise);
    const transport = createTransport({ url, tls });
    opened.push(transport);
    const tokens = issuedTokens(transport, { validityMinutes: 60, restrictedNamespace: namespace, now: Date.now });
    const client = createClient({
      scope: namespace,
      transport,
      tokens,
      trackingType: 'hand',
      trackingId: 'hand',
      pageSize: 100,
    });
    return (await client.call(call)).body as Readonly<Record<string, unknown>>;
  };

  beforeAll(async () => {
    running = await startConsole({
      app: 'sandbox/apps/hipster-shop-v0.3.1.json',
      traffic: false,
      recorded: false,
      policyDelayMs: 0,
      ...options,
    });
    api = await another();
  });
  afterAll(async () => {
    await Promise.all(opened.map((one) => one.close()));
    await running?.stop();
  });

  return {
    get running() {
      return started(running);
    },
    get api() {
      return started(api);
    },
    another,
    byHand,
    control,
    async newWrites() {
      const writes = (await control('GET', '/writes')) as Write[];
      const fresh = writes.slice(seen);
      seen = writes.length;
      return fresh;
    },
  };
}
