/** Which external networks an address belongs to, by number or by a name that was looked up. */
import type { ExternalNetwork } from '#sandbox/console/objects.ts';
import { isNetwork, prefixCovering } from './address.ts';

export interface Covering {
  network: ExternalNetwork;
  /** How exactly it matched: the longer, the more it deserves to be named. */
  prefix: number;
}

/** The longest entry that covers the address speaks for the network; an exclusion says no. */
export function coveringByAddress(network: ExternalNetwork, address: string): Covering | undefined {
  let longest: { prefix: number; excluded: boolean } | undefined;
  for (const entry of network.entries) {
    const excluded = entry.startsWith('!');
    const written = excluded ? entry.slice(1) : entry;
    if (!isNetwork(written)) continue;
    const prefix = prefixCovering(written, address);
    if (prefix === undefined) continue;
    if (!longest || prefix > longest.prefix || (prefix === longest.prefix && excluded)) longest = { prefix, excluded };
  }
  return longest && !longest.excluded ? { network, prefix: longest.prefix } : undefined;
}

/** Names count as exact as a host address. */
export function coveringByName(network: ExternalNetwork, names: readonly string[]): Covering | undefined {
  const covered = names.some((name) => network.entries.some((entry) => nameCovers(entry, name)));
  return covered ? { network, prefix: 128 } : undefined;
}

/** `*.example.com` covers every name below example.com, however deep, and not example.com itself. */
export function nameCovers(entry: string, name: string): boolean {
  if (entry.startsWith('!') || isNetwork(entry)) return false;
  const written = plainName(entry);
  return written.startsWith('*.') ? plainName(name).endsWith(written.slice(1)) : written === plainName(name);
}

export function plainName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

/** The network that is named in the report: longest prefix, then the older one. */
export function attributed(coverings: readonly Covering[]): ExternalNetwork | undefined {
  return [...coverings].sort(
    (a, b) => b.prefix - a.prefix || a.network.createTime.localeCompare(b.network.createTime),
  )[0]?.network;
}
