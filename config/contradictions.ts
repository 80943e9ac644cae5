/** Settings that are each right and cannot stand together. */
import { approverFindings } from './approvers.ts';
import type { Finding, Path } from './mistakes.ts';
import { keyIdOf, publicKeyOf } from './receipt-key.ts';
import { NamespaceSettings, Settings } from './schema.ts';

/** Each part is looked at where it is right in itself, so that one wrong setting hides nothing in another. */
export function contradictions(written: unknown, production: boolean): Finding[] {
  const part = (name: string): unknown =>
    isRecord(written) && Object.hasOwn(written, name) ? written[name] : undefined;
  const shape = Settings.shape;
  const people = shape.people.safeParse(part('people')).data ?? {};
  const authority = shape.authority.safeParse(part('authority')).data;
  const list = part('namespaces');
  const namespaces = (Array.isArray(list) ? list : []).flatMap((entry: unknown, index) => {
    const { data } = NamespaceSettings.safeParse(entry);
    return data ? [{ index, settings: data }] : [];
  });
  const reactions = shape.reactions.safeParse(part('reactions')).data;
  const receipts = shape.receipts.safeParse(part('receipts')).data;

  return [
    ...namespaces.flatMap(({ index, settings }) => [
      ...approverFindings(settings, { index, people, production }),
      ...listedTwice(settings, index),
      ...shadowFindings(settings, index),
    ]),
    ...neverReached(namespaces),
    ...peopleFindings(people),
    ...(authority ? authorityFindings(authority, namespaces) : []),
    ...(reactions ? reactionFindings(reactions) : []),
    ...(receipts ? receiptFindings(receipts) : []),
    ...ledgerFindings(shape.ledger.safeParse(part('ledger')).data, receipts),
    ...watchFindings(shape.watch.safeParse(part('watch')).data),
    ...consoleFindings(shape.console.safeParse(part('console')).data),
  ];
}

type Entry = { readonly index: number; readonly settings: NamespaceSettings };

function mistake(path: Path, sentence: string): Finding {
  return { weight: 'mistake', path, sentence };
}

function warning(path: Path, sentence: string): Finding {
  return { weight: 'warning', path, sentence };
}

function listedTwice(settings: NamespaceSettings, index: number): Finding[] {
  const base: Path = ['namespaces', index];
  const lists: [Path, readonly string[]][] = [
    [[...base, 'requesters', 'users'], settings.requesters.users],
    [[...base, 'requesters', 'groups'], settings.requesters.groups],
    [[...base, 'approval', 'users'], settings.approval.users],
    [[...base, 'approval', 'groups'], settings.approval.groups],
    ...Object.entries(settings.stages).flatMap(([stage, own]): [Path, readonly string[]][] => [
      [[...base, 'stages', stage, 'users'], own?.users ?? []],
      [[...base, 'stages', stage, 'groups'], own?.groups ?? []],
    ]),
  ];
  const fromGroups: [Path, readonly string[]][] = [
    [[...base, 'approval', 'fromGroups'], settings.approval.fromGroups.map(({ group }) => group)],
    ...Object.entries(settings.stages).map(([stage, own]): [Path, readonly string[]] => [
      [...base, 'stages', stage, 'fromGroups'],
      (own?.fromGroups ?? []).map(({ group }) => group),
    ]),
  ];
  return [...lists, ...fromGroups].flatMap(([path, ids]) =>
    repeated(ids).map(({ id, at }) => mistake([...path, at], `${id} is listed twice`)),
  );
}

/** Only a rule can be observed. The last stage is the default actions, which reject or do not. */
function shadowFindings({ stages }: NamespaceSettings, index: number): Finding[] {
  if (!stages['disable-discovery']?.shadow) return [];
  const path: Path = ['namespaces', index, 'stages', 'disable-discovery', 'shadow'];
  return [mistake(path, 'default actions cannot be observed only: shadow is for the stages that create rules')];
}

/** The first match counts: a later one that an earlier one covers is never used. */
function neverReached(entries: readonly Entry[]): Finding[] {
  return entries.flatMap(({ index, settings: { match } }) => {
    const earlier = entries.find((other) => other.index < index && covers(other.settings.match, match));
    if (!earlier) return [];
    const sentence =
      earlier.settings.match === match
        ? `${match} is there twice, and the first one counts`
        : `never used: ${earlier.settings.match} above covers ${match}, and the first match counts. Put the narrower one first`;
    return [mistake(['namespaces', index, 'match'], sentence)];
  });
}

function covers(wide: string, narrow: string): boolean {
  return wide === narrow || (wide.endsWith('/*') && narrow.startsWith(wide.slice(0, -1)));
}

