/** Applications that nobody has shown anybody: each with something about it that usual ones do not have, and some of the rest. */
import { type Chance, createChance } from '#sandbox/console/world/chance.ts';
import type { Line, OddGraph, OddWorkload, Protocol } from './odd-graph.ts';
import { type Labelling, labelsOf, nameFor } from './odd-names.ts';
import { outsideOf } from './odd-outside.ts';

/** What a graph has more of than others. */
type Oddity = {
  readonly word: string;
  readonly description: string;
  readonly workloads: number;
  readonly labelling: Labelling;
  /** One container port for everybody, a port of its own for each, or several at each. */
  readonly ports: 'one' | 'own' | 'several';
  /** Whether the Service listens where the container does, elsewhere, or where another container does. */
  readonly servicePorts: 'same' | 'other' | 'crossed';
  /** Services that lead to a container's port by its name, all but every third. */
  readonly namedPorts: boolean;
  readonly udpShare: number;
  readonly outside: 'nothing' | 'names' | 'addresses' | 'both';
  readonly lonelyStores: number;
  readonly rareShare: number;
  readonly entrances: number;
  readonly neighbours: boolean;
  readonly probed: 'nobody' | 'some' | 'everybody';
};

const PLAIN: Omit<Oddity, 'word' | 'description'> = {
  workloads: 8,
  labelling: 'app',
  ports: 'own',
  servicePorts: 'other',
  namedPorts: false,
  udpShare: 0,
  outside: 'names',
  lonelyStores: 0,
  rareShare: 0.15,
  entrances: 1,
  neighbours: false,
  probed: 'some',
};

const ODDITIES: readonly Oddity[] = [
  { ...PLAIN, word: 'same-port', description: 'everybody listens on one port', ports: 'one', servicePorts: 'same' },
  {
    ...PLAIN,
    word: 'crossed-ports',
    description: 'Services listen where others’ containers do',
    servicePorts: 'crossed',
  },
  { ...PLAIN, word: 'unlabelled', description: 'labels that tell nobody from anybody', labelling: 'shared' },
  { ...PLAIN, word: 'datagrams', description: 'a third of it is UDP', udpShare: 0.34 },
  { ...PLAIN, word: 'outside', description: 'names and bare addresses outside', outside: 'both', workloads: 6 },
  { ...PLAIN, word: 'idle-stores', description: 'stores that nobody calls', lonelyStores: 4, workloads: 5 },
  { ...PLAIN, word: 'sixty', description: 'sixty services', workloads: 60, labelling: 'mixed' },
  {
    ...PLAIN,
    word: 'many-ports',
    description: 'several ports each, probes on all',
    ports: 'several',
    probed: 'everybody',
  },
  {
    ...PLAIN,
    word: 'entrances',
    description: 'entered from the internet and from next door',
    entrances: 3,
    neighbours: true,
  },
  {
    ...PLAIN,
    word: 'everything',
    description: 'a little of everything',
    workloads: 14,
    labelling: 'mixed',
    ports: 'several',
    servicePorts: 'crossed',
    udpShare: 0.1,
    outside: 'both',
    lonelyStores: 2,
    rareShare: 0.4,
    entrances: 2,
    neighbours: true,
  },
  {
    ...PLAIN,
    word: 'named-ports',
    description: 'Services know the ports of containers by their names, and of some by number',
    ports: 'several',
    namedPorts: true,
    entrances: 2,
  },
];

/** The same for the same seed; `number` chooses what is odd about it. */
export function oddGraph(seed: string, number: number): OddGraph {
  const chance = createChance(`odd/${seed}`);
  const oddity = ODDITIES[number % ODDITIES.length] ?? chance.pick(ODDITIES);
  const workloads = workloadsOf(oddity, chance.fork('workloads'));
  const called = workloads.slice(0, workloads.length - oddity.lonelyStores);
  return {
    app: `odd-${number}-${oddity.word}`,
    description: oddity.description,
    services: workloads,
    edges: edgesAmong(called, oddity, chance.fork('edges')),
    ingress: entrancesOf(called, oddity, chance.fork('entrances')),
    probes: probesOf(workloads, oddity, chance.fork('probes')),
    external: [
      { from: '*', host: 'kube-dns', protocol: 'UDP', port: 53 },
      ...outsideOf(called, oddity.outside, chance.fork('outside')),
    ],
  };
}

function workloadsOf(oddity: Oddity, chance: Chance): OddWorkload[] {
  const numbers = chance.between(1000, 9000);
  const names = namesFor(oddity.workloads, chance);
  const ports = names.map((_, index) => portsOf(oddity, numbers, index, chance));
  return names.map((name, index) => {
    const own = ports[index] ?? [];
    const labels = labelsOf(oddity.labelling, name, index, chance);
    const isStore = index >= oddity.workloads - oddity.lonelyStores || chance.next() < 0.15;
    return {
      name,
      kind: isStore ? 'StatefulSet' : 'Deployment',
      labels,
      ports: own.map(({ port, protocol }, at) => ({ containerPort: port, protocol, ...nameOf(oddity, at) })),
      serviceAccount: chance.next() < 0.3 ? name : null,
      services: Object.keys(labels).length === 0 ? [] : [serviceOf(oddity, name, index, ports)],
    };
  });
}

