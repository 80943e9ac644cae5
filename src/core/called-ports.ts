/** On which ports a workload may be dialled when a report shows one, as far as the cluster's Services tell. */
import type { Evidence } from './evidence.ts';
import { TCP, UDP } from './flow.ts';
import { protocolName, type ServicePort, servicesBehind, targetsOf } from './services.ts';
import type { Workload } from './workload.ts';

/**
 * An accepted connection is reported with the container's port, while the source's rules were asked for the port that was
 * dialled (console-api.md 4.4). What was refused is reported under the port that the refusing end was asked for.
 */
export type CalledPorts = {
  /** All ports that may have been dialled, the one of the report first; undefined where nobody can say. */
  dialled(destination: Workload, protocol: number, port: number): readonly number[] | undefined;
  /** The container's ports, if it is a Service's port that the report shows. */
  behind(destination: Workload, protocol: number, port: number): readonly number[];
  /** Ports of Services whose container port has a name that stands for no known number: they may lead to any. */
  unresolved(destination: Workload, protocol: number): readonly ServicePort[];
};

export function calledPorts(evidence: Pick<Evidence, 'namespace' | 'kubernetes'>): CalledPorts {
  const known = new Map<Workload, readonly ServicePort[]>();
  const portsOf = (destination: Workload, protocol: number): readonly ServicePort[] => {
    if (destination.namespace !== evidence.namespace) return NONE;
    let ports = known.get(destination);
    if (!ports) {
      ports = servicesBehind(destination, evidence).flatMap((service) => service.ports);
      known.set(destination, ports);
    }
    return ports.length === 0 ? ports : ports.filter((port) => port.protocol === protocolName(protocol));
  };
  return {
    dialled(destination, protocol, port) {
      if (protocol !== TCP && protocol !== UDP) return [port];
      // Whoever reads the Services of one namespace knows nothing of its neighbours'.
      if (!evidence.kubernetes || destination.namespace !== evidence.namespace) return undefined;
      const leading = portsOf(destination, protocol).filter((one) => mayLeadTo(one, port));
      if (leading.length === 0) return [port];
      return [...new Set([port, ...leading.map((one) => one.port)])];
    },
    behind(destination, protocol, port) {
      const dialled = portsOf(destination, protocol).filter((one) => one.port === port);
      return [...new Set(dialled.flatMap(targetsOf))];
    },
    unresolved: (destination, protocol) => portsOf(destination, protocol).filter((one) => targetsOf(one).length === 0),
  };
}

const NONE: readonly ServicePort[] = [];

function mayLeadTo(servicePort: ServicePort, port: number): boolean {
  const targets = targetsOf(servicePort);
  return targets.length === 0 || targets.includes(port);
}
