/** What the sandbox's enforcer makes of recorded edges under a policy: a second opinion that knows nothing of the verdict. */
import type { Edge, Peer } from '#core/edge.ts';
import type { Evidence, KubernetesService } from '#core/evidence.ts';
import { TCP, UDP } from '#core/flow.ts';
import type { Policy } from '#core/policy.ts';
import { type End, judge } from '#sandbox/console/enforcer/connection.ts';
import type { Policy as Objects } from '#sandbox/console/objects.ts';
import { externalNetwork, namespace, ruleset } from '#test/sandbox/support/policy.ts';

/** Where no cluster tells, a Service may have any port. */
const UNTOLD_PORTS = [80, 5000, 31_999];

/** Ids of edges that would be refused on some port by which their destination can be dialled. */
export function refusedByEnforcer(policy: Policy, facts: Evidence): string[] {
  const objects = objectsOf(policy);
  const places = [...facts.workloads.keys()];
  const endOf = (peer: Peer): End => {
    const workload = peer.kind === 'workload' ? facts.workloads.get(peer.workload) : undefined;
    if (peer.kind === 'address') return { address: peer.address };
    if (!workload) throw new Error(`nobody knows the workload ${peer.workload}`);
    const tags = [...new Set(['$identity=processingunit', `$namespace=${workload.namespace}`, ...workload.tags])];
    const at = places.indexOf(workload.key);
    return {
      address: `10.72.${Math.floor(at / 250)}.${1 + (at % 250)}`,
      unit: { ID: workload.key, namespace: workload.namespace, tags },
    };
  };
  return facts.edges.filter(isJudgedAlike).flatMap((edge) => {
    const [source, destination] = [endOf(edge.source), endOf(edge.destination)];
    const protocol = edge.protocol === TCP ? 'tcp' : 'udp';
    const between = source.unit !== undefined && destination.unit !== undefined;
    const { names, port } = edge;
    const asked = { source, destination, protocol, names, ...(port === undefined ? {} : { port }) } as const;
    const ports = between ? portsThatLead(edge, facts) : [port ?? 0];
    return ports.some((dialledPort) => judge(objects, { ...asked, dialledPort }).action === 'Reject') ? [edge.id] : [];
  });
}

/** UDP between units is reported by address, so an edge that has both of them tells of a console that was set otherwise. */
function isJudgedAlike({ protocol, source, destination }: Edge): boolean {
  const between = source.kind === 'workload' && destination.kind === 'workload';
  return protocol === TCP || (protocol === UDP && !between);
}

function portsThatLead({ destination, port = 0 }: Edge, { workloads, kubernetes }: Evidence): number[] {
  if (!kubernetes) return [port, ...UNTOLD_PORTS];
  const tags = destination.kind === 'workload' ? (workloads.get(destination.workload)?.tags ?? []) : [];
  const selects = ({ selector }: KubernetesService) =>
    Object.entries(selector).every(
      ([key, value]) => tags.includes(`${key}=${value}`) || tags.includes(`k8s:${key}=${value}`),
    );
  const ports = kubernetes.services.filter(selects).flatMap((service) => service.ports);
  return [
    port,
    ...ports.filter((one) => one.protocol === 'TCP' && mayLeadTo(one.targetPort, port)).map((one) => one.port),
  ];
}

/** A name that nobody resolves may stand for any. */
function mayLeadTo(targetPort: number | string, port: number): boolean {
  return typeof targetPort === 'string' || targetPort === port;
}

function objectsOf(policy: Policy): Objects {
  const { namespace: here, prefixes, effective } = policy;
  return {
    namespaces: [
      namespace(here, {
        defaultPUIncomingTrafficAction: effective.incoming,
        defaultPUOutgoingTrafficAction: effective.outgoing,
        tagPrefixes: [...prefixes.effective],
      }),
    ],
    externalNetworks: policy.externalNetworks.map(({ name, entries, tags }) =>
      externalNetwork(here, name, [...entries], { normalizedTags: [...tags] }),
    ),
    rulesets: policy.rulesets.map(({ id, name, subject, incomingRules, outgoingRules }) => ({
      ...ruleset(here, name, JSON.parse(JSON.stringify({ subject, incomingRules, outgoingRules }))),
      ID: id,
    })),
  };
}
