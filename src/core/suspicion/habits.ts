/** How a contact was seen: by whom of several, since when, on how many days, at what beat. */
import type { Edge } from '#core/edge.ts';
import type { Workload } from '#core/workload.ts';
import { bornAt, type Contact } from './contacts.ts';
import type { Suspicion } from './signals.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Shorter windows have no first and last part worth comparing. */
const WINDOW_DAYS_MIN = 5;
/** What comes so soon after a pod belongs to its start. */
const START = 30 * MINUTE;
/** So many reports fall on one of two pods by chance less than once in two thousand times. */
const REPORTS_OF_ONE = 12;
const RARE = 5;
const BEATS = 50;
/** Seconds that programs wait, rather than people. */
const BEAT_SECONDS = [10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];
const BEAT_TOLERANCE = 0.01;

export type Window = { readonly from: number; readonly to: number };

/** Weak support: alone worth a look or a note; together with what the place tells, reason enough to stop. */
export const WEAK: ReadonlySet<string> = new Set(['S-01', 'S-03', 'S-04', 'S-30']);

export function habitSignals(contact: Contact, window: Window, isStore: boolean): Suspicion[] {
  return [
    ...lateArrival(contact, window),
    ...onePodOnly(contact),
    ...oneDayOnly(contact, window),
    ...rare(contact),
    ...beacon(contact),
    ...young(contact, window),
    ...(isStore ? [storeCallsOut(contact.workload)] : []),
  ];
}

function lateArrival({ habit, workload }: Contact, { from, to }: Window): Suspicion[] {
  const length = to - from;
  if (length < WINDOW_DAYS_MIN * DAY || habit.firstSeen < to - length / 5) return [];
  if (startsWithAPod(habit.firstSeen, workload)) return [];
  const day = Math.ceil((habit.firstSeen - from) / DAY);
  const days = Math.round(length / DAY);
  return [
    {
      id: 'S-01',
      level: 'look',
      because: `first seen on day ${day} of ${days}, and no pod of ${workload.name} had just started`,
      measured: { firstDay: day, windowDays: days },
    },
  ];
}

function startsWithAPod(at: number, { units }: Workload): boolean {
  return units.some((unit) => {
    const born = bornAt(unit);
    return born !== undefined && at >= born && at - born <= START;
  });
}

/** Pods that lived when it was seen; a pod that came later could not have taken part. */
function onePodOnly({ habit, workload }: Contact): Suspicion[] {
  const living = workload.units.filter((unit) => (bornAt(unit) ?? 0) <= habit.firstSeen);
  const known = Math.max(living.length, habit.units.length);
  if (habit.units.length !== 1 || known < 2 || habit.reports < REPORTS_OF_ONE) return [];
  return [
    {
      id: 'S-03',
      level: 'look',
      because: `only 1 of ${known} pods of ${workload.name} does it, in ${habit.reports} reports`,
      measured: { pods: 1, ofPods: known, reports: habit.reports },
    },
  ];
}

function oneDayOnly({ habit, workload }: Contact, { from, to }: Window): Suspicion[] {
  if (to - from < WINDOW_DAYS_MIN * DAY || habit.days > 1 || startsWithAPod(habit.firstSeen, workload)) return [];
  const because = 'seen on one day only; what happens once a week looks the same';
  return [{ id: 'S-04', level: 'note', because, measured: { days: habit.days } }];
}

function rare({ habit }: Contact): Suspicion[] {
  if (habit.count >= RARE) return [];
  const because = `seen ${habit.count === 1 ? 'once' : `${habit.count} times`} in the whole window`;
  return [{ id: 'S-05', level: 'note', because, measured: { connections: habit.count } }];
}

/** From one pod alone, since the beats of several mix; the mean is all that is left of the times between. */
function beacon({ habit }: Contact): Suspicion[] {
  if (habit.units.length !== 1 || habit.count < BEATS || habit.lastSeen - habit.firstSeen < DAY) return [];
  const seconds = (habit.lastSeen - habit.firstSeen) / 1000 / (habit.count - 1);
  const beat = BEAT_SECONDS.find((period) => Math.abs(seconds - period) <= period * BEAT_TOLERANCE);
  if (beat === undefined) return [];
  return [
    {
      id: 'S-06',
      level: 'look',
      because: `${habit.count} connections, one every ${beat} seconds on average, day and night`,
      measured: { connections: habit.count, everySeconds: beat },
    },
  ];
}

function young({ habit, workload }: Contact, { from, to }: Window): Suspicion[] {
  const births = workload.units.map(bornAt);
  const [first] = births.filter((born) => born !== undefined).sort((a, b) => a - b);
  if (births.includes(undefined) || first === undefined || first < from + (to - from) / 2) return [];
  return [
    {
      id: 'S-27',
      level: 'note',
      because: `${workload.name} itself is younger than half of the window`,
      measured: { ageHours: Math.round((habit.lastSeen - first) / 3_600_000) },
    },
  ];
}

function storeCallsOut({ name }: Workload): Suspicion {
  return {
    id: 'S-30',
    level: 'look',
    because: `${name} keeps data for others and calls nobody else outside`,
    measured: {},
  };
}

/** What databases, caches and brokers are called. A port tells less: many a program listens where a store would. */
const STORE_NAMES =
  /(^|[^a-z])(redis|valkey|memcached?|mysql|mariadb|percona|postgres(ql)?|pgsql|mongo(db)?|cassandra|scylla|couchdb|elasticsearch|opensearch|rabbitmq|kafka|zookeeper|nats|etcd|clickhouse|influxdb|neo4j|mssql|cockroach(db)?|minio|db|database)([^a-z]|$)/;

/** Workloads under a store's name that never call another workload. */
export function storesAmong(edges: readonly Edge[], workloads: Iterable<Workload>): Set<string> {
  const calling = new Set<string>();
  for (const { source, destination } of edges) {
    if (source.kind !== 'workload' || destination.kind !== 'workload') continue;
    if (source.workload !== destination.workload) calling.add(source.workload);
  }
  return new Set(
    [...workloads].filter(({ key, name }) => !calling.has(key) && STORE_NAMES.test(name)).map(({ key }) => key),
  );
}
