/** Edges as people see them: one group for what they would call one connection, and one for a scan. */
import { hash } from 'node:crypto';
import type { EdgeGroup } from './draft.ts';
import type { Edge } from './edge.ts';
import { isNameless, type Sighting, sightingsOf, type Words } from './places.ts';
import { portLabel } from './protocol-ports.ts';

const ADDRESSES_MAX = 32;
const COLUMN_WIDTH_MAX = 64;
/** A scan tries many ports of one destination, or many addresses without a name, and hardly comes back to any. */
const SCAN_PORTS = 16;
const SCAN_ADDRESSES = 64;
const SCAN_REPORTS = 3;

/** What counts most and came last first; scans at the end. */
export function groupEdges(edges: readonly Edge[], evidence: Words): EdgeGroup[] {
  // By source and then by destination: keys of both are long, and writing them together costs more than all the rest.
  const grouped = new Map<string, Map<string, Sighting[]>>();
  const scanned = new Map<string, Sighting[]>();
  const { sightings, scans } = lookAt(edges, evidence);
  for (const sighting of sightings) {
    const { edge, source, destination } = sighting;
    if (scans.has(edge.id)) {
      push(scanned, source.key, sighting);
      continue;
    }
    let bySource = grouped.get(source.key);
    if (!bySource) {
      bySource = new Map();
      grouped.set(source.key, bySource);
    }
    push(bySource, destination.key, sighting);
  }
  const groups: EdgeGroup[] = [];
  for (const [source, byDestination] of grouped)
    for (const [destination, group] of byDestination)
      groups.push(groupOf(JSON.stringify([source, destination]), group));
  return [...groups.sort(byWeight), ...[...scanned].map(([key, group]) => scanOf(key, group)).sort(byWeight)];
}

/** One group in one line of a sentence. */
export function groupInWords({ source, destination, ports }: EdgeGroup): string {
  return `${source} → ${destination} ${ports.join(', ')}`;
}

