/** Kubelets: the health checks that come from the cluster's nodes, and bridges that carry more than health checks. */
import type { Remark } from '#core/draft.ts';
import type { Edge } from '#core/edge.ts';
import { asEntry, atProbeRhythm } from '#core/peers.ts';
import { isPublished, numbersOf, protocolName, servicesBehind } from '#core/services.ts';
import { isIcmp, outsideAddress } from './ends.ts';
import { groupBy } from './group-by.ts';
import { type Mint, slug, unitsOf } from './mint.ts';
import type { Scene } from './scene.ts';
import { allow, type LeftOut, list, portsOf, type Sketch } from './sketch.ts';

/** Every port, and the diagnostics that the guide lists: echo both ways, time exceeded, fragmentation needed. */
const GUIDE_PORTS = ['tcp/1:65535', 'icmp/8/0', 'icmp/0/0', 'icmp/11/0', 'icmp/3/4'];

/** More ports than this at one workload are no health checks. */
const PROBE_PORTS = 2;

export function sketchKubelets(scene: Scene, edges: readonly Edge[], mint: Mint): Sketch {
  const bySource = groupBy(edges, (edge) => outsideAddress(edge) ?? '');
  const mixed = bySource.filter(([address, theirs]) => isMixed(scene, address, theirs));
  const mixedAddresses = new Set(mixed.map(([address]) => address));
  const nodes = scene.nodes.addresses.filter((address) => !mixedAddresses.has(address));
  const fromNodes = bySource.filter(([address]) => !mixedAddresses.has(address)).flatMap(([, theirs]) => theirs);
  const parts = [...(fromNodes.length === 0 ? [] : [kubelet(scene, nodes, fromNodes, mint)])];
  const split = mixed.map(([address, theirs]) => splitByPort(scene, address, theirs, mint));
  return {
    changes: [...parts, ...split].flatMap((part) => part.changes),
    leftOut: [...parts, ...split].flatMap((part) => part.leftOut),
    remarks: [...disbelief(scene), ...split.flatMap((part) => part.remarks), ...parts.flatMap((part) => part.remarks)],
    ...(parts.length === 0 ? {} : { breadth: breadthOf(scene, nodes) }),
  };
}

/** A bridge lends its address to everybody; an inferred node that uses many ports of one workload is none. */
function isMixed(scene: Scene, address: string, edges: readonly Edge[]): boolean {
  if (scene.nodes.isBridge(address)) return true;
  if (scene.nodes.from === 'kubernetes') return false;
  return groupBy(
    edges.filter((edge) => !isIcmp(edge)),
    destinationOf,
  ).some(([, theirs]) => portsOf(theirs).length > PROBE_PORTS);
}

function kubelet(scene: Scene, nodes: readonly string[], edges: readonly Edge[], mint: Mint): Sketch {
  const { namespace } = scene.evidence;
  const beyond = edges.filter((edge) => !isIcmp(edge) && protocolName(edge.protocol) !== 'TCP');
  const network = mint.network('kubelet', nodes.map(asEntry));
  const ruleset = mint.ruleset({
    name: 'allow-kubelets',
    subject: [unitsOf(namespace)],
    incomingRules: [allow('kubelets', [[network.tag]], GUIDE_PORTS)],
    outgoingRules: [],
  });
  const seen = new Set(comingFrom(scene, nodes).map(outsideAddress));
  const unseen = nodes.filter((address) => !seen.has(address));
  const remarks: Remark[] = [
    ...(scene.nodes.from === 'flows'
      ? [
          {
            level: 'look' as const,
            text: `No cluster said which addresses its nodes have: ${list(nodes)} are private sources that are no processing unit and were seen at several workloads or at the rhythm of probes.`,
          },
        ]
      : []),
    ...loadBalancerRemarks(scene, edges),
    ...manyPortsRemarks(scene, edges),
    ...(unseen.length === 0 || scene.nodes.from === 'flows'
      ? []
      : [
          {
            level: 'note' as const,
            text: `${list(unseen)} ${unseen.length === 1 ? 'is a node' : 'are nodes'} too; no traffic from there was seen yet.`,
          },
        ]),
    ...(edges.some(isIcmp)
      ? [
          {
            level: 'note' as const,
            text: 'Pings from nodes were seen; flow reports do not say of which kind, and the guide allows the usual four.',
          },
        ]
      : []),
  ];
  return {
    changes: [...network.changes, ...ruleset],
    leftOut:
      beyond.length === 0
        ? []
        : [{ edges: beyond, because: 'the guide allows kubelets TCP and four kinds of ICMP; this is neither' }],
    remarks,
  };
}

/** All that nodes were seen to send, also what some rule allows already. */
function comingFrom(scene: Scene, nodes: readonly string[]): Edge[] {
  const known = new Set(nodes);
  return scene.edges.filter(({ source }) => source.kind === 'address' && known.has(source.address));
}

