/** How host names become services: one owner's hosts together, a wildcard only where nobody else has a name below it. */
import { getDomain, getDomainWithoutSuffix, getPublicSuffix } from 'tldts';
import type { Remark } from '#core/draft.ts';
import type { Edge } from '#core/edge.ts';
import { outsideNames } from './ends.ts';
import { groupBy } from './group-by.ts';
import { slug } from './mint.ts';
import { SHARED_DOMAINS } from './shared-domains.ts';
import { list, portsOf } from './sketch.ts';

export type Service = {
  readonly name: string;
  /** Host names, or a wildcard and the apex. */
  readonly entries: readonly string[];
  readonly edges: readonly Edge[];
  readonly remarks: readonly Remark[];
};

/** What the console and the enforcers can read as a host name. */
export const HOST = /^[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))+$/;

/** Hosts of one registrable domain and the same ports are one service; other ports make it another. */
export function servicesOf(
  edges: readonly Edge[],
  wildcards: boolean,
  stopped: ReadonlySet<string>,
): { services: Service[]; refused: Edge[] } {
  const usable = (edge: Edge) => outsideNames(edge).filter((name) => HOST.test(name) && !stopped.has(name));
  const refused = edges.filter((edge) => usable(edge).length === 0);
  const byHost = groupBy(
    edges.flatMap((edge) => usable(edge).map((host) => ({ host, edge }))),
    ({ host }) => host,
  ).map(([host, seen]) => ({ host, edges: seen.map(({ edge }) => edge) }));
  const byDomain = groupBy(byHost, ({ host }) => domainOf(host));
  const services = byDomain.flatMap(([domain, hosts]) => {
    const kinds = groupBy(hosts, (one) => portsOf(one.edges).join(' '));
    return kinds.map(([, alike]) => serviceOf(domain, alike, kinds.length > 1, wildcards, stopped));
  });
  return { services: withOwnNames(services).sort((a, b) => (a.name < b.name ? -1 : 1)), refused };
}

type Host = { readonly host: string; readonly edges: readonly Edge[] };

function domainOf(host: string): string {
  return getDomain(host) ?? host;
}

function serviceOf(
  domain: string,
  hosts: readonly Host[],
  shares: boolean,
  wildcards: boolean,
  stopped: ReadonlySet<string>,
): Service {
  const names = hosts.map(({ host }) => host).sort();
  const below = names.filter((name) => name !== domain);
  const [first = domain] = names;
  const word = shares && names.length === 1 ? first : (getDomainWithoutSuffix(domain) ?? domain);
  const service = { name: slug(word), edges: [...new Set(hosts.flatMap((host) => host.edges))].sort(byId) };
  if (below.length < 2 || !wildcards) return { ...service, entries: names, remarks: [] };

  const held = [...stopped].filter((name) => name.endsWith(`.${domain}`)).sort();
  const reason = held.length > 0 ? `*.${domain} would hold ${list(held)}, which looks wrong` : whyNoWildcard(domain);
  if (reason !== undefined) {
    const text = `${list(names)} are listed one by one: ${reason}.`;
    return { ...service, entries: names, remarks: [{ level: 'note', text }] };
  }
  const apex = names.includes(domain) ? [domain] : [];
  const text = `*.${domain} also allows names nobody asked for yet; seen were ${list(below)}.`;
  return { ...service, entries: [`*.${domain}`, ...apex], remarks: [{ level: 'look', text }] };
}

function byId(a: Edge, b: Edge): number {
  return a.id < b.id ? -1 : 1;
}

/** Nothing when everything below the domain is one owner's, as far as the public-suffix list tells. */
export function whyNoWildcard(domain: string): string | undefined {
  if (getPublicSuffix(domain, { allowPrivateDomains: true }) === domain) {
    return `anybody can have a name below ${domain}`;
  }
  if (SHARED_DOMAINS.has(domain)) return `strangers have names of their own below ${domain}`;
  if (getDomain(domain, { allowPrivateDomains: true }) !== domain) return `${domain} is not one owner’s whole domain`;
  return undefined;
}

/** Two services of one word are told apart by their first host. */
function withOwnNames(services: readonly Service[]): Service[] {
  return groupBy(services, (service) => service.name).flatMap(([, same]) =>
    same.map((service) =>
      same.length === 1 ? service : { ...service, name: slug(service.entries[0] ?? service.name) },
    ),
  );
}
