/** External services: outside hosts by the names the processing units asked for, and the cluster's own API server. */
import type { Change, Remark } from '#core/draft.ts';
import type { Edge } from '#core/edge.ts';
import { UDP } from '#core/flow.ts';
import { asEntry } from '#core/peers.ts';
import { parseProtocolPorts } from '#core/protocol-ports.ts';
import { outsideAddress, outsideNames } from './ends.ts';
import { type Service, servicesOf } from './external-names.ts';
import { type Mint, unitsOf } from './mint.ts';
import type { Scene } from './scene.ts';
import { allow, type LeftOut, list, portsOf, type Sketch } from './sketch.ts';

export function sketchExternalServices(scene: Scene, edges: readonly Edge[], mint: Mint): Sketch {
  const api = edges.filter((edge) => scene.apiServers.has(outsideAddress(edge) ?? ''));
  const outside = edges.filter((edge) => !scene.apiServers.has(outsideAddress(edge) ?? ''));
  const nameless = outside.filter((edge) => outsideNames(edge).length === 0);
  const inward = scene.inwardNames;
  const trapped = outside.filter(
    (edge) => outsideNames(edge).length > 0 && outsideNames(edge).some((name) => inward.has(name)),
  );
  const aside = new Set([...nameless, ...trapped]);
  const named = outside.filter((edge) => !aside.has(edge));

  const { services, refused } = servicesOf(named, scene.settings.wildcards);
  const parts = [
    ...(api.length === 0 ? [] : [apiServer(scene, api, mint)]),
    ...services.map((service) => serviceChanges(scene, service, mint)),
  ];
  const leftOut: LeftOut[] = [
    ...(nameless.length === 0
      ? []
      : [
          {
            edges: nameless,
            because:
              'no processing unit behind this traffic had asked for a name; a bare address may be anybody’s tomorrow, so it is asked about one by one before discovery mode is disabled',
          },
        ]),
    ...(trapped.length === 0
      ? []
      : [
          {
            edges: trapped,
            because: 'its name was also answered with an inside address, and a rule by name would open that too',
          },
        ]),
    ...(refused.length === 0
      ? []
      : [{ edges: refused, because: 'its name cannot be written into an external network' }]),
  ];
  const stops: Remark[] =
    trapped.length === 0
      ? []
      : [
          {
            level: 'stop',
            text: `${list([...inward].filter((name) => trapped.some((edge) => edge.names.includes(name))).sort())} also leads to inside addresses: not in this draft.`,
          },
        ];
  return {
    changes: parts.flatMap((part) => part.changes),
    leftOut,
    remarks: [
      ...stops,
      ...(services.length === 0 ? [] : openResolvers(scene)),
      ...parts.flatMap((part) => part.remarks),
    ],
    ...(services.length === 0 ? {} : { breadth: breadthOf(scene, services) }),
  };
}

type Part = { readonly changes: readonly Change[]; readonly remarks: readonly Remark[] };

function serviceChanges(scene: Scene, service: Service, mint: Mint): Part {
  const { namespace } = scene.evidence;
  const network = mint.network(service.name, service.entries);
  const ruleset = mint.ruleset({
    name: `allow-${service.name}`,
    subject: [unitsOf(namespace).reverse()],
    incomingRules: [],
    outgoingRules: [allow(service.name, [[network.tag]], portsOf(service.edges))],
  });
  return { changes: [...network.changes, ...ruleset], remarks: service.remarks };
}

/** By address: pods learn it from their environment, without asking for a name. */
function apiServer(scene: Scene, edges: readonly Edge[], mint: Mint): Part {
  const { namespace } = scene.evidence;
  const network = mint.network(
    'kubernetes-api',
    edges.map((edge) => asEntry(outsideAddress(edge) ?? '')),
  );
  const ruleset = mint.ruleset({
    name: 'allow-kubernetes-api',
    subject: [unitsOf(namespace).reverse()],
    incomingRules: [],
    outgoingRules: [allow('kubernetes-api', [[network.tag]], portsOf(edges))],
  });
  const callers = edges.flatMap((edge) => scene.evidence.workloads.get(sourceOf(edge))?.name ?? []).sort();
  return {
    changes: [...network.changes, ...ruleset],
    remarks: [
      {
        level: 'look',
        text: `${list(callers)} called the cluster’s API server. What a caller may do there is up to its service account; builds and deployments need it too, and may not have run in the window.`,
      },
    ],
  };
}

function sourceOf(edge: Edge): string {
  return edge.source.kind === 'workload' ? edge.source.workload : '';
}

/** A rule by name trusts whoever answers: where pods may ask any resolver, a stranger's answer opens it. */
function openResolvers(scene: Scene): Remark[] {
  const { policy } = scene.evidence;
  // Eight bits or fewer of an address are half the internet.
  const wide = policy.externalNetworks.filter((network) =>
    network.entries.some((entry) => /^[^!].*\/[0-8]$/.test(entry) && !/^(10|fd|fc)/.test(entry)),
  );
  const tags = new Set(wide.flatMap((network) => network.tags));
  return policy.rulesets
    .filter((ruleset) => !ruleset.disabled)
    .filter((ruleset) =>
      ruleset.outgoingRules.some(
        (rule) =>
          rule.action === 'Allow' &&
          parseProtocolPorts(rule.protocolPorts).matches(UDP, 53) &&
          rule.object.some((clause) => clause.some((tag) => tag.startsWith('externalnetwork:') && tags.has(tag))),
      ),
    )
    .map((ruleset) => ({
      level: 'look' as const,
      text: `${ruleset.name} of ${ruleset.namespace} lets processing units ask any resolver: rules by name are then only as good as the answers of strangers.`,
    }));
}

function breadthOf(scene: Scene, services: readonly Service[]): NonNullable<Sketch['breadth']> {
  const seen = services.reduce((sum, service) => sum + new Set(service.edges.map(sourceOf)).size, 0);
  return { seen, possible: services.length * scene.own.length, of: 'pairs of workloads and external services' };
}
