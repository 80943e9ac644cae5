/** Which Redis servers have holes that whoever may send them a command can use, and what is done about each. */

export type Doubt = { readonly refuse: string } | { readonly warn: string };

type Version = readonly [major: number, minor: number, patch: number];

const OLDEST: Version = [6, 2, 0];

/**
 * CVE-2025-49844: a script frees what it still uses, and whoever may run one runs anything on the server. The first
 * patched release of each line; lines that are not named were never patched under a number of their own.
 */
const LUA_PATCHED: Readonly<Record<Server, readonly Version[]>> = {
  Redis: [
    [6, 2, 20],
    [7, 2, 11],
    [7, 4, 6],
    [8, 0, 4],
    [8, 2, 2],
  ],
  Valkey: [
    [7, 2, 11],
    [8, 0, 6],
    [8, 1, 4],
  ],
};

/** CVE-2026-23479: a client that is evicted while it waits is used after it was freed. */
const EVICTION_FROM: Version = [7, 2, 0];
const EVICTION_PATCHED: Version = [8, 6, 3];

type Server = 'Redis' | 'Valkey';

/** What INFO says; a server that does not tell its version is believed. */
export function doubtAbout(info: string): Doubt | undefined {
  const read = serverIn(info);
  if (!read) return undefined;
  const { server, version } = read;
  const name = `${server} ${version.join('.')}`;
  if (before(version, OLDEST)) return { refuse: `${name} is too old: 6.2 is the oldest that will do.` };
  const patched = LUA_PATCHED[server].find((each) => sameLine(each, version));
  if (patched && before(version, patched))
    return {
      refuse: `${name} lets a client that may run scripts take over the server (CVE-2025-49844). Upgrade it to ${patched.join('.')} or newer.`,
    };
  const newest = LUA_PATCHED[server].at(-1);
  if (!patched && newest && before(version, newest))
    return {
      warn: `${name} belongs to a line that was never patched for CVE-2025-49844 under a number of its own. Make sure that whoever packages it has patched it, or take a newer line.`,
    };
  if (server === 'Redis' && !before(version, EVICTION_FROM) && before(version, EVICTION_PATCHED))
    return {
      warn: `${name} may have CVE-2026-23479, fixed in ${EVICTION_PATCHED.join('.')}: leave maxmemory-clients at 0, as it is by default, and upgrade.`,
    };
  return undefined;
}

/** Valkey calls itself a Redis 7.2.4 beside its own version. */
function serverIn(info: string): { server: Server; version: Version } | undefined {
  for (const [server, field] of [
    ['Valkey', 'valkey_version'],
    ['Redis', 'redis_version'],
  ] as const) {
    const found = new RegExp(`^${field}:(\\d+)\\.(\\d+)(?:\\.(\\d+))?`, 'm').exec(info);
    if (found) return { server, version: [Number(found[1]), Number(found[2]), Number(found[3] ?? 0)] };
  }
  return undefined;
}

function sameLine(one: Version, other: Version): boolean {
  return one[0] === other[0] && one[1] === other[1];
}

function before(one: Version, other: Version): boolean {
  const at = one.findIndex((part, index) => part !== other[index]);
  return at >= 0 && (one[at] ?? 0) < (other[at] ?? 0);
}
