/** What the card says of the ports that callers may use because a Service stands, or may stand, between them and the container. */
import type { Remark } from '#core/draft.ts';
import type { Edge } from '#core/edge.ts';
import { portLabel } from '#core/protocol-ports.ts';
import type { Workload } from '#core/workload.ts';
import { groupBy } from './group-by.ts';
import type { Scene } from './scene.ts';
import { list, sortPorts } from './sketch.ts';

/** A call, and all the ports under which it may have been made. */
export type Dialled = {
  readonly edge: Edge;
  readonly destination: Workload;
  readonly dialled: readonly string[];
};

export function dialledRemarks(scene: Scene, calls: readonly Dialled[]): Remark[] {
  return [
    ...portRemarks(calls),
    ...namedPortRemarks(scene, calls),
    ...strayServiceRemarks(scene, calls),
    ...unknownServiceRemarks(scene, calls),
  ];
}

function portRemarks(calls: readonly Dialled[]): Remark[] {
  const translated = calls.filter((call) => call.dialled.length > 1);
  return groupBy(translated, (call) => call.destination.name).map(([name, theirs]) => ({
    level: 'note',
    text: `${name} is called on its Service’s port and answers on its own: callers may use ${list(
      sortPorts(theirs.flatMap((call) => call.dialled)),
    )}.`,
  }));
}

/** Nobody could say which of the container's ports such a name stands for. */
function namedPortRemarks({ called }: Scene, calls: readonly Dialled[]): Remark[] {
  return groupBy(calls, (call) => JSON.stringify([call.destination.key, call.edge.protocol])).flatMap(([, [first]]) => {
    if (!first) return [];
    const { destination, edge } = first;
    const unresolved = called.unresolved(destination, edge.protocol);
    if (unresolved.length === 0) return [];
    const names = list(unresolved.map(({ targetPort }) => `“${targetPort}”`));
    const ports = list(sortPorts(unresolved.map(({ port }) => portLabel(edge.protocol, port))));
    const text = `${destination.name} has ports that its Services know by name only (${names}), and the cluster did not say which they are: its callers may use every port of a Service that could lead to them: ${ports}.`;
    return [{ level: 'look' as const, text }];
  });
}

function strayServiceRemarks({ called }: Scene, calls: readonly Dialled[]): Remark[] {
  const strays = calls.flatMap(({ edge, destination }) =>
    edge.port === undefined
      ? []
      : called.strays(destination, edge.protocol, edge.port).map(({ service, port }) => ({
          name: service.name,
          reached: destination.name,
          port: portLabel(edge.protocol, port.port),
        })),
  );
  return groupBy(strays, ({ name }) => name).map(([name, theirs]) => {
    const reached = list([...new Set(theirs.map((one) => one.reached))].sort());
    const ports = list(sortPorts(theirs.map((one) => one.port)));
    const text = `Nobody knows whom Service ${name} leads to: it selects no label that was seen. Whoever was seen to call ${reached} may use its port, too: ${ports}.`;
    return { level: 'look', text };
  });
}

function unknownServiceRemarks({ evidence }: Scene, calls: readonly Dialled[]): Remark[] {
  if (evidence.kubernetes || calls.length === 0) return [];
  const text =
    'No cluster said which Services lead where, and reports show the container’s port, not the one that was dialled: callers may dial any port of those they were seen to call, who accept only the ports that were seen.';
  return [{ level: 'look', text }];
}
