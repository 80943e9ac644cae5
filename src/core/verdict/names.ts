/** Which external networks hold a name. */
import { foldName } from '../flow.ts';

/** `known`: found by the source's own lookups; `elsewhere`: by somebody else's, which proves nothing for this unit. */
export type NamesOfPeer = { readonly known: readonly string[]; readonly elsewhere: readonly string[] };

/** Exact names and `*.` wildcards; a wildcard holds every name below it, however deep, and not the name it is below. */
export class NameTable {
  readonly named: readonly number[];
  private readonly exact = new Map<string, number[]>();
  private readonly below = new Map<string, number[]>();

  constructor(names: readonly (readonly string[])[]) {
    this.named = names.flatMap((list, index) => (list.length > 0 ? [index] : []));
    for (const [index, list] of names.entries()) {
      for (const name of list.map(foldName)) {
        const [table, key] = name.startsWith('*.') ? [this.below, name.slice(2)] : [this.exact, name];
        const networks = table.get(key);
        if (networks) networks.push(index);
        else table.set(key, [index]);
      }
    }
  }

  find(name: string): number[] {
    const folded = foldName(name);
    const networks = [...(this.exact.get(folded) ?? [])];
    for (let dot = folded.indexOf('.', 1); dot > 0; dot = folded.indexOf('.', dot + 1)) {
      const wildcards = this.below.get(folded.slice(dot + 1));
      if (wildcards) networks.push(...wildcards);
    }
    return networks;
  }
}
