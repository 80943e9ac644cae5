/** The console seen from beside the product: what it holds, who wrote it, and somebody who writes by hand. */
import { type Call, createClient } from '#console/client.ts';
import { readAppCredential } from '#console/credential.ts';
import { issuedTokens } from '#console/tokens.ts';
import { createTransport } from '#console/transport.ts';
import type { RunningConsole } from '#sandbox/console/start.ts';

export type ConsoleObject = Readonly<Record<string, unknown>> & {
  readonly ID: string;
  readonly name: string;
  readonly namespace: string;
  readonly normalizedTags: readonly string[];
  readonly annotations?: Readonly<Record<string, readonly string[]>>;
};
type Write = { readonly operation: string; readonly identity: string; readonly object: ConsoleObject };
type Objects = Readonly<Record<'namespaces' | 'externalnetworks' | 'networkrulesetpolicies', readonly ConsoleObject[]>>;

const POLICY: ReadonlySet<string> = new Set(['namespace', 'externalnetwork', 'networkrulesetpolicy']);

export function consoleSide({ namespace, controlUrl, credentials }: RunningConsole) {
  /** `operation identity id` of what was written by hand, as often as it was. */
  const own: string[] = [];

  async function control<Answer>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(controlUrl + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
    return (await response.json()) as Answer;
  }

  async function policyWrites(): Promise<Write[]> {
    return (await control<Write[]>('GET', '/writes')).filter(({ identity }) => POLICY.has(identity));
  }

  /** With one of the product’s credentials, and no manners. */
  async function byHand(credential: 'observe' | 'finalise', call: Call): Promise<Readonly<Record<string, unknown>>> {
    const { url, tls, namespace: scope } = await readAppCredential(credentials[credential]);
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
    const before = (await policyWrites()).length;
    try {
      return (await somebody.call(call)).body as Readonly<Record<string, unknown>>;
    } finally {
      own.push(...(await policyWrites()).slice(before).map(lineOf));
      await somebody.close();
    }
  }

  return {
    control,
    byHand,
    /** What others than the hand wrote, in order. */
    async writes(): Promise<string[]> {
      const left = [...own];
      return (await policyWrites()).map(lineOf).filter((line) => {
        const at = left.indexOf(line);
        if (at >= 0) left.splice(at, 1);
        return at < 0;
      });
    },
    /** Rulesets and external networks of the namespace itself. */
    async objects(): Promise<ConsoleObject[]> {
      const all = await control<Objects>('GET', '/objects');
      return [...all.externalnetworks, ...all.networkrulesetpolicies].filter(
        (object) => object.namespace === namespace && !object.normalizedTags.includes('$archived=true'),
      );
    },
    async namespaceObject(): Promise<ConsoleObject> {
      const found = (await control<Objects>('GET', '/objects')).namespaces.find(({ name }) => name === namespace);
      if (!found) throw new Error(`${namespace} is not on the console`);
      return found;
    },
    /** What the enforcers do with what no rule matches. */
    async defaults(): Promise<string> {
      const { effective } = await control<{ effective: { incoming: string; outgoing: string } }>('GET', '/truth');
      return `incoming ${effective.incoming}, outgoing ${effective.outgoing}`;
    },
  };
}

function lineOf({ operation, identity, object }: Write): string {
  return `${operation} ${identity} ${object.name} ${object.ID}`;
}
