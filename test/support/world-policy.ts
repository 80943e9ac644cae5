/** A world's policy and workloads as the product reads them, without a network in between. */
import type { Client } from '#console/client.ts';
import { readPolicy } from '#console/policy.ts';
import type { Policy } from '#core/policy.ts';
import { type Workload, workloadKey, workloadsOf } from '#core/workload.ts';
import type { Policy as Objects } from '#sandbox/console/objects.ts';
import type { World } from './worlds.ts';

export async function policyAt(world: World, namespace: string): Promise<Policy> {
  return (await readPolicy(clientFor(world.policy), namespace)).policy;
}

export function workloadsIn(world: World): Map<string, Workload> {
  return workloadsOf(world.units.map(({ ID, ...unit }) => ({ ...unit, id: ID, name: ID })));
}

export function keyOf(unit: World['units'][number]): string {
  return workloadKey(unit);
}

/**
 * Lists all that there is, whatever is asked: what does not reach a namespace must be left out by the verdict too, not only by
 * a console. No unit is running, so that the product has nothing but the objects to go by.
 */
function clientFor(objects: Objects): Client {
  const listed = new Map<string, readonly unknown[]>([
    ['/namespaces', objects.namespaces],
    ['/networkrulesetpolicies', objects.rulesets],
    ['/externalnetworks', objects.externalNetworks],
    ['/processingunits', []],
  ]);
  const unanswered = ({ path }: { readonly path: string }) => Promise.reject(new Error(`${path} is not answered here`));
  return {
    scope: '/',
    async *list({ path }) {
      const elements = listed.get(path);
      if (!elements) throw new Error(`${path} is not listed here`);
      yield { elements, where: path };
    },
    call: unanswered,
    callForBytes: unanswered,
    close: () => Promise.resolve(),
  };
}
