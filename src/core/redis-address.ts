/** Where Redis is: one server, or sentinels that know which of several servers is the one that takes writes. */

export type RedisAddress = {
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
  readonly database: number;
  /** One server; or, beside the name of what they watch, each sentinel. */
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  /** What the sentinels call the group of servers; absent where the host is the server itself. */
  readonly watched?: string;
};

/** `redis://user:password@host:6379/0`, or `redis+sentinel://user:password@one:26379,two:26379/name/0`; each with TLS as `rediss`. */
const ADDRESS =
  /^(?<scheme>rediss?)(?<sentinel>\+sentinel)?:\/\/(?:(?<username>[^:@/]*)(?::(?<password>[^/]*))?@)?(?<hosts>[^/@?#]+)(?<path>\/[^?#]*)?$/;

/** Nothing where it is no address of Redis. */
export function redisAddress(text: string): RedisAddress | undefined {
  const parts = ADDRESS.exec(text)?.groups;
  if (!parts) return undefined;
  const bySentinel = parts.sentinel !== undefined;
  const path = (parts.path ?? '').split('/').filter((part) => part !== '');
  const watched = bySentinel ? path.shift() : undefined;
  const [database = '0', ...more] = path;
  const hosts = (parts.hosts ?? '').split(',').map((host) => hostAndPort(host, bySentinel ? 26_379 : 6379));
  const found = hosts.flatMap((host) => host ?? []);
  if (found.length < hosts.length || (bySentinel ? watched === undefined : hosts.length > 1)) return undefined;
  if (more.length > 0 || !/^\d{1,4}$/.test(database)) return undefined;
  const [username, password] = [decoded(parts.username), decoded(parts.password)];
  return {
    tls: parts.scheme === 'rediss',
    ...(username ? { username } : {}),
    ...(password ? { password } : {}),
    database: Number(database),
    hosts: found,
    ...(watched === undefined ? {} : { watched }),
  };
}

/** For people: without the user and the password. */
export function whereItIs({ hosts, watched }: Pick<RedisAddress, 'hosts' | 'watched'>): string {
  const places = hosts.map(({ host, port }) => `${host}:${port}`).join(', ');
  return watched === undefined ? places : `${watched}, which the sentinels at ${places} know`;
}

function hostAndPort(text: string, usualPort: number): { host: string; port: number } | undefined {
  const [, v6, name, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = v6 ?? name;
  const number = port === undefined ? usualPort : Number(port);
  return host === undefined || number > 65_535 ? undefined : { host, port: number };
}

/** What is no percent-encoding is meant as it stands. */
function decoded(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text);
  } catch {
    return text;
  }
}