/** The guide lets every node knock at every TCP port of every workload. */
function breadthOf(scene: Scene, nodes: readonly string[]): NonNullable<Sketch['breadth']> {
  const pairs = comingFrom(scene, nodes).map((edge) => JSON.stringify([outsideAddress(edge), destinationOf(edge)]));
  return {
    seen: new Set(pairs).size,
    possible: nodes.length * scene.own.length,
    of: 'pairs of nodes and workloads, on every TCP port',
  };
}

/** Only what comes at a probe's rhythm, and only to where it was seen; the rest may be anybody on that machine. */
function splitByPort(scene: Scene, address: string, edges: readonly Edge[], mint: Mint): Sketch {
  const { namespace, workloads } = scene.evidence;
  const probes = edges.filter(
    (edge) => protocolName(edge.protocol) === 'TCP' && atProbeRhythm(edge) && canBeNamed(scene, edge),
  );
  const probing = new Set(probes);
  const rest = edges.filter((edge) => !probing.has(edge));
  const leftOut: LeftOut[] =
    rest.length === 0
      ? []
      : [
          {
            edges: rest,
            because: `${address} lends its address to other traffic as well; whoever is behind it, this does not come at a probe’s rhythm`,
          },
        ];
  const remarks: Remark[] = [
    {
      level: 'look',
      text: `${address} ${scene.nodes.isBridge(address) ? 'looks like a bridge gateway' : 'uses too many ports for health checks'}: probes and masqueraded traffic arrive from one address, so only ${
        probes.length === 0
          ? 'ports with a probe’s rhythm would be allowed, and none has it'
          : `${list(portsOf(probes))} at a probe’s rhythm is allowed`
      }. Any processing unit behind that address can use what is allowed to it.`,
    },
  ];
  if (probes.length === 0) return { changes: [], leftOut, remarks };
  const network = mint.network(`kubelet-${slug(address)}`, [asEntry(address)]);
  const rulesets = groupBy(probes, destinationOf).flatMap(([key, theirs]) => {
    const workload = workloads.get(key);
    const best = workload && scene.identify(workload).best;
    if (!best) return [];
    return [
      ...mint.prefixes(best.prefixes),
      ...mint.ruleset({
        name: `allow-kubelet-${slug(address)}-${slug(workload.name)}`,
        subject: [unitsOf(namespace, best.tags)],
        incomingRules: [allow('probes', [[network.tag]], portsOf(theirs))],
        outgoingRules: [],
      }),
    ];
  });
  return { changes: [...network.changes, ...rulesets], leftOut, remarks };
}

function canBeNamed(scene: Scene, edge: Edge): boolean {
  const workload = scene.evidence.workloads.get(destinationOf(edge));
  return workload !== undefined && scene.identify(workload).best !== undefined;
}

/** Clients behind a load balancer may arrive under a node's address; the rule for kubelets then lets them in. */
function loadBalancerRemarks(scene: Scene, edges: readonly Edge[]): Remark[] {
  return groupBy(edges, destinationOf).flatMap(([key, theirs]) => {
    const workload = scene.evidence.workloads.get(key);
    if (!workload) return [];
    const service = servicesBehind(workload, scene.evidence)
      .filter(isPublished)
      .find((one) => one.ports.some((port) => theirs.some((edge) => numbersOf(port).includes(edge.port ?? -1))));
    if (!service) return [];
    const ports = portsOf(theirs.filter((edge) => !isIcmp(edge)));
    return [
      {
        level: 'look' as const,
        text: `Nodes also reach ${list(ports)} of ${workload.name}, which Service ${service.name} publishes: clients behind its load balancer may arrive under a node’s address.`,
      },
    ];
  });
}

/** Probes knock at one port or two; a node that uses more carries somebody's traffic under its own address. */
function manyPortsRemarks(scene: Scene, edges: readonly Edge[]): Remark[] {
  const busy = groupBy(
    edges.filter((edge) => !isIcmp(edge)),
    (edge) => JSON.stringify([outsideAddress(edge), destinationOf(edge)]),
  ).filter(([, theirs]) => portsOf(theirs).length > PROBE_PORTS);
  return busy.flatMap(([, [first, ...others]]) => {
    if (!first) return [];
    const name = scene.evidence.workloads.get(destinationOf(first))?.name ?? '';
    const text = `Node ${outsideAddress(first)} used ${list(portsOf([first, ...others]))} of ${name}: more than health checks need, so other traffic may come under its address.`;
    return [{ level: 'look' as const, text }];
  });
}

function disbelief(scene: Scene): Remark[] {
  return scene.nodes.disbelieved.map(({ name, address }) => ({
    level: 'stop' as const,
    text: `Node ${name} says its address is ${address}, which is in none of the ranges where nodes are expected: not in this draft.`,
  }));
}

function destinationOf(edge: Edge): string {
  return edge.destination.kind === 'workload' ? edge.destination.workload : '';
}