/** Without labels there is nothing a Service could select; such a workload is called at its own port. */
function serviceOf(
  oddity: Oddity,
  name: string,
  index: number,
  ports: readonly (readonly { port: number; protocol: Protocol }[])[],
): OddWorkload['services'][number] {
  const type = index < oddity.entrances ? (index % 2 === 0 ? 'LoadBalancer' : 'NodePort') : 'ClusterIP';
  return {
    name: `${slugOf(name)}-svc`,
    type,
    ports: (ports[index] ?? []).map(({ port, protocol }, at) => ({
      port: servicePortOf(oddity, port, ports[(index + 1) % ports.length]?.[at]?.port, at),
      targetPort: nameOf(oddity, at).name ?? port,
      protocol,
      ...nameOf(oddity, at),
    })),
  };
}

function nameOf({ namedPorts }: Oddity, at: number): { name?: string } {
  return namedPorts && at % 3 < 2 ? { name: at === 0 ? 'http' : `port-${at}` } : {};
}

function namesFor(count: number, chance: Chance): string[] {
  const names = new Map<string, string>();
  while (names.size < count) {
    const name = nameFor(names.size, chance);
    names.set(slugOf(name), name);
  }
  return [...names.values()];
}

/** Names of Services and namespaces take no dots. */
function slugOf(name: string): string {
  return name.replace(/[^a-z0-9-]/g, '-');
}

function portsOf(
  oddity: Oddity,
  numbers: number,
  index: number,
  chance: Chance,
): { port: number; protocol: Protocol }[] {
  const protocol: Protocol = chance.next() < oddity.udpShare ? 'UDP' : 'TCP';
  const first = oddity.ports === 'one' ? numbers : numbers + index * 7;
  const more = oddity.ports === 'several' ? chance.between(1, 3) : 0;
  return [
    { port: first, protocol },
    ...Array.from({ length: more }, (_, at) => ({ port: first + 1 + at, protocol: 'TCP' as const })),
  ];
}

function servicePortOf({ servicePorts }: Oddity, port: number, others: number | undefined, at: number): number {
  if (servicePorts === 'same') return port;
  return servicePorts === 'crossed' && others !== undefined ? others : 80 + at;
}

/** Everybody but the first is called by somebody before them, and some by others too; two call each other. */
function edgesAmong(workloads: readonly OddWorkload[], oddity: Oddity, chance: Chance): OddGraph['edges'] {
  const lines = workloads.slice(1).flatMap((to, before) => {
    const callers = new Set([chance.between(0, before)]);
    if (chance.next() < 0.5) callers.add(chance.between(0, workloads.length - 1));
    return [...callers]
      .filter((from) => from !== before + 1)
      .map((from) => ({ from: workloads[from]?.name ?? '', to }));
  });
  return lines.map(({ from, to }) => {
    const [service] = to.services;
    const at = chance.between(0, to.ports.length - 1);
    const { containerPort = 0, protocol = 'TCP' } = to.ports[at] ?? {};
    return {
      from,
      to: to.name,
      protocol,
      port: containerPort,
      ...(service ? { service: service.name, servicePort: service.ports[at]?.port ?? containerPort } : {}),
      ...frequencyOf(oddity, chance),
    };
  });
}

function frequencyOf({ rareShare }: Oddity, chance: Chance): Pick<Line, 'frequency'> {
  if (chance.next() >= rareShare) return {};
  return { frequency: chance.next() < 0.3 ? 'at start' : 'rare' };
}

function entrancesOf(workloads: readonly OddWorkload[], oddity: Oddity, chance: Chance): OddGraph['ingress'] {
  const doors = workloads.slice(0, oddity.entrances).flatMap(({ name, ports }) => {
    const [first] = ports;
    return first ? [{ from: 'internet', to: name, protocol: first.protocol, port: first.containerPort }] : [];
  });
  const tcp = workloads.filter(({ ports }) => ports.some(({ protocol }) => protocol === 'TCP'));
  if (!oddity.neighbours || tcp.length === 0) return doors;
  const to = chance.pick(tcp);
  const port = to.ports.find(({ protocol }) => protocol === 'TCP')?.containerPort ?? 0;
  return [...doors, { from: 'next-door', to: to.name, protocol: 'TCP', port }];
}

function probesOf(workloads: readonly OddWorkload[], { probed }: Oddity, chance: Chance): OddGraph['probes'] {
  const some = workloads.filter(() => probed === 'everybody' || (probed === 'some' && chance.next() < 0.4));
  return some.flatMap(({ name, ports }) =>
    ports
      .filter(({ protocol }) => protocol === 'TCP')
      .slice(0, 2)
      .map(({ containerPort }) => ({
        from: 'kubelet',
        to: name,
        protocol: 'TCP' as const,
        port: containerPort,
        periodSeconds: chance.pick([5, 10, 15, 30]),
      })),
  );
}
