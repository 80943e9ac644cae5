/** What the console says about a namespace, and the two things we change on one: tag prefixes and default actions. */
import { parentOf } from '#core/namespace.ts';
import type { DefaultActions, OwnAction } from '#core/policy.ts';
import type { Stage } from '#core/stage.ts';
import type { Client } from './client.ts';
import { ConsoleFailure, isConsoleFailure } from './errors.ts';
import type { Annotations, RawObject } from './wire/fields.ts';
import {
  type NamespaceInfo,
  type NamespaceObject,
  readNamespaceInfo,
  readNamespaceObjects,
  withAnnotations,
  withDefaultActions,
  withTagPrefixes,
} from './wire/namespaces.ts';

/** `other` includes what the credential may not find out. Only `kubernetes` and `other` can be locked down. */
type NamespaceKind = 'tenant' | 'cloud-account' | 'cluster' | 'kubernetes' | 'other';

export type NamespaceFacts = {
  readonly path: string;
  /** Absent where the credential may not read the parent: the namespace then cannot be written either. */
  readonly id?: string;
  readonly kind: NamespaceKind;
  /** The console's own word: `Default`, `Tenant`, `CloudAccount`, `Group`, `Kubernetes`, `ECS`; empty where unknown. */
  readonly type: string;
  readonly own: DefaultActions<OwnAction>;
  readonly localPrefixes: readonly string[];
  /** None where only the namespace's description of itself could be read. */
  readonly annotations: Annotations;
  readonly protected: boolean;
  /** Milliseconds since the epoch. */
  readonly updatedAt?: number;
  /** `own` and `localPrefixes` may be inherited: only the namespace's description of itself could be read. */
  readonly bySelfDescription: boolean;
};

/** How many times a change is merged again after somebody else was faster. */
const ROUNDS = 5;

/** Nothing where the console does not know the namespace, or does not show it to this credential. */
export async function readNamespace(client: Client, path: string): Promise<NamespaceFacts | undefined> {
  const object = await namespaceObject(client, path).catch(nothingWhereForbidden);
  if (object) {
    const { id, type, own, localPrefixes, annotations, updatedAt } = object;
    const kind = await kindOf(client, path, type);
    return {
      path,
      id,
      kind,
      type,
      own,
      localPrefixes,
      annotations,
      protected: object.protected,
      updatedAt,
      bySelfDescription: false,
    };
  }
  const info = object === undefined ? undefined : await namespaceInfo(client, path).catch(nothingWhereForbidden);
  if (!info) return undefined;
  return {
    path,
    kind: await kindOf(client, path, ''),
    type: '',
    own: info.actions,
    localPrefixes: info.prefixes,
    annotations: {},
    protected: info.protected,
    bySelfDescription: true,
  };
}

/** The namespace as its parent holds it; undefined when the parent holds none of that name. */
export async function namespaceObject(client: Client, path: string): Promise<NamespaceObject | undefined> {
  const query = { q: `name == ${JSON.stringify(path)}` };
  for await (const page of client.list({ namespace: parentOf(path), path: '/namespaces', query })) {
    const found = readNamespaceObjects(page).find((object) => object.path === path);
    if (found) return found;
  }
  return undefined;
}

export async function namespaceInfo(client: Client, path: string): Promise<NamespaceInfo> {
  const { body, where } = await client.call({ method: 'GET', namespace: path, path: '/namespaceinfo' });
  return readNamespaceInfo(body, where);
}

/** `null` stands for "may not be seen from here", as opposed to "is not there". */
export function nothingWhereForbidden(error: unknown): null {
  if (isConsoleFailure(error, 'forbidden', 'not-found')) return null;
  throw error;
}

async function kindOf(client: Client, path: string, type: string): Promise<NamespaceKind> {
  if (type === 'Tenant' || parentOf(path) === '/') return 'tenant';
  if (type === 'CloudAccount') return 'cloud-account';
  if (type === 'Group') return 'cluster';
  if (type === 'Kubernetes') return 'kubernetes';
  return (await holdsKubernetesNamespaces(client, path)) ? 'cluster' : 'other';
}

async function holdsKubernetesNamespaces(client: Client, path: string): Promise<boolean> {
  try {
    for await (const page of client.list({ namespace: path, path: '/namespaces' })) {
      if (readNamespaceObjects(page).some(({ type }) => type === 'Kubernetes')) return true;
    }
  } catch (error) {
    nothingWhereForbidden(error);
  }
  return false;
}

export type ActionsOptions = {
  /** Annotations of the namespace, by what it carries as it is overwritten; empty ones are taken off. */
  readonly marks?: (annotations: Annotations) => Annotations;
  readonly unless?: (annotations: Annotations) => string | undefined;
};

export type Written<Value> = {
  readonly former: Value;
  readonly now: Value;
  /** False where it was so already. */
  readonly written: boolean;
  readonly updatedAt: number;
};

export type PrefixesOf = { readonly lockdown: string; readonly stage: Stage };

/** `former` is the local list before. Which of them `by` has really added is written on the namespace together with them. */
export function addTagPrefixes(client: Client, path: string, prefixes: readonly string[], key: string, by: PrefixesOf) {
  return changePrefixes(client, path, key, ({ localPrefixes: local, annotations }) => {
    const added = prefixes.filter((prefix) => !local.includes(prefix));
    const all = new Set([...addedBy(annotations, by), ...added]);
    return { wanted: [...local, ...new Set(added)], marks: { [addedMark(by)]: [by.lockdown, ...all] } };
  });
}

