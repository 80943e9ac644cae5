/** How somebody's traffic is put into a recorded week: who calls, what was asked before, how often. */
import type { DnsLookup, Flow } from '#core/flow.ts';
import type { Chance } from '#sandbox/console/world/chance.ts';
import type { Pod } from '#sandbox/console/world/pods.ts';
import { podsAt, weekMs } from '#sandbox/console/world/world.ts';
import { unitOf, type Week } from './week.ts';

const HOUR = 3_600_000;

export type Planted = {
  readonly week: Week;
  /** The planted reports, among those of the week. */
  readonly flows: readonly Flow[];
};

export type Habit = 'all week' | 'last day' | 'every minute';

export type Call = {
  readonly to: string;
  readonly name?: string;
  readonly port: number;
  readonly protocol?: 'tcp' | 'udp';
};

/** Reports of each pod calling, in order of time. */
export function calling(
  week: Week,
  pods: readonly Pod[],
  calls: readonly Call[],
  habit: Habit,
  chance: Chance,
): Planted {
  const flows: Flow[] = [];
  const lookups: DnsLookup[] = [];
  for (const pod of pods) {
    for (const call of calls) {
      for (const { at, value } of times(week, pod, habit, chance)) {
        if (call.name !== undefined)
          lookups.push({ at: at - 100, processingUnitId: pod.ID, name: call.name, ips: [call.to], cnames: [] });
        flows.push(outgoing(week, pod, call, at, value));
      }
    }
  }
  return planted(week, flows, lookups);
}

export function planted(
  week: Week,
  flows: readonly Flow[],
  lookups: readonly DnsLookup[] = [],
  pods: Pod[] = [],
): Planted {
  return {
    flows,
    week: {
      ...week,
      flows: [...week.flows, ...flows],
      lookups: [...week.lookups, ...lookups].sort((a, b) => a.at - b.at),
      units: [...week.units, ...pods.map(unitOf)],
    },
  };
}

export function outgoing(
  { world }: Week,
  pod: Pod,
  { to, port, protocol = 'tcp' }: Call,
  at: number,
  value: number,
): Flow {
  return {
    ...common(world.namespace, protocol, port, at, value),
    source: { type: 'ProcessingUnit', id: pod.ID, ip: pod.address },
    destination: { type: 'ExternalNetwork', id: 'default', ip: to },
  };
}

export function incoming({ world }: Week, from: string, pod: Pod, port: number, at: number, value: number): Flow {
  return {
    ...common(world.namespace, 'tcp', port, at, value),
    source: { type: 'ExternalNetwork', id: 'default', ip: from },
    destination: { type: 'ProcessingUnit', id: pod.ID, ip: pod.address },
  };
}

function common(namespace: string, protocol: 'tcp' | 'udp', port: number, at: number, value: number) {
  return {
    at,
    value,
    namespace,
    action: 'Accept' as const,
    policyId: 'default',
    protocol: protocol === 'tcp' ? 6 : 17,
    port,
  };
}

function times({ world }: Week, pod: Pod, habit: Habit, chance: Chance): { at: number; value: number }[] {
  const end = world.startMs;
  const begin = Math.max(pod.bornMs, habit === 'last day' ? end - 20 * HOUR : end - weekMs);
  const found: { at: number; value: number }[] = [];
  if (habit === 'every minute') {
    for (let at = begin + 60_000; at < end; at += HOUR) found.push({ at, value: 60 });
    return found;
  }
  for (let at = begin + chance.between(1, 60) * 60_000; at < end; at += chance.between(60, 300) * 60_000)
    found.push({ at, value: chance.between(1, 40) });
  return found;
}

/** Pods alive at the end of the week, by workload; of deployments there are several. */
export function livingPods({ world }: Week): Map<string, Pod[]> {
  return new Map(
    world.graph.services.map(({ name }): [string, Pod[]] => [
      name,
      podsAt(world, name, world.startMs).sort((a, b) => a.bornMs - b.bornMs),
    ]),
  );
}
