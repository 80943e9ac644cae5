/** Web server: which workloads the outside may reach, on which ports, and the tag by which each is known. */
import type { Remark } from '#core/draft.ts';
import type { Edge } from '#core/edge.ts';
import { asEntry } from '#core/peers.ts';
import { portLabel } from '#core/protocol-ports.ts';
import { claimants } from '#core/suspicion/squatting.ts';
import type { Workload } from '#core/workload.ts';
import { outsideAddress } from './ends.ts';
import { groupBy } from './group-by.ts';
import { type Mint, slug, unitsOf } from './mint.ts';
import { openedPorts } from './opened-ports.ts';
import type { Scene } from './scene.ts';
import { allow, type LeftOut, list, portsOf, type Sketch } from './sketch.ts';

const GUIDE_NAME = 'allow-web-server';

export function sketchWebServer(scene: Scene, edges: readonly Edge[], mint: Mint): Sketch {
  const scans = edges.filter((edge) => scene.scans.has(edge));
  const visits = edges.filter((edge) => !scene.scans.has(edge));
  const serverBehind = (edge: Edge) => {
    const workload = scene.evidence.workloads.get(destinationOf(edge));
    return workload && scene.identify(workload).releases[0];
  };
  const servers = groupBy(visits, (edge) => serverBehind(edge)?.key ?? '')
    .flatMap(([key, theirs]) => {
      const workload = scene.evidence.workloads.get(key);
      return workload ? [serverOf(scene, workload, theirs)] : [];
    })
    .sort((a, b) => (a.workload.name < b.workload.name ? -1 : a.workload.name > b.workload.name ? 1 : 0));
  const open = servers.filter((server) => server.ports.length > 0);
  const leftOut: LeftOut[] = [
    ...(scans.length === 0
      ? []
      : [
          {
            edges: scans,
            because:
              'it looks like a scan: one source, many targets, and hardly a connection to each or as many to each',
          },
        ]),
    ...servers.flatMap((server) => server.leftOut),
  ];
  const remarks = servers.flatMap((server) => server.remarks);
  if (open.length === 0) return { changes: [], leftOut, remarks };

  const network = mint.network('internet', [...new Set(open.flatMap((server) => server.clients))]);
  const { namespace, policy } = scene.evidence;
  const taken = policy.rulesets.some((ruleset) => ruleset.namespace === namespace && ruleset.name === GUIDE_NAME);
  const rulesets = open.flatMap((server, at) => {
    const best = scene.identify(server.workload).best;
    if (!best) throw new Error('a web server without tags was left out before');
    return [
      ...mint.prefixes(best.prefixes),
      ...mint.ruleset({
        name: at === 0 && !taken ? GUIDE_NAME : `${GUIDE_NAME}-${slug(server.workload.name)}`,
        // The guide leaves the namespace out; with it, nobody else's pod of that label is meant.
        subject: [unitsOf(namespace, best.tags)],
        incomingRules: [allow('web-server', [[network.tag]], server.ports)],
        outgoingRules: [],
      }),
    ];
  });
  const wide =
    'internet is every address, private ones included: whoever is near in the network reaches these ports too.';
  return {
    changes: [...network.changes, ...rulesets],
    leftOut,
    remarks: [...remarks, ...tagRemarks(scene, open), { level: 'note', text: wide }],
    breadth: {
      seen: open.reduce((sum, server) => sum + server.portsSeen, 0),
      possible: open.reduce((sum, server) => sum + server.ports.length, 0),
      of: 'ports open to the internet',
    },
  };
}

type Server = {
  readonly workload: Workload;
  readonly ports: readonly string[];
  /** Of these, how many the outside was seen to use. */
  readonly portsSeen: number;
  /** The entries of `internet` that its clients need. */
  readonly clients: readonly string[];
  readonly leftOut: readonly LeftOut[];
  readonly remarks: readonly Remark[];
};

function serverOf(scene: Scene, workload: Workload, edges: readonly Edge[]): Server {
  const seen = portsOf(edges);
  const nobody = { workload, ports: [], portsSeen: 0, clients: [] };
  if (!scene.identify(workload).best) {
    const because = `${workload.name} carries no tag that a rule could name`;
    return { ...nobody, leftOut: [{ edges, because }], remarks: [] };
  }
  const { ports, remarks, isDeclared } = openedPorts(workload, edges, scene.evidence);
  const kept = new Set(ports);
  const isKept = (edge: Edge) => kept.has(portLabel(edge.protocol, edge.port));
  const dropped = edges.filter((edge) => !isKept(edge));
  const shut = `${list(seen.filter((port) => !kept.has(port)))} of ${workload.name}`;
  const because = isDeclared
    ? `no Service of Kubernetes publishes ${shut}`
    : `${shut} was hardly used, or is no port to open to the internet`;
  return {
    workload,
    ports,
    portsSeen: seen.filter((port) => kept.has(port)).length,
    clients: entriesFor(edges.filter(isKept)),
    leftOut: dropped.length === 0 ? [] : [{ edges: dropped, because }],
    remarks,
  };
}

function entriesFor(edges: readonly Edge[]): string[] {
  const addresses = edges.map((edge) => asEntry(outsideAddress(edge) ?? ''));
  return [
    ...(addresses.some((address) => !address.includes(':')) ? ['0.0.0.0/0'] : []),
    ...(addresses.some((address) => address.includes(':')) ? ['::/0'] : []),
  ];
}

function destinationOf(edge: Edge): string {
  return edge.destination.kind === 'workload' ? edge.destination.workload : '';
}

function tagRemarks(scene: Scene, servers: readonly Server[]): Remark[] {
  return servers.flatMap(({ workload }): Remark[] => {
    const { best, because } = scene.identify(workload);
    const others = claimants(workload, scene.own);
    return [
      { level: best?.unique ? 'note' : 'look', text: because },
      ...(others.length === 0
        ? []
        : [
            {
              level: 'look' as const,
              text: `${list(others)} carries all the labels of ${workload.name} under another service account: whoever made it claims what is meant for ${workload.name}.`,
            },
          ]),
    ];
  });
}
