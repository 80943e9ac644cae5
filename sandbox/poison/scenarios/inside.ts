/** Attacks from within the cluster: credentials of the machine, lies of nodes and Services, borrowed labels, floods of questions. */
import { publicAddress } from '#sandbox/console/world/names.ts';
import { createPod, type Pod } from '#sandbox/console/world/pods.ts';
import { calling, incoming, outgoing, planted } from '../planting.ts';
import type { Week } from '../week.ts';
import type { Ground, Scenario } from './scenario.ts';

const HOUR = 3_600_000;

export const INSIDE: readonly Scenario[] = [
  {
    case: 'L-08',
    title: 'somebody who never did asks for the machine’s credentials',
    kind: 'metadata',
    plant: ({ week, victims: { ignorant }, chance }) =>
      ignorant && calling(week, [ignorant], [{ to: '169.254.169.254', port: 80 }], 'all week', chance),
  },
  {
    case: 'L-09',
    title: 'a node says that a public address is its own',
    kind: 'inwards',
    said: /198\.51\.100\.7/,
    plant: ({ week, victims: { siblings } }) => {
      const [pod] = siblings;
      if (!pod) return undefined;
      const nodes = week.kubernetes.nodes.map((node, index) =>
        index === 0 ? { ...node, addresses: [...node.addresses, '198.51.100.7'] } : node,
      );
      const flows = hourly(week).map((at) => incoming(week, '198.51.100.7', pod, 22, at, 3));
      return planted({ ...week, kubernetes: { ...week.kubernetes, nodes } }, flows);
    },
  },
  {
    case: 'L-10',
    title: 'the Service of the front door also declares a store’s port, and somebody outside uses it',
    kind: 'inwards',
    plant: ({ week, victims: { door } }) => {
      if (!door) return undefined;
      const port = { port: 6379, targetPort: 6379, protocol: 'TCP' as const };
      const services = week.kubernetes.services.map((service) =>
        isBehind(service.selector, door) ? { ...service, ports: [...service.ports, port] } : service,
      );
      const flows = hourly(week).map((at) => incoming(week, '203.0.113.44', door, 6379, at, 5));
      return planted({ ...week, kubernetes: { ...week.kubernetes, services } }, flows);
    },
  },
  {
    case: 'L-13',
    title: 'one pod tries five hundred ports of a neighbour',
    kind: 'other',
    plant: ({ week, victims: { siblings, store, door } }) => {
      const [pod] = siblings;
      const target = [store, door, ...week.world.pods].find(
        (other) =>
          other && other.diedMs === undefined && other.workload !== pod?.workload && other.namespace === pod?.namespace,
      );
      if (!pod || !target) return undefined;
      const flows = Array.from({ length: 500 }, (_, index) => ({
        ...outgoing(
          week,
          pod,
          { to: target.address, port: 20_000 + index },
          week.world.startMs - 30 * HOUR + index * 1000,
          1,
        ),
        destination: { type: 'ProcessingUnit' as const, id: target.ID, ip: target.address },
        remotePolicyId: 'default',
        remoteNamespace: pod.namespace,
      }));
      return planted(week, flows);
    },
  },
  {
    case: 'L-14',
    title: 'three hundred questions to hide a drop among',
    kind: 'exfiltration',
    plant: ({ week, victims: { siblings }, chance }) => {
      if (siblings.length === 0) return undefined;
      const drop = calling(
        week,
        siblings,
        [{ name: 'file.io', to: publicAddress('file.io'), port: 443 }],
        'all week',
        chance,
      );
      const junk = siblings
        .slice(0, 1)
        .flatMap((pod) =>
          Array.from({ length: 300 }, (_, index) =>
            outgoing(
              week,
              pod,
              { to: `10.9.${Math.floor(index / 250)}.${(index % 250) + 1}`, port: 7000 + index },
              week.world.startMs - chance.between(1, 160) * HOUR,
              2,
            ),
          ),
        );
      return { week: planted(drop.week, junk).week, flows: drop.flows };
    },
  },
  {
    case: 'T-07',
    title: 'somebody’s pod carries the labels of the front door',
    kind: 'other',
    said: /claims what is meant for|No tag tells/,
    plant: squatting,
  },
];

function hourly({ world }: Week): number[] {
  return Array.from({ length: 150 }, (_, index) => world.startMs - (index + 1) * HOUR);
}

function isBehind(selector: Readonly<Record<string, string>>, pod: Pod): boolean {
  const wanted = Object.entries(selector);
  return wanted.length > 0 && wanted.every(([key, value]) => pod.labels[key] === value);
}

function squatting({ week, victims: { door }, chance }: Ground) {
  if (!door) return undefined;
  const { 'pod-template-hash': _hash, ...labels } = door.labels;
  const pod = createPod(
    {
      name: `debug-${chance.word(5)}`,
      workload: 'debug',
      namespace: door.namespace,
      serviceAccount: 'visitor',
      image: 'docker.example/toolbox:latest',
      labels,
      node: door.node,
      address: `${door.node.podNetwork}.240`,
      bornMs: week.world.startMs - 30 * HOUR,
    },
    week.world.newId,
  );
  const name = 'updates.tidy-tools.example';
  const to = publicAddress(name);
  const flows = hourly(week)
    .slice(0, 20)
    .map((at) => outgoing(week, pod, { to, port: 443 }, at, 2));
  const asked = { at: pod.bornMs, processingUnitId: pod.ID, name, ips: [to], cnames: [] };
  return planted(week, flows, [asked], [pod]);
}
