/** Which names a processing unit had looked up for an address, and when. */
import ipaddr from 'ipaddr.js';
import type { DnsLookup } from './flow.ts';

const HOUR = 3_600_000;
/** Repeated lookups are reported late, so one reported just after a flow may have led to it (console-api.md 3.7). */
const LATE = 2 * 60_000;
/** An address found again under another name has changed hands; names that follow each other faster than this share it. */
const TOGETHER = HOUR;

/** From the first to the last of a run of lookups that found the same name behind the same address. */
type Run = { readonly name: string; first: number; last: number };

export type NameBounds = {
  /** Lookups older than this, measured from the newest one learned, are not put away. */
  readonly keepHours: number;
  /** Addresses remembered for one processing unit; the one looked up longest ago goes first. */
  readonly addressesPerUnitMax: number;
};

/** Plain JSON: by processing unit and address, `[name, first, last]`. */
export type NamesAsJson = {
  readonly newest: number;
  readonly units: Readonly<Record<string, Readonly<Record<string, readonly (readonly [string, number, number])[]>>>>;
};

/** Names, and from when until before when the answer is the same. */
type NameSpan = { readonly names: readonly string[]; readonly from: number; readonly until: number };

export type NameTable = {
  learn(lookup: DnsLookup): void;
  /** The names this unit meant by this address then; sorted. */
  namesFor(unitId: string, ip: string, at: number): readonly string[];
  /** The names any unit had found for this address by then; sorted. A hint only: enforcers learn per unit. */
  namesElsewhere(ip: string, at: number): readonly string[];
  /** The same for those with many flows to ask about. */
  spanFor(unitId: string, ip: string, at: number): NameSpan;
  spanElsewhere(ip: string, at: number): NameSpan;
  toJSON(): NamesAsJson;
};

const BOUNDS: NameBounds = { keepHours: 8 * 24, addressesPerUnitMax: 512 };

export function nameTable(from?: NamesAsJson, bounds: NameBounds = BOUNDS): NameTable {
  /** Least recently learned first, so that the first address of a unit is the one to forget. */
  const units = new Map<string, Map<string, Run[]>>();
  const unitsByAddress = new Map<string, Set<string>>();
  let newest = from?.newest ?? 0;

  for (const [unit, addresses] of Object.entries(from?.units ?? {})) {
    for (const [ip, runs] of Object.entries(addresses)) {
      runsOf(unit, ip).push(...runs.map(([name, first, last]) => ({ name, first, last })));
    }
  }

  function runsOf(unit: string, ip: string): Run[] {
    const addresses = units.get(unit) ?? new Map<string, Run[]>();
    units.set(unit, addresses);
    const runs = addresses.get(ip) ?? [];
    addresses.delete(ip);
    addresses.set(ip, runs);
    const holders = unitsByAddress.get(ip);
    if (holders) holders.add(unit);
    else unitsByAddress.set(ip, new Set([unit]));
    const [oldest] = addresses.keys();
    if (oldest !== undefined && addresses.size > bounds.addressesPerUnitMax) forget(unit, oldest);
    return runs;
  }

  function forget(unit: string, ip: string): void {
    const addresses = units.get(unit);
    addresses?.delete(ip);
    if (addresses?.size === 0) units.delete(unit);
    const holders = unitsByAddress.get(ip);
    holders?.delete(unit);
    if (holders?.size === 0) unitsByAddress.delete(ip);
  }

  function forgetOld(): void {
    const oldest = newest - bounds.keepHours * HOUR;
    for (const [unit, addresses] of units) {
      for (const [ip, runs] of addresses) {
        const kept = runs.filter((run) => run.last >= oldest);
        if (kept.length === 0) forget(unit, ip);
        else addresses.set(ip, kept);
      }
    }
  }

  function runsFor(unitId: string, ip: string): readonly (readonly Run[])[] {
    const runs = units.get(unitId)?.get(bare(ip));
    return runs ? [runs] : [];
  }

  function runsElsewhere(ip: string): readonly (readonly Run[])[] {
    const address = bare(ip);
    return Array.from(unitsByAddress.get(address) ?? [], (unit) => units.get(unit)?.get(address) ?? []);
  }

  return {
    learn({ at, processingUnitId, name, ips }) {
      for (const ip of ips) extend(runsOf(processingUnitId, bare(ip)), name, at);
      newest = Math.max(newest, at);
    },
    namesFor: (unitId, ip, at) => namesAt(runsFor(unitId, ip), at),
    namesElsewhere: (ip, at) => namesAt(runsElsewhere(ip), at),
    spanFor: (unitId, ip, at) => spanAt(runsFor(unitId, ip), at),
    spanElsewhere: (ip, at) => spanAt(runsElsewhere(ip), at),
    toJSON() {
      forgetOld();
      return {
        newest,
        units: Object.fromEntries(
          Array.from(units, ([unit, addresses]) => [
            unit,
            Object.fromEntries(
              Array.from(addresses, ([ip, runs]) => [ip, runs.map((run) => [run.name, run.first, run.last] as const)]),
            ),
          ]),
        ),
      };
    },
  };
}

