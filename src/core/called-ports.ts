/** On which ports a workload may be dialled when a report shows one, as far as the cluster's Services tell. */
import type { Evidence, KubernetesService } from './evidence.ts';
import { TCP, UDP } from './flow.ts';
import { hasSelector, protocolName, type ServicePort, servicesBehind, strayServices, targetsOf } from './services.ts';
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
  /** Services of which nobody knows whom they lead to, and that may lead there. */
  strays(destination: Workload, protocol: number, port: number): readonly Stray[];
};

type Stray = { readonly service: KubernetesService; readonly port: ServicePort };

export function calledPorts(evidence: Pick<Evidence, 'namespace' | 'kubernetes' | 'workloads'>): CalledPorts {
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
  const stray = strayServices(evidence).flatMap((service) => service.ports.map((port) => ({ service, port })));
  const straysTo = (destination: Workload, protocol: number, port: number): readonly Stray[] => {
    if (stray.length === 0 || destination.namespace !== evidence.namespace) return NOBODY;
    const isExplained = portsOf(destination, protocol).some((one) => mayLeadTo(one, port));
    return stray.filter((one) => one.port.protocol === protocolName(protocol) && mayStrayTo(one, port, isExplained));
  };
  return {
    dialled(destination, protocol, port) {
      if (protocol !== TCP && protocol !== UDP) return [port];
      // Whoever reads the Services of one namespace knows nothing of its neighbours'.
      if (!evidence.kubernetes || destination.namespace !== evidence.namespace) return undefined;
      const leading = portsOf(destination, protocol).filter((one) => mayLeadTo(one, port));
      const strays = straysTo(destination, protocol, port);
      if (leading.length === 0 && strays.length === 0) return [port];
      return [...new Set([port, ...leading.map((one) => one.port), ...strays.map((one) => one.port.port)])];
    },
    behind(destination, protocol, port) {
      const dialled = portsOf(destination, protocol).filter((one) => one.port === port);
      return [...new Set(dialled.flatMap(targetsOf))];
    },
    strays: straysTo,
    unresolved: (destination, protocol) => portsOf(destination, protocol).filter((one) => targetsOf(one).length === 0),
  };
}

const NONE: readonly ServicePort[] = [];
const NOBODY: readonly Stray[] = [];

/**
 * What somebody listed by hand may lead to anybody who listens there. A selector that finds nobody is as a rule of a workload
 * that is not running, so it counts only where no Service is known to lead.
 */
function mayStrayTo({ service, port: servicePort }: Stray, port: number, isExplained: boolean): boolean {
  if (hasSelector(service)) return !isExplained && targetsOf(servicePort).includes(port);
  return servicePort.targets?.includes(port) ?? true;
}

function mayLeadTo(servicePort: ServicePort, port: number): boolean {
  const targets = targetsOf(servicePort);
  return targets.length === 0 || targets.includes(port);
}