/** Only what the namespace itself says that `by` has added: whoever asks for more takes nobody's prefixes away. */
export function removeTagPrefixes(client: Client, path: string, key: string, by: PrefixesOf) {
  return changePrefixes(client, path, key, ({ localPrefixes: local, annotations }) => {
    const added = addedBy(annotations, by);
    return { wanted: local.filter((prefix) => !added.includes(prefix)), marks: { [addedMark(by)]: [] } };
  });
}

function addedMark({ stage }: PrefixesOf): string {
  return `lockstep.prefixes.${stage}`;
}

function addedBy(annotations: Annotations, by: PrefixesOf): readonly string[] {
  const [lockdown, ...added] = annotations[addedMark(by)] ?? [];
  return lockdown === by.lockdown ? added : [];
}

async function changePrefixes(
  client: Client,
  path: string,
  key: string,
  change: (object: NamespaceObject) => { readonly wanted: readonly string[]; readonly marks: Annotations },
): Promise<Written<readonly string[]>> {
  let former: readonly string[] | undefined;
  return changeNamespace(client, path, key, (object) => {
    const local = object.localPrefixes;
    // What was there before our own first write, also when a conflict makes us read it again.
    former ??= local;
    const { wanted, marks } = change(object);
    const same = wanted.length === local.length && wanted.every((prefix) => local.includes(prefix));
    return {
      ...(same ? {} : { next: withAnnotations(withTagPrefixes(object.raw, wanted), object.annotations, marks) }),
      result: { former, now: wanted },
    };
  });
}

/**
 * `expected` is what the approvers saw: anything else that is not already the wish is a conflict that time does not heal.
 * Where the wish is already so, somebody (most likely an earlier try of ours) has written it, and `former` is `expected`.
 * `marks` are written together with them; `unless` says why not, by what the namespace carries as it is overwritten.
 */
export function setDefaultActions(
  client: Client,
  path: string,
  actions: DefaultActions<OwnAction>,
  expected: DefaultActions<OwnAction>,
  key: string,
  { marks = () => ({}), unless }: ActionsOptions = {},
): Promise<Written<DefaultActions<OwnAction>>> {
  return changeNamespace(client, path, key, (object) => {
    if (sameActions(object.own, actions)) return { result: { former: expected, now: actions } };
    if (!sameActions(object.own, expected))
      throw new ConsoleFailure({
        reason: 'conflict',
        passing: false,
        sentence:
          `Somebody has changed the default actions of ${path}: incoming ${object.own.incoming}, ` +
          `outgoing ${object.own.outgoing}, where ${expected.incoming} and ${expected.outgoing} were expected.`,
        where: `/namespaces/${object.id}`,
      });
    const sentence = unless?.(object.annotations);
    if (sentence !== undefined)
      throw new ConsoleFailure({
        ...{ reason: 'conflict', passing: false, sentence },
        where: `/namespaces/${object.id}`,
      });
    const next = withAnnotations(
      withDefaultActions(object.raw, actions),
      object.annotations,
      marks(object.annotations),
    );
    return { next, result: { former: expected, now: actions } };
  });
}

/** Every Kubernetes namespace below a path, however deep; what this credential may not see is not there. */
export async function namespacesBelow(client: Client, path: string): Promise<string[]> {
  const found: string[] = [];
  try {
    for await (const page of client.list({ namespace: path, path: '/namespaces' }))
      for (const child of readNamespaceObjects(page))
        found.push(...(child.type === 'Kubernetes' ? [child.path] : await namespacesBelow(client, child.path)));
  } catch (error) {
    nothingWhereForbidden(error);
  }
  return found;
}

function sameActions(one: DefaultActions<OwnAction>, other: DefaultActions<OwnAction>): boolean {
  return one.incoming === other.incoming && one.outgoing === other.outgoing;
}

type Decision<Value> = {
  /** The whole object to write; absent where nothing is left to change. */
  readonly next?: RawObject;
  readonly result: { readonly former: Value; readonly now: Value };
};

/** Read, merge, write, read back: until a reading needs no change. */
export async function changeNamespace<Value>(
  client: Client,
  path: string,
  key: string,
  decide: (object: NamespaceObject) => Decision<Value>,
): Promise<Written<Value>> {
  let written = false;
  for (let round = 0; round < ROUNDS; round += 1) {
    const object = await namespaceObject(client, path);
    if (!object) throw unknownNamespace(path);
    const { next, result } = decide(object);
    if (!next) return { ...result, written, updatedAt: object.updatedAt };
    if (object.protected) throw protectedNamespace(path);
    try {
      await client.call({
        method: 'PUT',
        namespace: parentOf(path),
        path: `/namespaces/${encodeURIComponent(object.id)}`,
        body: next,
        // One reading, one key: the same PUT again is a retry, a PUT over a newer object is not.
        idempotencyKey: `${key}-${object.updatedAt}`,
      });
      written = true;
    } catch (error) {
      if (!isConsoleFailure(error, 'conflict')) throw error;
    }
  }
  throw new ConsoleFailure({
    reason: 'conflict',
    passing: true,
    sentence: `Others keep changing ${path} while we do.`,
    where: `/namespaces in ${parentOf(path)}`,
  });
}

function unknownNamespace(path: string): ConsoleFailure {
  return new ConsoleFailure({
    reason: 'not-found',
    passing: false,
    sentence: `The console does not know ${path}.`,
    where: `/namespaces in ${parentOf(path)}`,
  });
}

function protectedNamespace(path: string): ConsoleFailure {
  return new ConsoleFailure({
    reason: 'protected',
    passing: false,
    sentence: `${path} is protected on the console: somebody has to take the protection off first.`,
    where: `/namespaces in ${parentOf(path)}`,
  });
}
