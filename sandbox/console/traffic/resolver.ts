/** Whether a pod may ask the cluster's resolver at all. */
import { judge } from '#sandbox/console/enforcer/connection.ts';
import type { Unit } from '#sandbox/console/enforcer/decide.ts';
import type { Policy } from '#sandbox/console/objects.ts';
import { dnsAddress } from '#sandbox/console/world/cluster.ts';

export function mayAsk(policy: Policy, unit: Unit & { address: string }): boolean {
  const question = {
    protocol: 'udp',
    port: 53,
    source: { unit, address: unit.address },
    destination: { address: dnsAddress },
  } as const;
  return judge(policy, question).action === 'Accept';
}
