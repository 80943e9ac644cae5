/** What the rules allow that nobody was seen to do, as the enforcer has it, and whether the drafts said so. */
import type { Draft } from '#core/draft.ts';
import type { Workload } from '#core/workload.ts';
import { judge } from '#sandbox/console/enforcer/connection.ts';
import type { Policy } from '#sandbox/console/objects.ts';
import type { Edge } from '#sandbox/console/traffic/edges.ts';
import { isBehind, targetOf } from '#sandbox/console/world/endpoints.ts';
import type { Pod } from '#sandbox/console/world/pods.ts';
import { podsAt, type World } from '#sandbox/console/world/world.ts';
import { type Sighted, workloadKeyOf } from './sightings.ts';
import { isNamedIn, twinsIn } from './twins.ts';

/** Who, to whom, protocol and port: `cart → redis tcp/6379`. */
export type Tuple = {
  readonly from: string;
  readonly to: string;
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
};

export type Width = {
  /** Pairs of workloads, and every port that somebody of the application listens on. */
  readonly possible: number;
  readonly allowed: number;
  readonly seen: number;
  readonly unseen: readonly (Tuple & { readonly reason: string })[];
  /** Of `unseen`: no draft had a word about it. */
  readonly unexplained: readonly Tuple[];
};

export type Wide = {
  readonly world: World;
  readonly edges: readonly Edge[];
  readonly policy: Policy;
  readonly seen: ReadonlyMap<string, Sighted>;
  readonly drafts: readonly Draft[];
  readonly workloads: ReadonlyMap<string, Workload>;
};

/** Between the workloads of the application. */
export function widthOf(wide: Wide): Width {
  const { world, policy, seen } = wide;
  const living = world.graph.services.flatMap(({ name }) => podsAt(world, name, world.startMs).slice(0, 1));
  const ports = portsInUse(wide);
  const seenTuples = new Set(
    [...seen.values()].filter(({ edge }) => edge.kind === 'edge').map(({ edge }) => nameOf(edge)),
  );
  const allowed = living.flatMap((source) =>
    living
      .filter((destination) => destination !== source)
      .flatMap((destination) =>
        ports
          .map((port) => ({ from: source.workload, to: destination.workload, ...port }))
          .filter((tuple) => isAllowed(world, policy, tuple, source, destination)),
      ),
  );
  const unseen = allowed
    .filter((tuple) => !seenTuples.has(nameOf(tuple)))
    .map((tuple) => ({ ...tuple, reason: reasonFor(wide, tuple) }));
  return {
    possible: living.length * (living.length - 1) * ports.length,
    allowed: allowed.length,
    seen: allowed.length - unseen.length,
    unseen: unseen.map(({ reason, ...tuple }) => ({ ...tuple, reason: reason ?? 'no word about it' })),
    unexplained: unseen.flatMap(({ reason, ...tuple }) => (reason === undefined ? [tuple] : [])),
  };
}

export function nameOf({ from, to, protocol, port }: Tuple): string {
  return `${from} → ${to} ${protocol}/${port}`;
}

function portsInUse({ world, edges }: Wide): Pick<Tuple, 'protocol' | 'port'>[] {
  const declared = world.graph.services.flatMap(({ ports }) =>
    ports.map((port) => `${port.protocol.toLowerCase()}/${port.containerPort}`),
  );
  const used = edges.filter(({ kind }) => kind === 'edge').map(({ protocol, port }) => `${protocol}/${port}`);
  return [...new Set([...declared, ...used])].sort().map((label) => {
    const [protocol, port] = label.split('/');
    return { protocol: protocol === 'udp' ? 'udp' : 'tcp', port: Number(port) };
  });
}

/** Straight to the pod, or by any port of a Service that leads there. */
function isAllowed(world: World, policy: Policy, tuple: Tuple, source: Pod, destination: Pod): boolean {
  const { protocol, port } = tuple;
  const dialled = new Set([port]);
  const workload = world.graph.services.find(({ name }) => name === destination.workload);
  for (const service of world.services) {
    if (!workload || !isBehind(destination.labels, service)) continue;
    for (const each of service.ports)
      if (targetOf(each, workload) === port && each.protocol.toLowerCase() === protocol) dialled.add(each.port);
  }
  const ends = {
    source: { unit: source, address: source.address },
    destination: { unit: destination, address: destination.address },
  };
  return [...dialled].some(
    (dialledPort) => judge(policy, { ...ends, protocol, port, dialledPort }).action === 'Accept',
  );
}

/** What a draft said about it; nothing where none did. */
function reasonFor(wide: Wide, tuple: Tuple): string | undefined {
  const { world, drafts, workloads, seen } = wide;
  const remarks = drafts.flatMap((draft) => draft.remarks.map(({ text }) => text));
  if (remarks.some((text) => text.startsWith('Any workload may reach any other'))) return 'namespace mode';
  const ends = [tuple.from, tuple.to].flatMap((name) => {
    const [pod] = podsAt(world, name, world.startMs);
    return (pod && workloads.get(workloadKeyOf(pod))) ?? [];
  });
  const seenTuples = [...seen.values()].flatMap(({ edge }) => (edge.kind === 'edge' ? [edge] : []));
  const isMeantForTwin = twinsIn(remarks, (name) => ownersAt(wide, name));
  const alike = seenTuples.filter(
    ({ from, to: reached }) => isMeantForTwin(from, tuple.from) && isMeantForTwin(reached, tuple.to),
  );
  if (alike.some(({ protocol, port }) => protocol === tuple.protocol && port === tuple.port))
    return 'one tag for several workloads';
  const to = ends.at(-1)?.name;
  const byAddress = drafts.flatMap(({ residual }) => residual).filter(({ because }) => because.includes('by address'));
  const [call, answer] = ends.map(({ name }, at) =>
    byAddress.some(({ group }) => (at === 0 ? group.source : group.destination) === name),
  );
  if (tuple.protocol === 'udp' && call && answer) return 'UDP is judged by address';
  if (tuple.protocol === 'udp' && call && remarks.some((text) => text.startsWith('internet is every address')))
    return 'the internet holds inside addresses too';
  const byService = remarks.some(
    (text) => text.startsWith(`${to} is called on its Service`) && isNamedIn(text, `${tuple.protocol}/${tuple.port}`),
  );
  return alike.length > 0 && byService ? 'Service and container ports' : undefined;
}

/** What the drafts call those who are behind this name; the name itself where nobody was seen there. */
function ownersAt({ world, workloads }: Wide, name: string): readonly string[] {
  const [pod] = podsAt(world, name, world.startMs);
  return (pod && workloads.get(workloadKeyOf(pod))?.owners) ?? [name];
}
