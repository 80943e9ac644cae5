/** Everything the console keeps: objects by kind, who is archived, who wrote what and when. */
import type { ExternalNetwork, Namespace, Policy, ProcessingUnit, Ruleset, Stored } from './objects.ts';

export interface Kinds {
  namespace: Namespace;
  externalnetwork: ExternalNetwork;
  networkrulesetpolicy: Ruleset;
  processingunit: ProcessingUnit;
}
export type Identity = keyof Kinds;

export interface Write {
  at: string;
  operation: 'create' | 'update' | 'delete';
  identity: Identity;
  credential: string;
  claims: string[];
  namespace: string;
  object: Stored;
  before?: Stored;
}

export interface Store {
  all<K extends Identity>(identity: K): Kinds[K][];
  find<K extends Identity>(identity: K, ID: string): Kinds[K] | undefined;
  isArchived(ID: string): boolean;
  /** Puts an object in its place, new or changed. */
  put<K extends Identity>(identity: K, object: Kinds[K]): void;
  archive(identity: Identity, ID: string): void;
  erase(identity: Identity, ID: string): void;
  /** What is in force once the enforcers know it. */
  policy(): Policy;
  writes: Write[];
}

export function createStore(onChange: () => void): Store {
  const kept: { [K in Identity]: Map<string, Kinds[K]> } = {
    namespace: new Map(),
    externalnetwork: new Map(),
    networkrulesetpolicy: new Map(),
    processingunit: new Map(),
  };
  const archived = new Set<string>();
  const all = <K extends Identity>(identity: K): Kinds[K][] => [...kept[identity].values()];
  return {
    all,
    find: (identity, ID) => kept[identity].get(ID),
    isArchived: (ID) => archived.has(ID),
    put(identity, object) {
      kept[identity].set(object.ID, object);
      onChange();
    },
    archive(identity, ID) {
      const object = kept[identity].get(ID);
      if (object && !archived.has(ID)) object.normalizedTags = [...object.normalizedTags, '$archived=true'];
      archived.add(ID);
      onChange();
    },
    erase(identity, ID) {
      kept[identity].delete(ID);
      onChange();
    },
    policy: () => ({
      namespaces: all('namespace'),
      externalNetworks: all('externalnetwork').filter(({ ID }) => !archived.has(ID)),
      rulesets: all('networkrulesetpolicy'),
    }),
    writes: [],
  };
}
