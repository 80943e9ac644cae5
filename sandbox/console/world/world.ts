/** The world an application graph describes: who lives where, since when, and what is around it. */
import type { Chance } from './chance.ts';
import { createChance } from './chance.ts';
import { type ClusterService, createNodes, createServices, kubeDns, type Node } from './cluster.ts';
import { type Graph, kubernetesNamespace, namespaceWord, readGraph, type Workload } from './graph.ts';
import { createIds, type NewId } from './ids.ts';
import { publicAddress } from './names.ts';
import { createPod, deploymentPodName, type Pod } from './pods.ts';

export const weekMs = 7 * 24 * 3_600_000;
const dayMs = weekMs / 7;

export interface World {
  graph: Graph;
  seed: string;
  startMs: number;
  /** Whether noise is planted beside what the graph says: a nightly job, a clock, a scan. */
  planted: boolean;
  clusterNamespace: string;
  namespace: string;
  kubernetesNamespace: string;
  nodes: Node[];
  services: ClusterService[];
  /** Everybody who lived at any time, here and in the namespaces next door. */
  pods: Pod[];
  /** Names of workloads outside the application's namespace that call into it. */
  outsiders: string[];
  /** Addresses from which people come. */
  clients: string[];
  chance: Chance;
  newId: NewId;
}

export const cronWorkload = 'nightly-report';
export const cronMs = 5 * 60_000;

export interface Founding {
  /** The application's graph, or the file it is in. */
  app: string | Graph;
  seed: string;
  startMs: number;
  planted?: boolean;
}

export function createWorld({ app, seed, startMs, planted = true }: Founding): World {
  const graph = typeof app === 'string' ? readGraph(app) : app;
  const chance = createChance(`${seed}/${graph.app}`);
  const newId = createIds(`${seed}/${graph.app}`);
  const kubernetes = kubernetesNamespace(graph.app);
  const clusterNamespace = '/acme/aws-dev/k8s';
  const namespace = `${clusterNamespace}/${kubernetes}`;
  const nodes = createNodes(chance.fork('nodes'));
  const outsiders = [...new Set(graph.ingress.map(({ from }) => from).filter((from) => from !== 'internet'))];
  const settle = createSettling(nodes, chance.fork('pods'), newId, startMs);
  const pods = [
    ...graph.services.flatMap((workload) => settle.workload(workload, namespace)),
    ...outsiders.flatMap((name) => settle.workload(outsider(name), `${clusterNamespace}/${namespaceWord(name)}`)),
  ];
  const world: World = {
    graph,
    seed,
    startMs,
    planted,
    clusterNamespace,
    namespace,
    kubernetesNamespace: kubernetes,
    nodes,
    services: [...createServices(graph, kubernetes, chance.fork('services')), kubeDns],
    pods: withRestarts(pods, graph, chance.fork('restarts'), newId, startMs),
    outsiders,
    clients: Array.from({ length: 40 }, (_, index) => publicAddress(`${seed}/client-${index}`)),
    chance,
    newId,
  };
  if (!planted) return world;
  const nights = chance.fork('nights');
  for (const daysAgo of [7, 6, 5, 4, 3, 2, 1]) {
    const bornMs = startMs - daysAgo * dayMs + 2 * 3_600_000 + nights.between(0, 600_000);
    world.pods.push(cronPod(world, bornMs, bornMs + cronMs));
  }
  return world;
}

/** Once a night for a few minutes, each time somebody new, without a label that outlives it. */
export function cronPod(world: World, bornMs: number, diedMs?: number): Pod {
  const run = Math.floor(bornMs / 60_000);
  const chance = world.chance.fork(`cron-${run}`);
  const node = world.nodes[0] ?? chance.pick(world.nodes);
  return createPod(
    {
      name: `${cronWorkload}-${run}-${chance.word(5)}`,
      workload: cronWorkload,
      namespace: world.namespace,
      serviceAccount: 'default',
      image: 'registry.example.com/report:0.9.0',
      labels: { 'job-name': `${cronWorkload}-${run}`, 'controller-uid': `${chance.word(8)}-${chance.word(4)}` },
      bornMs,
      ...(diedMs === undefined ? {} : { diedMs }),
      node,
      address: `${node.podNetwork}.250`,
    },
    world.newId,
  );
}

