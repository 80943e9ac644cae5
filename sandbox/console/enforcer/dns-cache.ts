/** Which names a processing unit looked up, and until when its enforcer remembers their addresses. */
import type { Policy } from '#sandbox/console/objects.ts';
import type { Unit } from './decide.ts';
import { nameCovers } from './external-networks.ts';
import { visibleFrom } from './hierarchy.ts';

interface Known {
  unitID: string;
  name: string;
  address: string;
  untilMs: number;
}

export interface DnsCache {
  learn(policy: Policy, unit: Unit, name: string, addresses: readonly string[], nowMs: number): void;
  names(unit: Unit, address: string, nowMs: number): string[];
}

export function createDnsCache(ttlMs: number): DnsCache {
  let known: Known[] = [];
  return {
    /** An answer nobody's network asks for is forgotten at once: what was looked up before the rule does not count. */
    learn(policy, unit, name, addresses, nowMs) {
      known = known.filter(({ untilMs }) => untilMs > nowMs);
      if (!isAskedFor(policy, unit, name)) return;
      for (const address of addresses) known.push({ unitID: unit.ID, name, address, untilMs: nowMs + ttlMs });
    },
    names(unit, address, nowMs) {
      const live = known.filter(
        (entry) => entry.unitID === unit.ID && entry.address === address && entry.untilMs > nowMs,
      );
      return [...new Set(live.map(({ name }) => name))];
    },
  };
}

export function isAskedFor(policy: Policy, unit: Unit, name: string): boolean {
  return policy.externalNetworks.some(
    (network) => visibleFrom(unit.namespace, network) && network.entries.some((entry) => nameCovers(entry, name)),
  );
}
