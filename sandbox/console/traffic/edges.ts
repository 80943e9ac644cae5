/** Everything that talks in this world: the edges of the graph, and the noise planted beside them. */
import { apiServerAddress, dnsAddress } from '#sandbox/console/world/cluster.ts';
import { targetOf } from '#sandbox/console/world/endpoints.ts';
import { addressPool, publicAddress } from '#sandbox/console/world/names.ts';
import { cronWorkload, isStartUp, type World } from '#sandbox/console/world/world.ts';

type Noise = 'cron' | 'time' | 'scan';

export interface Edge {
  id: string;
  kind: 'edge' | 'ingress' | 'probe' | 'external';
  /** A workload, `internet`, `kubelet`, the name of an outsider, or an address. */
  from: string;
  /** A workload, a host name, words, or an address. */
  to: string;
  protocol: 'tcp' | 'udp';
  port: number;
  servicePort?: number;
  service?: string;
  /** Absent for what the graph calls true. */
  noise?: Noise;
  rhythm: 'usual' | 'rare' | 'start-up';
  periodSeconds?: number;
  /** Where an outside destination lives. */
  place?: Place;
}

/** `named`: behind a name that changes its addresses. `node`: the node of whoever asks. */
type Place = { kind: 'fixed'; address: string } | { kind: 'named' } | { kind: 'node' };

const scanPorts = [23, 2323, 3389, 5900, 8888, 9200, 11_211, 27_018];

export function edgesOf(world: World): Edge[] {
  return [...trueEdges(world), ...(world.planted ? noise(world) : [])];
}

function trueEdges({ graph }: World): Edge[] {
  const workloads = graph.services.map(({ name }) => name);
  const everyone = (from: string): string[] => (from === '*' ? workloads : [from]);
  return unique([
    ...graph.edges.map((edge) => ({ ...common('edge', edge), ...(edge.service ? { service: edge.service } : {}) })),
    ...graph.ingress.map((edge) => common('ingress', edge)),
    ...graph.probes.map((edge) => ({ ...common('probe', edge), periodSeconds: edge.periodSeconds })),
    ...graph.external.flatMap((edge) =>
      everyone(edge.from).map((from) => ({
        ...common('external', { ...edge, from, to: edge.host }),
        place: placeOf(edge.host, edge.ip),
      })),
    ),
  ]);
}

function noise({ graph, seed, chance }: World): Edge[] {
  const target = chance.fork('noise').pick(graph.services.filter(({ ports }) => ports.length > 0)).name;
  const served = graph.services.find(({ ports, services }) => ports.some(isTcp) && services.length > 0);
  const clock = publicAddress(`${seed}/clock`);
  const scanner = publicAddress(`${seed}/scanner`);
  const first = graph.services[0]?.name ?? target;
  return [
    {
      ...common('external', { from: first, to: clock, protocol: 'UDP', port: 123, frequency: 'rare' }),
      noise: 'time',
      place: { kind: 'fixed', address: clock },
    },
    ...scanPorts.map((port): Edge => {
      return {
        ...common('ingress', { from: scanner, to: target, protocol: 'TCP', port, frequency: 'rare' }),
        noise: 'scan',
      };
    }),
    ...(served ? [cronEdge(served)] : []),
    {
      ...common('external', { from: cronWorkload, to: 'kube-dns', protocol: 'UDP', port: 53, frequency: 'rare' }),
      noise: 'cron',
      place: { kind: 'fixed', address: dnsAddress },
    },
  ];
}

function cronEdge(served: World['graph']['services'][number]): Edge {
  const service = served.services[0];
  const port = served.ports.find(isTcp)?.containerPort ?? 0;
  const leads = (one: { port: number; targetPort?: number | string | undefined; protocol: 'TCP' | 'UDP' }) =>
    targetOf({ targetPort: one.targetPort ?? one.port, protocol: one.protocol }, served) === port;
  const servicePort = service?.ports.filter(isTcp).find(leads)?.port ?? port;
  return {
    ...common('edge', { from: cronWorkload, to: served.name, protocol: 'TCP', port, servicePort, frequency: 'rare' }),
    ...(service ? { service: service.name } : {}),
    noise: 'cron',
  };
}

function isTcp({ protocol }: { protocol: 'TCP' | 'UDP' }): boolean {
  return protocol === 'TCP';
}

interface Line {
  from: string;
  to: string;
  protocol: 'TCP' | 'UDP';
  port: number;
  servicePort?: number | null | undefined;
  frequency?: string | null | undefined;
}

function common(kind: Edge['kind'], { from, to, protocol, port, servicePort, frequency }: Line): Edge {
  const name = protocol === 'TCP' ? 'tcp' : 'udp';
  return {
    id: `${kind}:${from}>${to}:${name}/${port}`,
    kind,
    from,
    to,
    protocol: name,
    port,
    ...(servicePort ? { servicePort } : {}),
    rhythm: isStartUp(frequency) ? 'start-up' : frequency ? 'rare' : 'usual',
  };
}

function placeOf(host: string, ip: string | null | undefined): Place {
  if (ip) return { kind: 'fixed', address: ip };
  if (host === 'kube-dns') return { kind: 'fixed', address: dnsAddress };
  if (/^kubernetes(\.default(\.svc(\.cluster\.local)?)?)?$/.test(host))
    return { kind: 'fixed', address: apiServerAddress };
  if (/^\d+\.\d+\.\d+\.\d+$/.test(host)) return { kind: 'fixed', address: host };
  if (/\bnode\b/i.test(host) && host.includes(' ')) return { kind: 'node' };
  if (host.includes(' ')) return { kind: 'fixed', address: publicAddress(host) };
  return { kind: 'named' };
}

/** Every address at which an outside destination can be met, for somebody on that node. */
export function everyAddress({ place, to }: Edge, nodeAddress: string): string[] {
  if (place?.kind === 'node') return [nodeAddress];
  return place?.kind === 'fixed' ? [place.address] : addressPool(to);
}

/** Some graphs say the same edge twice, with different reasons. */
function unique(edges: Edge[]): Edge[] {
  return [...new Map(edges.map((edge) => [edge.id, edge])).values()];
}
