/** The sandbox console seen from beside the product: what it has, and somebody who changes it by hand. */
import { type Call, createClient } from '#console/client.ts';
import { readAppCredential } from '#console/credential.ts';
import { issuedTokens } from '#console/tokens.ts';
import { createTransport } from '#console/transport.ts';
import type { RunningConsole } from '#sandbox/console/start.ts';

/** What the console's control API shows of an object. */
type ConsoleObject = Readonly<Record<string, unknown>> & {
  readonly ID: string;
  readonly name: string;
  readonly namespace: string;
  readonly normalizedTags: readonly string[];
  readonly annotations: Readonly<Record<string, readonly string[]>>;
};
type ConsoleWrite = {
  readonly operation: 'create' | 'update' | 'delete';
  readonly identity: string;
  readonly object: ConsoleObject;
};

export function consoleSide(running: RunningConsole) {
  const { namespace, controlUrl, credentials } = running;

  async function control<Answer>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(controlUrl + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
    return (await response.json()) as Answer;
  }

  /** Somebody at the console with every right below the cluster and no manners. */
  async function byHand(call: Call): Promise<Readonly<Record<string, unknown>>> {
    const { url, tls, namespace: scope } = await readAppCredential(credentials.finalise);
    const transport = createTransport({ url, tls });
    const tokens = issuedTokens(transport, { validityMinutes: 60, restrictedNamespace: scope, now: Date.now });
    const somebody = createClient({
      scope,
      transport,
      tokens,
      trackingType: 'hand',
      trackingId: 'hand',
      pageSize: 100,
    });
    try {
      return (await somebody.call(call)).body as Readonly<Record<string, unknown>>;
    } finally {
      await somebody.close();
    }
  }

  async function namespaceObject(): Promise<ConsoleObject> {
    const all = await control<Record<string, ConsoleObject[]>>('GET', '/objects');
    const found = all.namespaces?.find(({ name }) => name === namespace);
    if (!found) throw new Error(`${namespace} is not on the console`);
    return found;
  }

  return {
    control,
    byHand,
    namespaceObject,
    /** The namespace itself, changed by somebody at the console. */
    async changeNamespace(change: Readonly<Record<string, unknown>>): Promise<void> {
      const object = await namespaceObject();
      const path = `/namespaces/${object.ID}`;
      await byHand({ method: 'PUT', namespace: object.namespace, path, body: { ...object, ...change } });
    },
    /** Rulesets and external networks of the namespace itself. */
    async objects(): Promise<ConsoleObject[]> {
      const all = await control<Record<string, ConsoleObject[]>>('GET', '/objects');
      return [...(all.externalnetworks ?? []), ...(all.networkrulesetpolicies ?? [])].filter(
        ({ namespace: home, normalizedTags }) => home === namespace && !normalizedTags.includes('$archived=true'),
      );
    },
    writes: () => control<ConsoleWrite[]>('GET', '/writes'),
    /** Somebody uses every part of the application once. */
    exercise: (...noise: readonly ('time' | 'cron' | 'scan')[]) => control('POST', '/exercise', { noise }),
  };
}
