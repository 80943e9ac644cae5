/** External services: outside hosts by the names the processing units asked for, and the cluster's own API server. */
import type { Change, Remark } from '#core/draft.ts';
import { type Edge, isFoundByName } from '#core/edge.ts';
import { asEntry } from '#core/peers.ts';
import { outsideAddress, outsideNames } from './ends.ts';
import { type Service, servicesOf } from './external-names.ts';
import { type Mint, unitsOf } from './mint.ts';
import { openResolvers } from './open-resolvers.ts';
import type { Scene } from './scene.ts';
import { allow, type LeftOut, list, portsOf, type Sketch } from './sketch.ts';

const NAMELESS =
  'no processing unit behind this traffic had asked for a name; a bare address may be anybody’s tomorrow, so it is asked about one by one before discovery mode is disabled';

const SILENT =
  'a rule by name allows it to pods that look the name up, and not all were seen to; the rest is asked about before discovery mode is disabled';

export function sketchExternalServices(scene: Scene, edges: readonly Edge[], mint: Mint): Sketch {
  const { settings, suspicions } = scene;
  const api = edges.filter((edge) => scene.apiServers.has(outsideAddress(edge) ?? ''));
  const outside = edges.filter((edge) => !scene.apiServers.has(outsideAddress(edge) ?? ''));
  const nameless = outside.filter((edge) => outsideNames(edge).length === 0);
  const silent = outside.filter((edge) => !isFoundByName(edge) && isAllowedByName(scene, edge));
  const aside = new Set([...nameless, ...silent]);
  const named = outside.filter((edge) => !aside.has(edge));
  const open = openResolvers(scene.evidence.policy, scene.own, scene.evidence.workloads);
  const { services, refused } =
    open.length === 0 ? servicesOf(named, settings.wildcards, suspicions.stoppedNames) : { services: [], refused: [] };
  const parts = [
    ...(api.length === 0 ? [] : [apiServer(scene, api, mint)]),
    ...services.map((service) => serviceChanges(scene, service, mint)),
  ];
  const leftOut: LeftOut[] = [
    { edges: nameless, because: NAMELESS },
    { edges: silent, because: SILENT },
    { edges: refused, because: 'its name cannot be written into an external network' },
    { edges: open.length === 0 ? [] : named, because: strangersAnswer(open) },
  ].filter(({ edges: some }) => some.length > 0);
  return {
    changes: parts.flatMap((part) => part.changes),
    leftOut,
    remarks: [
      ...(open.length === 0 || named.length === 0
        ? []
        : [{ level: 'stop' as const, text: `${capital(strangersAnswer(open))}.` }]),
      ...parts.flatMap((part) => part.remarks),
    ],
    ...(services.length === 0 ? {} : { breadth: breadthOf(scene, services) }),
  };
}

/** Once each of its pods asks for the name. */
function isAllowedByName(scene: Scene, edge: Edge): boolean {
  return edge.names.length > 0 && scene.verdict({ ...edge, unnamed: 0 }).outcome === 'accept';
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
function strangersAnswer(rulesets: readonly string[]): string {
  return `no rule by name is proposed while ${list(rulesets)} lets processing units ask any resolver: a stranger’s answer would decide where the name leads. Narrow it to the resolvers that are trusted and draft this stage again`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** As many rows as a reader of the card counts: each name on its own, although one ruleset may hold several. */
function breadthOf(scene: Scene, services: readonly Service[]): NonNullable<Sketch['breadth']> {
  const edges = services.flatMap((service) => service.edges);
  const names = new Set(edges.map(nameOf));
  const seen = new Set(edges.map((edge) => JSON.stringify([sourceOf(edge), nameOf(edge)])));
  return { seen: seen.size, possible: names.size * scene.own.length, of: 'pairs of workloads and names outside' };
}

function nameOf(edge: Edge): string {
  return outsideNames(edge)[0] ?? '';
}
