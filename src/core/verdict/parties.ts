/** Who is at the other end, as far as any rule can tell one from another. */
import type { Peer } from '../edge.ts';
import type { Workload } from '../workload.ts';
import type { TagBits } from './clauses.ts';
import type { CompiledPolicy, NetworksOfPeer } from './compiled-policy.ts';

export type Party = {
  /** Known by identity: its tags, and itself where they could be read. */
  readonly tags?: TagBits;
  readonly peer?: Workload;
  /** Known by address. */
  readonly networks?: NetworksOfPeer;
};

/** Addresses in the same networks are one party; an address is read and looked up once. */
export class Parties {
  private readonly compiled: CompiledPolicy;
  private readonly workloads: ReadonlyMap<string, Workload>;
  private readonly byWorkload = new Map<string, Party>();
  private readonly byUnknown = new Map<string, Party>();
  /** An address's set of networks, by what the address is written as. */
  private readonly sets = new Map<string | undefined, number>();
  private readonly bySet = new Map<number, Party>();
  /** By name, or by the list of names, then by set. */
  private readonly byName = new Map<string, Map<number, Party>>();
  private readonly byNames = new Map<string, Map<number, Party>>();

  constructor(compiled: CompiledPolicy, workloads: ReadonlyMap<string, Workload>) {
    this.compiled = compiled;
    this.workloads = workloads;
  }

  workload({ workload: key, namespace }: Extract<Peer, { kind: 'workload' }>): Party {
    const known = this.byWorkload.get(key);
    if (known) return known;
    const peer = this.workloads.get(key);
    if (!peer) return remembered(this.byUnknown, namespace, () => ({ tags: this.compiled.bitsOfUnknown(namespace) }));
    const party: Party = { tags: this.compiled.bits(peer), peer };
    this.byWorkload.set(key, party);
    return party;
  }

  address(address: string | undefined): Party {
    const set = this.setOf(address);
    return remembered(this.bySet, set, () => ({ networks: this.compiled.networksIn(set) }));
  }

  /** `known`: found by the source's own lookups; `elsewhere`: by somebody else's. */
  addressWithNames(address: string, known: readonly string[], elsewhere: readonly string[]): Party {
    const set = this.setOf(address);
    const [name] = known;
    // Nearly every address has one name, which then is its own key: writing a list down costs as much as all the rest.
    const bySet =
      name !== undefined && known.length === 1 && elsewhere.length === 0
        ? remembered(this.byName, name, () => new Map<number, Party>())
        : remembered(this.byNames, JSON.stringify([known, elsewhere]), () => new Map<number, Party>());
    return remembered(bySet, set, () => ({ networks: this.compiled.networksIn(set, { known, elsewhere }) }));
  }

  private setOf(address: string | undefined): number {
    return remembered(this.sets, address, () => this.compiled.setOf(address));
  }
}

function remembered<Key, Value>(known: Map<Key, Value>, key: Key, learn: () => Value): Value {
  let value = known.get(key);
  if (value === undefined) {
    value = learn();
    known.set(key, value);
  }
  return value;
}