function peopleFindings(people: Settings['people']): Finding[] {
  const owner = new Map<string, string>();
  return Object.entries(people).flatMap(([name, ids]) => {
    const findings = repeated(ids).map(({ id, at }) => mistake(['people', name, at], `${id} is listed twice`));
    if (/^[UW][A-Z0-9]{5,}$/.test(name))
      findings.push(mistake(['people', name], `${name} looks like a Slack id: give the person a name`));
    for (const [at, id] of ids.entries()) {
      const other = owner.get(id);
      if (other !== undefined && other !== name)
        findings.push(mistake(['people', name, at], `${id} is already ${other}: one Slack id is one person`));
      else owner.set(id, name);
    }
    return findings;
  });
}

function authorityFindings(authority: Settings['authority'], entries: readonly Entry[]): Finding[] {
  const anybody = (settings: NamespaceSettings) =>
    settings.requesters.users.length > 0 || settings.requesters.groups.length > 0;
  const unused = Object.entries(authority)
    .filter(([, roles]) => roles.length === 0)
    .map(([verb]) => mistake(['authority', verb], `nobody may ${verb}: name requester, approver or both`));
  const twice = Object.entries(authority).flatMap(([verb, roles]) =>
    repeated(roles).map(({ id, at }) => mistake(['authority', verb, at], `${id} is listed twice`)),
  );
  const byRequesters = Object.entries(authority)
    .filter(([, roles]) => roles.length > 0 && roles.every((role) => role === 'requester'))
    .map(([verb]) => verb);
  const nobody = entries
    .filter(({ settings }) => byRequesters.length > 0 && !anybody(settings))
    .map(({ index }) =>
      mistake(
        ['namespaces', index, 'requesters'],
        `nobody may ${byRequesters.join(', ')} here: only requesters may, and none is listed`,
      ),
    );
  return [...unused, ...twice, ...nobody];
}

function reactionFindings({ approve, deny }: Settings['reactions']): Finding[] {
  const both = deny.flatMap((name, at) =>
    approve.includes(name)
      ? [mistake(['reactions', 'deny', at], `${name} means both yes and no: keep it in one list`)]
      : [],
  );
  const twice = (list: 'approve' | 'deny', names: readonly string[]) =>
    repeated(names).map(({ id, at }) => mistake(['reactions', list, at], `${id} is listed twice`));
  return [...both, ...twice('approve', approve), ...twice('deny', deny)];
}

function receiptFindings({ publicKeys }: Settings['receipts']): Finding[] {
  return Object.entries(publicKeys).flatMap(([id, text]) => keyFindings(['receipts', 'publicKeys', id], id, text));
}

function ledgerFindings(ledger: Settings['ledger'] | undefined, receipts: Settings['receipts'] | undefined): Finding[] {
  return Object.entries(ledger?.publicKeys ?? {}).flatMap(([id, { key }]) => {
    const path: Path = ['ledger', 'publicKeys', id];
    const both = receipts !== undefined && Object.hasOwn(receipts.publicKeys, id);
    return [
      ...keyFindings([...path, 'key'], id, key),
      ...(both ? [mistake(path, 'this key signs votes, too: who does must not also vouch for the history')] : []),
    ];
  });
}

function keyFindings(path: Path, id: string, text: string): Finding[] {
  const key = publicKeyOf(text);
  if (!key) return [mistake(path, 'not a public key: base64 of 32 bytes, as npm run keys prints it')];
  const real = keyIdOf(key);
  return real === id ? [] : [mistake(path, `the id of this key is "${real}", not "${id}"`)];
}

function watchFindings(watch: Settings['watch'] | undefined): Finding[] {
  if (!watch) return [];
  if (watch.confirmMinutes === 0)
    return [
      warning(
        ['watch', 'confirmMinutes'],
        'nobody has to confirm: a namespace stays locked down although nobody has looked. Give minutes to have it given back',
      ),
    ];
  if (watch.everySeconds > watch.confirmMinutes * 60)
    return [
      mistake(
        ['watch', 'everySeconds'],
        `the time to confirm (${watch.confirmMinutes} minutes) is over before anybody looks for the first time`,
      ),
    ];
  return [];
}

function consoleFindings(consoleApi: Settings['console'] | undefined): Finding[] {
  if (!consoleApi || consoleApi.credentials.observe !== consoleApi.credentials.finalise) return [];
  return [
    warning(
      ['console', 'credentials', 'finalise'],
      'the same credential twice: the one that observes should not be able to change the namespace',
    ),
  ];
}

function repeated(ids: readonly string[]): { id: string; at: number }[] {
  return ids.flatMap((id, at) => (ids.indexOf(id) < at ? [{ id, at }] : []));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