/** Lookups may be learned in any order: a late one can join two runs. */
function extend(runs: Run[], name: string, at: number): void {
  const near = runs.filter((run) => run.name === name && at >= run.first - TOGETHER && at <= run.last + TOGETHER);
  const [joined, ...others] = near;
  if (!joined) {
    runs.push({ name, first: at, last: at });
    return;
  }
  joined.first = Math.min(at, ...near.map((run) => run.first));
  joined.last = Math.max(at, ...near.map((run) => run.last));
  for (const other of others) runs.splice(runs.indexOf(other), 1);
}

/** The names looked up last before a flow, or so shortly before the last that they share the address with it. */
function namesAt(unitsRuns: readonly (readonly Run[])[], at: number): readonly string[] {
  const until = at + LATE;
  const names = new Set<string>();
  for (const runs of unitsRuns) {
    let latest = Number.NEGATIVE_INFINITY;
    for (const run of runs) if (run.first <= until) latest = Math.max(latest, Math.min(run.last, until));
    for (const run of runs) {
      if (run.first <= until && Math.min(run.last, until) >= latest - TOGETHER) names.add(run.name);
    }
  }
  return names.size < 2 ? [...names] : [...names].sort();
}

/** What namesAt says changes only where a run begins, where it ends, and where it has ended long enough. */
function spanAt(unitsRuns: readonly (readonly Run[])[], at: number): NameSpan {
  let from = Number.NEGATIVE_INFINITY;
  let until = Number.POSITIVE_INFINITY;
  const changes = (change: number) => {
    if (change > at) until = Math.min(until, change);
    else from = Math.max(from, change);
  };
  if (onlyName(unitsRuns)) {
    // Where there is but one name, it stays once it was found.
    let found = Number.POSITIVE_INFINITY;
    for (const runs of unitsRuns) for (const { first } of runs) found = Math.min(found, first);
    changes(found - LATE);
  } else {
    for (const runs of unitsRuns) {
      for (const { first, last } of runs) {
        changes(first - LATE);
        changes(last - LATE + 1);
        changes(last - LATE + TOGETHER + 1);
      }
    }
  }
  return { names: namesAt(unitsRuns, at), from, until };
}

function onlyName(unitsRuns: readonly (readonly Run[])[]): boolean {
  const first = unitsRuns[0]?.[0];
  return unitsRuns.every((runs) => runs.every(({ name }) => name === first?.name));
}

/** `10.0.0.1/32` → `10.0.0.1`; IPv6 in its one short form, since consoles and resolvers spell it in several. */
function bare(ip: string): string {
  const address = ip.replace(/\/(32|128)$/, '');
  return address.includes(':') && ipaddr.isValid(address) ? ipaddr.process(address).toString() : address;
}