export function podsAt(world: World, workload: string, atMs: number): Pod[] {
  return world.pods.filter((pod) => pod.workload === workload && livesAt(pod, atMs));
}

export function livesAt({ bornMs, diedMs }: Pod, atMs: number): boolean {
  return bornMs <= atMs && (diedMs === undefined || atMs < diedMs);
}

function outsider(name: string): Workload {
  const label = namespaceWord(name);
  return { name, kind: 'Deployment', labels: { app: label }, ports: [], services: [] };
}

/** Gives each pod its node and its address, one node after the other. */
function createSettling(nodes: readonly Node[], chance: Chance, newId: NewId, startMs: number) {
  let settled = 0;
  const place = () => {
    const node = nodes[settled % nodes.length] ?? chance.pick(nodes);
    const address = `${node.podNetwork}.${10 + Math.floor(settled / nodes.length)}`;
    settled += 1;
    return { node, address };
  };
  return {
    workload(workload: Workload, namespace: string): Pod[] {
      const word = namespaceWord(workload.name);
      const templateHash = chance.word(9);
      const deployed = workload.kind !== 'StatefulSet';
      const replicas = deployed ? chance.between(2, 3) : 1;
      return Array.from({ length: replicas }, (_, index) => {
        const name = deployed ? deploymentPodName(word, templateHash, chance) : `${word}-${index}`;
        const own = deployed ? { 'pod-template-hash': templateHash } : { 'statefulset.kubernetes.io/pod-name': name };
        return createPod(
          {
            name,
            workload: workload.name,
            namespace,
            serviceAccount: workload.serviceAccount ?? 'default',
            image: `registry.example.com/${word}:1.4.2`,
            labels: { ...workload.labels, ...own },
            bornMs: startMs - weekMs - chance.between(1, 20) * dayMs,
            ...place(),
          },
          newId,
        );
      });
    },
  };
}

/** Some pods were replaced during the week; a later newcomer gets the address of an earlier dead. */
function withRestarts(pods: Pod[], graph: Graph, chance: Chance, newId: NewId, startMs: number): Pod[] {
  const names = graph.services.map(({ name }) => name);
  const restarting = new Set(
    [...graph.edges, ...graph.external]
      .filter(({ frequency }) => isStartUp(frequency))
      .flatMap(({ from }) => (from === '*' ? names : [from])),
  );
  while (restarting.size < Math.min(3, names.length)) restarting.add(chance.pick(names));
  const result = [...pods];
  let freed: { node: Node; address: string } | undefined;
  const everyMs = (5 * dayMs) / restarting.size;
  let atMs = startMs - 6 * dayMs;
  for (const workload of restarting) {
    const index = result.findIndex((pod) => pod.workload === workload);
    const before = result[index];
    if (!before) continue;
    atMs += Math.floor(everyMs * (0.6 + 0.4 * chance.next()));
    const plan = {
      workload,
      namespace: before.namespace,
      serviceAccount: tagValue(before, '@app:k8s:serviceaccountname='),
      image: tagValue(before, '$image='),
      labels: before.labels,
    };
    const place = freed ?? { node: before.node, address: `${before.node.podNetwork}.200` };
    const sticky = before.labels['statefulset.kubernetes.io/pod-name'];
    const name = sticky ?? deploymentPodName(namespaceWord(workload), before.labels['pod-template-hash'] ?? '', chance);
    freed = { node: before.node, address: before.address };
    result[index] = createPod({ ...plan, name, bornMs: atMs, ...place }, newId);
    result.push(createPod({ ...plan, ...freed, name: before.name, bornMs: before.bornMs, diedMs: atMs }, newId));
  }
  return result;
}

export function isStartUp(frequency: string | null | undefined): boolean {
  return /start/i.test(frequency ?? '');
}

function tagValue(pod: Pod, prefix: string): string {
  return pod.tags.find((tag) => tag.startsWith(prefix))?.slice(prefix.length) ?? 'default';
}
