/** A process that dies at a chosen moment: just before, or just after, the n-th thing it does to the world. */

export type Death = {
  /** Which of the things it does to the world, counted from 1. */
  readonly at: number;
  /** `unheard`: it was done, and the process died before it knew. */
  readonly moment: 'before' | 'unheard';
};

class Died extends Error {
  override name = 'Died' as const;
}

/**
 * What only looks changes nothing, so dying before or after a look is dying after the last thing that was done. Whatever
 * is not known to be a look counts as something done.
 */
const LOOKS: Readonly<Record<string, ReadonlySet<string>>> = {
  lockdowns: new Set(['read', 'history', 'openOf', 'open', 'recent', 'endedBefore', 'forgotten', 'entryOf']),
  edges: new Set(['collected', 'trouble', 'edges', 'edgesById', 'units']),
  evidence: new Set(['draft', 'frozen', 'shadow', 'verify', 'watch', 'discovery', 'nudges', 'former', 'written']),
  inbox: new Set(['waiting', 'kept', 'wasHeard']),
  cards: new Set(['find', 'get', 'shown', 'holds', 'told', 'isBehind']),
  queues: new Set(['underWay', 'scheduled']),
  console: new Set([
    'readNamespace',
    'namespacesBelow',
    'readPolicy',
    'readProcessingUnits',
    'readProcessingUnitsByIds',
    'renderedFor',
    'readFlows',
    'readDnsLookups',
  ]),
  slack: new Set(['chat.getPermalink', 'conversations.history', 'conversations.replies']),
};

export function mortal() {
  let death: Death | undefined;
  let state: 'out of reach' | 'alive' | 'dead' = 'out of reach';
  const isDead = () => state === 'dead';
  let done: string[] = [];

  function called(port: string, name: string, call: () => unknown): unknown {
    if (state === 'out of reach') return call();
    if (state === 'dead') throw new Died('a dead process does nothing');
    if (LOOKS[port]?.has(name)) return call();
    done.push(`${port}.${name}`);
    if (done.length !== death?.at) return call();
    return dying(name, call);
  }

  async function dying(name: string, call: () => unknown): Promise<never> {
    if (death?.moment === 'before') state = 'dead';
    else {
      await call();
      state = 'dead';
    }
    throw new Died(`it died ${death?.moment === 'before' ? 'before' : 'after'} ${name}`);
  }

  function through<Port extends object>(port: string, target: Port, path = ''): Port {
    return new Proxy(target, {
      get(_, property) {
        const value: unknown = Reflect.get(target, property);
        if (typeof property === 'symbol') return value;
        const name = path + property;
        if (typeof value === 'function')
          return (...given: unknown[]) => called(port, name, () => Reflect.apply(value, target, given));
        return typeof value === 'object' && value !== null ? through(port, value, `${name}.`) : value;
      },
    });
  }

  /** Runs something as a process that dies as said, or not at all; answers what it did to the world. */
  async function live(until: Death | undefined, run: () => Promise<void>): Promise<{ died: boolean; done: string[] }> {
    death = until;
    done = [];
    state = 'alive';
    try {
      await run();
    } catch (error) {
      if (!isDead()) throw error;
    }
    const died = isDead();
    state = 'out of reach';
    return { died, done };
  }

  return { through: <Port extends object>(port: string, target: Port) => through(port, target), live };
}
