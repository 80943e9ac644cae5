/** Which policy the enforcers have at a moment: what was written reaches them a little later. */
import type { Policy } from './objects.ts';

export interface Enforcement {
  /** Something was written; the enforcers hear of it after the delay. */
  changed(policy: Policy): void;
  inForce(nowMs: number): Policy;
}

export function createEnforcement(delayMs: () => number): Enforcement {
  let inForce: Policy = { namespaces: [], externalNetworks: [], rulesets: [] };
  let coming: { fromMs: number; policy: Policy }[] = [];
  return {
    changed(policy) {
      coming.push({ fromMs: Date.now() + delayMs(), policy });
    },
    inForce(nowMs) {
      for (const { fromMs, policy } of coming) if (fromMs <= nowMs) inForce = policy;
      coming = coming.filter(({ fromMs }) => fromMs > nowMs);
      return inForce;
    },
  };
}
