/** Web server: which workloads the outside may reach, on which ports, and the tag by which each is known. */
import type { Remark } from '#core/draft.ts';
import type { Edge } from '#core/edge.ts';
import type { KubernetesService } from '#core/evidence.ts';
import { asEntry } from '#core/peers.ts';
import { portLabel } from '#core/protocol-ports.ts';
import { isPublished, protocolName, servicesBehind } from '#core/services.ts';
import { ADMIN_PORTS } from '#core/suspicion/inwards.ts';
import { claimants } from '#core/suspicion/squatting.ts';
import type { Workload } from '#core/workload.ts';
import { outsideAddress } from './ends.ts';
import { groupBy } from './group-by.ts';
import { type Mint, slug, unitsOf } from './mint.ts';
import type { Scene } from './scene.ts';
import { allow, type LeftOut, list, portsOf, type Sketch, sortPorts } from './sketch.ts';

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
      : [{ edges: scans, because: 'it looks like a scan: one source, many targets, next to no connections' }]),
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
  };
}

type Server = {
  readonly workload: Workload;
  readonly ports: readonly string[];
  /** The entries of `internet` that its clients need. */
  readonly clients: readonly string[];
  readonly leftOut: readonly LeftOut[];
  readonly remarks: readonly Remark[];
};

function serverOf(scene: Scene, workload: Workload, edges: readonly Edge[]): Server {
  const seen = portsOf(edges);
  const nobody = { workload, ports: [], clients: [] };
  if (!scene.identify(workload).best) {
    const because = `${workload.name} carries no tag that a rule could name`;
    return { ...nobody, leftOut: [{ edges, because }], remarks: [] };
  }
  const { ports, remarks } = scene.evidence.kubernetes
    ? declaredAndSeen(workload, servicesBehind(workload, scene.evidence), edges)
    : seenOften(workload, edges);
  const kept = new Set(ports);
  const isKept = (edge: Edge) => kept.has(portLabel(edge.protocol, edge.port));
  const dropped = edges.filter((edge) => !isKept(edge));
  const because = scene.evidence.kubernetes
    ? `no Service of Kubernetes publishes ${list(seen.filter((port) => !kept.has(port)))} of ${workload.name}`
    : `${list(seen.filter((port) => !kept.has(port)))} of ${workload.name} was hardly used, or is no port to open to the internet`;
  return {
    workload,
    ports,
    clients: entriesFor(edges.filter(isKept)),
    leftOut: dropped.length === 0 ? [] : [{ edges: dropped, because }],
    remarks,
  };
}

type Opened = { readonly ports: string[]; readonly remarks: Remark[] };

/** A Service's port is opened, under all three of its numbers as in the guide, once the outside was seen to use it. */
function declaredAndSeen(workload: Workload, services: readonly KubernetesService[], edges: readonly Edge[]): Opened {
  const seen = portsOf(edges);
  const declared = services.flatMap((service) =>
    service.ports
      .filter((port) => ['TCP', 'UDP'].includes(port.protocol))
      .map((port) => ({ service, labels: labelsOf(port, services, edges) })),
  );
  const used = declared.filter(({ labels }) => labels.some((label) => seen.includes(label)));
  const published = used.filter(({ service }) => isPublished(service));
  const inner = used
    .filter(({ service }) => !isPublished(service))
    .map(({ service, labels }) => ({ service, labels: labels.filter((label) => seen.includes(label)) }))
    .filter(({ labels }) => !published.some((other) => labels.every((label) => other.labels.includes(label))));
  const ports = sortPorts([...published, ...inner].flatMap(({ labels }) => labels));
  const idle = declared.filter(
    ({ service, labels }) => isPublished(service) && !labels.some((label) => seen.includes(label)),
  );
  return {
    ports,
    remarks: [
      ...idle.map(({ service, labels }) => ({
        level: 'look' as const,
        text: `Service ${service.name} also declares ${list(labels)} of ${workload.name}; nobody outside was seen to use it, and it is not opened.`,
      })),
      ...inner.map(({ service, labels }) => ({
        level: 'look' as const,
        text: `${list(labels)} of ${workload.name} was reached from outside, though Service ${service.name} is not published.`,
      })),
      ...adminRemarks(workload, ports),
      ...(published.some(({ labels }) => labels.length > 1)
        ? [
            {
              level: 'note' as const,
              text: `${workload.name}: node port, target port and port of the Service, as in the guide; the pod itself sees the target port.`,
            },
          ]
        : []),
    ],
  };
}

function labelsOf(
  port: KubernetesService['ports'][number],
  services: readonly KubernetesService[],
  edges: readonly Edge[],
): string[] {
  const same = edges.filter((edge) => protocolName(edge.protocol) === port.protocol);
  const protocol = port.protocol === 'UDP' ? 17 : 6;
  const numbers = [port.nodePort, typeof port.targetPort === 'number' ? port.targetPort : undefined, port.port];
  const known = new Set(
    services.flatMap((service) => service.ports).flatMap((one) => [one.port, one.targetPort, one.nodePort]),
  );
  // A container's port that only has a name is the one seen that nothing else explains.
  const unexplained = [...new Set(same.map((edge) => edge.port))].filter((one) => one !== undefined && !known.has(one));
  const byName = typeof port.targetPort === 'string' && unexplained.length === 1 ? unexplained : [];
  return [...numbers, ...byName].flatMap((one) => (one === undefined || one === 0 ? [] : [portLabel(protocol, one)]));
}

function adminRemarks(workload: Workload, ports: readonly string[]): Remark[] {
  const admin = ports.filter((port) => ADMIN_PORTS.has(Number(port.split('/')[1])));
  return admin.length === 0
    ? []
    : [
        {
          level: 'look',
          text: `${list(admin)} of ${workload.name} is a port for administrators or stores, open to the internet.`,
        },
      ];
}

/** Without Kubernetes only what was seen can speak, and a single knock says nothing. */
function seenOften(workload: Workload, edges: readonly Edge[]): Opened {
  const ports = groupBy(edges, (edge) => portLabel(edge.protocol, edge.port))
    .filter(([, theirs]) => !ADMIN_PORTS.has(theirs[0]?.port ?? 0) && isUsed(theirs))
    .map(([port]) => port);
  if (ports.length === 0) return { ports: [], remarks: [] };
  const text = `No cluster said which ports ${workload.name} publishes: ${list(sortPorts(ports))} were seen from outside.`;
  return { ports: sortPorts(ports), remarks: [{ level: 'look', text }] };
}

function isUsed(edges: readonly Edge[]): boolean {
  const count = edges.reduce((sum, edge) => sum + edge.count, 0);
  return count >= 3 || new Set(edges.flatMap((edge) => edge.days)).size > 1;
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
