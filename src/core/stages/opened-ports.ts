/** Which ports of a web server the outside needs: those that Services declare, as far as the outside was seen to use them. */
import type { Remark } from '#core/draft.ts';
import type { Edge } from '#core/edge.ts';
import type { Evidence, KubernetesService } from '#core/evidence.ts';
import { TCP, UDP } from '#core/flow.ts';
import { portLabel } from '#core/protocol-ports.ts';
import { isPublished, numbersOf, protocolName, type ServicePort, servicesBehind, targetsOf } from '#core/services.ts';
import { ADMIN_PORTS } from '#core/suspicion/inwards.ts';
import type { Workload } from '#core/workload.ts';
import { groupBy } from './group-by.ts';
import { list, portsOf, sortPorts } from './sketch.ts';

type Opened = {
  readonly ports: readonly string[];
  readonly remarks: readonly Remark[];
  /** Whether Services say all there is to say of what is left shut. */
  readonly isDeclared: boolean;
};

export function openedPorts(workload: Workload, edges: readonly Edge[], evidence: Evidence): Opened {
  return evidence.kubernetes
    ? declaredAndSeen(workload, servicesBehind(workload, evidence), edges)
    : seenOften(workload, edges);
}

/** A Service's port is opened, under all three of its numbers as in the guide, once the outside was seen to use it. */
function declaredAndSeen(workload: Workload, services: readonly KubernetesService[], edges: readonly Edge[]): Opened {
  const seen = portsOf(edges);
  const declared = services.flatMap((service) =>
    service.ports
      .filter((port) => ['TCP', 'UDP'].includes(port.protocol))
      .map((port) => ({ service, port, labels: labelsOf(port, services, edges) })),
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
  const unresolved = declared.filter(({ service, port }) => isPublished(service) && targetsOf(port).length === 0);
  return {
    ports,
    isDeclared: unresolved.length === 0,
    remarks: [
      ...groupBy(unresolved, ({ service }) => service.name).map(([name, theirs]) => ({
        level: 'look' as const,
        text: byNameOnly(workload, name, theirs, seen),
      })),
      ...idle
        .filter((one) => !unresolved.includes(one))
        .map(({ service, labels }) => ({
          level: 'look' as const,
          text: `Service ${service.name} also declares ${list(labels)} of ${workload.name}; nobody outside was seen to use it, and it is not opened.`,
        })),
      ...inner.map(({ service, labels }) => ({
        level: 'look' as const,
        text: `${list(labels)} of ${workload.name} was reached from outside, though Service ${service.name} is not published.`,
      })),
      ...adminRemarks(workload, ports),
      ...unseenRemarks(
        workload,
        published.flatMap(({ labels }) => labels.filter((label) => !seen.includes(label))),
      ),
    ],
  };
}

/** The guide opens all three numbers of a Service's port, whichever of them was seen. */
function unseenRemarks(workload: Workload, ports: readonly string[]): Remark[] {
  if (ports.length === 0) return [];
  const unseen = sortPorts(ports);
  const are = unseen.length === 1 ? 'is' : 'are';
  const text = `${list(unseen)} of ${workload.name} ${are} opened although nobody outside was seen there: the guide opens node port, target port and port of a Service, and the pod itself sees the target port.`;
  return [{ level: 'note', text }];
}

type Declared = { readonly port: ServicePort; readonly labels: readonly string[] };

function byNameOnly(workload: Workload, service: string, ports: readonly Declared[], seen: readonly string[]): string {
  const names = list(ports.map(({ port }) => `“${port.targetPort}”`));
  const opened = sortPorts(ports.flatMap(({ labels }) => labels.filter((label) => seen.includes(label))));
  const outcome = opened.length === 0 ? 'nothing is opened for them' : `what was seen is opened, ${list(opened)}`;
  return `Service ${service} publishes ports of ${workload.name} by name only (${names}), and the cluster did not say which they are; ${outcome}.`;
}

function labelsOf(port: ServicePort, services: readonly KubernetesService[], edges: readonly Edge[]): string[] {
  const protocol = port.protocol === 'UDP' ? UDP : TCP;
  const numbers = numbersOf(port).map((one) => portLabel(protocol, one));
  if (targetsOf(port).length > 0) return numbers;
  // A container's port that only has a name may be any of those seen that no number explains.
  const others = services.flatMap((service) => service.ports).filter((one) => one.protocol === port.protocol);
  const known = new Set(others.flatMap(numbersOf));
  const unexplained = edges.filter(
    (edge) => protocolName(edge.protocol) === port.protocol && !known.has(edge.port ?? -1),
  );
  return [...numbers, ...portsInUse(unexplained)];
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

/** Without Kubernetes only what was seen can speak. */
function seenOften(workload: Workload, edges: readonly Edge[]): Opened {
  const ports = portsInUse(edges);
  if (ports.length === 0) return { ports: [], remarks: [], isDeclared: false };
  const text = `No cluster said which ports ${workload.name} publishes: ${list(ports)} were seen from outside.`;
  return { ports, remarks: [{ level: 'look', text }], isDeclared: false };
}

/** A single knock says nothing. */
function portsInUse(edges: readonly Edge[]): string[] {
  const used = groupBy(edges, (edge) => portLabel(edge.protocol, edge.port)).filter(
    ([, theirs]) => !ADMIN_PORTS.has(theirs[0]?.port ?? 0) && isUsed(theirs),
  );
  return sortPorts(used.map(([port]) => port));
}

function isUsed(edges: readonly Edge[]): boolean {
  const count = edges.reduce((sum, edge) => sum + edge.count, 0);
  return count >= 3 || new Set(edges.flatMap((edge) => edge.days)).size > 1;
}