/** A table in plain text, for files and terminals. Times are UTC. */
export function describeGroups(groups: readonly EdgeGroup[]): string {
  const rows = groups.map((group) => [
    group.source,
    group.destination,
    group.ports.join(' '),
    String(group.count),
    String(group.days),
    new Date(group.lastSeen).toISOString().slice(0, 16).replace('T', ' '),
  ]);
  const table = [['from', 'to', 'ports', 'flows', 'days', 'last seen'], ...rows].map((row) => row.map(cell));
  const widths: number[] = [];
  for (const row of table) {
    for (const [column, text] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, [...text].length);
  }
  return table
    .map((row) => row.map((text, column) => text + ' '.repeat((widths[column] ?? 0) - [...text].length)).join('  '))
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

/** Edges that look like somebody trying doors: never evidence that something needs them. */
export function scanLike(edges: readonly Edge[], evidence: Words): Set<string> {
  return lookAt(edges, evidence).scans;
}

/**
 * What each edge is a sighting of, by edge id: the same for another address of the same name, for another client out of
 * the internet, under another ruleset. Scans are sightings of nothing.
 */
export function sightingKeys(edges: readonly Edge[], evidence: Words): Map<string, string> {
  const { sightings, scans } = lookAt(edges, evidence);
  return new Map(
    sightings
      .filter(({ edge }) => !scans.has(edge.id))
      .map(({ edge, source, destination }) => [
        edge.id,
        JSON.stringify([source.key, destination.key, edge.protocol, edge.port ?? null]),
      ]),
  );
}

function lookAt(edges: readonly Edge[], evidence: Words): { sightings: Sighting[]; scans: Set<string> } {
  const sightings = sightingsOf(edges, evidence);
  return { sightings, scans: scansAmong(sightings) };
}

/** Ids of the edges whose source tried many doors once. */
function scansAmong(sightings: readonly Sighting[]): Set<string> {
  const byOrigin = new Map<string, Sighting[]>();
  for (const sighting of sightings) {
    const { edge, source } = sighting;
    if (edge.reports > Math.max(SCAN_REPORTS, edge.days.length) || edge.names.length > 0) continue;
    const { source: peer } = edge;
    push(byOrigin, peer.kind === 'address' ? `address:${peer.address}` : source.key, sighting);
    // A scan shared out among many clients shows only in all of them together.
    if (source.key === 'internet') push(byOrigin, 'internet', sighting);
  }
  const scans = new Set<string>();
  for (const rare of byOrigin.values()) {
    const nameless = rare.filter(({ destination }) => isNameless(destination));
    if (triesManyPorts(rare)) for (const { edge } of rare) scans.add(edge.id);
    else if (triesManyAddresses(nameless)) for (const { edge } of nameless) scans.add(edge.id);
  }
  return scans;
}

function triesManyPorts(sightings: readonly Sighting[]): boolean {
  const ports = new Map<string, Set<string>>();
  for (const { edge, destination } of sightings) {
    const seen = ports.get(destination.key) ?? new Set();
    ports.set(destination.key, seen.add(`${edge.protocol}/${edge.port ?? ''}`));
    if (seen.size > SCAN_PORTS) return true;
  }
  return false;
}

function triesManyAddresses(sightings: readonly Sighting[]): boolean {
  return new Set(sightings.map(({ destination }) => destination.key)).size > SCAN_ADDRESSES;
}

function groupOf(key: string, sightings: readonly Sighting[]): EdgeGroup {
  const [first] = sightings;
  if (!first) throw new Error('a group has at least one edge');
  const summed = sumOf(sightings);
  // The ports belong to the id: what was decided about a group was not decided about a port that came later.
  return {
    id: idOf([key, ...summed.ports]),
    source: first.source.label,
    destination: first.destination.label,
    ...summed,
  };
}

function scanOf(key: string, sightings: readonly Sighting[]): EdgeGroup {
  const [first] = sightings;
  if (!first) throw new Error('a group has at least one edge');
  const summed = sumOf(sightings);
  const destinations = new Set(sightings.map(({ destination }) => destination.label));
  const where = destinations.size === 1 ? first.destination.label : `${destinations.size} destinations`;
  const ports = summed.ports.length === 1 ? `${summed.ports[0]}` : `${summed.ports.length} ports`;
  return {
    id: idOf(['scan', key]),
    // One client that tries doors is somebody in particular, not the internet.
    source: summed.addresses.length === 1 ? `${summed.addresses[0]}` : first.source.label,
    destination: `${where}, ${ports} (scan-like)`,
    ...summed,
  };
}

type Sum = Omit<EdgeGroup, 'id' | 'source' | 'destination'>;

function sumOf(sightings: readonly Sighting[]): Sum {
  const [only] = sightings;
  // Most groups are one edge, for which the sets below cost more than everything else about a group.
  if (only && sightings.length === 1) return sumOfOne(only.edge);
  const edges = sightings.map(({ edge }) => edge);
  const days = new Set<string>();
  const names = new Set<string>();
  const addresses = new Set<string>();
  const ports = new Map<string, Edge>();
  let count = 0;
  let firstSeen = Number.POSITIVE_INFINITY;
  let lastSeen = Number.NEGATIVE_INFINITY;
  for (const edge of edges) {
    for (const day of edge.days) days.add(day);
    for (const name of edge.names) names.add(name);
    for (const peer of [edge.source, edge.destination]) if (peer.kind === 'address') addresses.add(peer.address);
    ports.set(portLabel(edge.protocol, edge.port), edge);
    count += edge.count;
    firstSeen = Math.min(firstSeen, edge.firstSeen);
    lastSeen = Math.max(lastSeen, edge.lastSeen);
  }
  return {
    ports: [...ports]
      .sort(([, a], [, b]) => a.protocol - b.protocol || (a.port ?? -1) - (b.port ?? -1))
      .map(([label]) => label),
    names: [...names].sort(),
    addresses: [...addresses].sort().slice(0, ADDRESSES_MAX),
    edges: edges.map((edge) => edge.id).sort(),
    count,
    firstSeen,
    lastSeen,
    days: days.size,
  };
}

function sumOfOne(edge: Edge): Sum {
  const { source, destination, count, firstSeen, lastSeen } = edge;
  const addresses: string[] = [];
  if (source.kind === 'address') addresses.push(source.address);
  if (destination.kind === 'address') addresses.push(destination.address);
  return {
    ports: [portLabel(edge.protocol, edge.port)],
    names: edge.names.length < 2 ? edge.names : [...edge.names].sort(),
    addresses: addresses.length < 2 ? addresses : [...new Set(addresses)].sort(),
    edges: [edge.id],
    count,
    firstSeen,
    lastSeen,
    days: edge.days.length,
  };
}

function idOf(identity: readonly string[]): string {
  return hash('sha256', JSON.stringify(identity)).slice(0, 16);
}

/** A label is whatever somebody put into a tag: it must not break the line, turn the text around or push the rest away. */
function cell(text: string): string {
  const visible = [...text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '\ufffd')];
  return visible.length <= COLUMN_WIDTH_MAX ? visible.join('') : `${visible.slice(0, COLUMN_WIDTH_MAX - 1).join('')}…`;
}

function byWeight(a: EdgeGroup, b: EdgeGroup): number {
  return b.count - a.count || b.lastSeen - a.lastSeen || (a.id < b.id ? -1 : 1);
}

function push<Key, Value>(groups: Map<Key, Value[]>, key: Key, value: Value): void {
  const group = groups.get(key);
  if (group) group.push(value);
  else groups.set(key, [value]);
}
