/** The week after the console was started, lived in a moment: what everybody does, and what the rules in force make of it. */
import { type Judgement, judge } from '#sandbox/console/enforcer/connection.ts';
import { createDnsCache } from '#sandbox/console/enforcer/dns-cache.ts';
import { plainName } from '#sandbox/console/enforcer/external-networks.ts';
import type { Policy } from '#sandbox/console/objects.ts';
import type { Chance } from '#sandbox/console/world/chance.ts';
import { namespaceWord } from '#sandbox/console/world/graph.ts';
import { createPod, deploymentPodName, type Pod } from '#sandbox/console/world/pods.ts';
import { cronMs, cronPod, isStartUp, podsAt, type World, weekMs } from '#sandbox/console/world/world.ts';
import { connectionOf, lookupsOf } from './attempts.ts';
import type { Edge } from './edges.ts';
import { type Occurrence, weekOf } from './recorded-week.ts';
import { mayAsk } from './resolver.ts';

const dayMs = weekMs / 7;
const dnsTtlMs = 60_000;
const replacedAtLeast = 3;

export interface Judged extends Occurrence {
  judgement: Judgement;
}

/** Pods are replaced, the nightly job comes and goes, names turn to other addresses; each connection is judged as it is made. */
export function furtherWeek(world: World, edges: readonly Edge[], policy: Policy): Judged[] {
  const later = aWeekLater(world);
  const cache = createDnsCache(dnsTtlMs);
  const judged = new Map<string, Judgement>();
  const asking = new Map<string, boolean>();

  const mayLookUp = (pod: Pod): boolean => {
    const known = asking.get(pod.ID) ?? mayAsk(policy, pod);
    asking.set(pod.ID, known);
    return known;
  };

  return weekOf(later, edges).map((occurrence) => {
    const { edge, pair, atMs } = occurrence;
    const { pod } = pair.source;
    if (pod && mayLookUp(pod)) {
      for (const { name, addresses } of lookupsOf(later, edge, atMs))
        if (addresses) cache.learn(policy, pod, plainName(name), addresses, atMs);
    }
    const names = pod ? cache.names(pod, pair.destination.address, atMs) : [];
    // The rules stay as they are all week, so the same ends under the same names get the same answer.
    const key = JSON.stringify([edge.id, pod?.ID, pair.source.address, pair.destination.address, names]);
    const judgement = judged.get(key) ?? judge(policy, { ...connectionOf(edge, pair), names });
    judged.set(key, judgement);
    return { ...occurrence, judgement };
  });
}

function aWeekLater(world: World): World {
  const startMs = world.startMs + weekMs;
  const chance = world.chance.fork('further week');
  const pods = [...withReplacements(world, chance.fork('replacements'))];
  const nights = chance.fork('nights');
  for (const day of [0, 1, 2, 3, 4, 5, 6]) {
    const bornMs = world.startMs + day * dayMs + 2 * 3_600_000 + nights.between(0, 600_000);
    pods.push(cronPod(world, bornMs, bornMs + cronMs));
  }
  return { ...world, startMs, chance, pods };
}

/** Some pods are replaced one by one; one workload is rolled out anew, so that its image and its template change too. */
function withReplacements(world: World, chance: Chance): Pod[] {
  const names = world.graph.services.map(({ name }) => name);
  const starting = [...world.graph.edges, ...world.graph.external]
    .filter(({ frequency }) => isStartUp(frequency))
    .flatMap(({ from }) => (from === '*' ? names : [from]));
  const replaced = new Set(starting);
  while (replaced.size < Math.min(replacedAtLeast, names.length)) replaced.add(chance.pick(names));
  const rolledOut = chance.pick([...replaced]);

  const pods = [...world.pods];
  for (const workload of replaced) {
    const living = podsAt(world, workload, world.startMs);
    const leaving = workload === rolledOut ? living : living.slice(0, 1);
    const templateHash = chance.word(9);
    for (const before of leaving) {
      const diedMs = world.startMs + chance.between(dayMs, 5 * dayMs);
      pods[pods.indexOf(before)] = { ...before, diedMs };
      const address = unusedAddress(pods, before, chance);
      pods.push(
        successorOf(world, before, { bornMs: diedMs, address, chance, templateHash, anew: workload === rolledOut }),
      );
    }
  }
  return pods;
}

interface Succession {
  bornMs: number;
  address: string;
  chance: Chance;
  templateHash: string;
  anew: boolean;
}

function successorOf(world: World, before: Pod, succession: Succession): Pod {
  const { bornMs, address, chance, templateHash, anew } = succession;
  const { 'pod-template-hash': formerHash, ...labels } = before.labels;
  const hash = formerHash === undefined ? undefined : anew ? templateHash : formerHash;
  const image = tagValue(before, '$image=');
  return createPod(
    {
      name: hash === undefined ? before.name : deploymentPodName(namespaceWord(before.workload), hash, chance),
      workload: before.workload,
      namespace: before.namespace,
      serviceAccount: tagValue(before, '@app:k8s:serviceaccountname='),
      image: anew ? image.replace(/[^:]*$/, '1.5.0') : image,
      labels: { ...labels, ...(hash === undefined ? {} : { 'pod-template-hash': hash }) },
      node: before.node,
      address,
      bornMs,
    },
    world.newId,
  );
}

function unusedAddress(pods: readonly Pod[], { node }: Pod, chance: Chance): string {
  const taken = new Set(pods.map(({ address }) => address));
  const free = Array.from({ length: 100 }, (_, index) => `${node.podNetwork}.${100 + index}`);
  return chance.pick(free.filter((address) => !taken.has(address)));
}

function tagValue(pod: Pod, prefix: string): string {
  return pod.tags.find((tag) => tag.startsWith(prefix))?.slice(prefix.length) ?? 'default';
}
