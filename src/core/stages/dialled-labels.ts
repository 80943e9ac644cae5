/** The ports that the rules of a caller have to name, so that a connection it was seen to make works however it was dialled. */
import type { CalledPorts } from '#core/called-ports.ts';
import type { Edge } from '#core/edge.ts';
import { TCP } from '#core/flow.ts';
import { portLabel } from '#core/protocol-ports.ts';
import type { Workload } from '#core/workload.ts';
import { carriesIdentity } from './ends.ts';

export const ANY_PORT = '/1:65535';

export function dialledLabels(called: CalledPorts, edge: Edge, destination: Workload): string[] {
  if (edge.port === undefined || !carriesIdentity(edge)) return [portLabel(edge.protocol, edge.port)];
  const ports = called.dialled(destination, edge.protocol, edge.port);
  // Nobody knows which Service's port was dialled. The destination's own rule still takes only what was seen.
  if (!ports) return [`${edge.protocol === TCP ? 'tcp' : 'udp'}${ANY_PORT}`];
  return ports.map((port) => portLabel(edge.protocol, port));
}
