/** Listing, reading, creating, changing and deleting namespaces, external networks and rulesets. */
import type { Stored } from '#sandbox/console/objects.ts';
import type { Identity, Kinds, Write } from '#sandbox/console/store.ts';
import { normalizedTags } from '#sandbox/console/tags.ts';
import { organisation } from '#sandbox/console/world/pods.ts';
import type { Answer, Ask, Hall } from './ask.ts';
import { refused, unprocessable } from './errors.ts';
import { page, scoped } from './listing.ts';
import {
  assertFresh,
  assertNothingReadOnly,
  assertUnchanged,
  assertUnprotected,
  assertValid,
  protectedObject,
} from './objections.ts';
import { decode, shapes } from './shapes.ts';

type Writable = Exclude<Identity, 'processingunit'>;

export function list(hall: Hall, identity: Identity, { namespace, query }: Ask): Answer {
  const { store } = hall;
  const shown = store.all(identity).filter(({ ID }) => query.archived || !store.isArchived(ID));
  const { objects, total, next } = page<Stored>(scoped<Stored>(shown, namespace, query), query);
  return { body: objects, total, ...(next ? { next } : {}) };
}

export function read(hall: Hall, identity: Identity, ask: Ask): Answer {
  return { body: existing(hall, identity, ask, ask.query.archived), total: 1 };
}

export function create(hall: Hall, identity: Writable, ask: Ask): Answer {
  const sent = decode(shapes[identity], ask.body);
  assertValid(identity, ask.body);
  assertNothingReadOnly(sent, ask.namespace);
  const name = identity === 'namespace' ? fullPath(ask.namespace, sent.name) : sent.name;
  if (identity === 'namespace' && hall.store.all('namespace').some((one) => one.name === name))
    throw unprocessable('Duplicate Key', 'Another object exists with the same key', 'name');
  const time = new Date(ask.nowMs).toISOString();
  const object = {
    ...sent,
    ID: hall.newId(ask.nowMs),
    name,
    namespace: ask.namespace,
    metadata: [...new Set([...sent.metadata, ...organisation(ask.namespace)])],
    createTime: time,
    updateTime: time,
  };
  return kept(hall, identity, ask, 'create', object);
}

export function update(hall: Hall, identity: Writable, ask: Ask): Answer {
  const sent = decode(shapes[identity], ask.body);
  assertValid(identity, ask.body);
  const before = existing(hall, identity, ask, false);
  assertUnchanged(identity, before, sent);
  if (hall.conflicts) assertFresh(before, sent);
  if (!ask.query.override) assertUnprotected(before, sent);
  const object = {
    ...sent,
    ID: before.ID,
    name: sent.name,
    namespace: before.namespace,
    metadata: before.metadata,
    createTime: before.createTime,
    updateTime: later(before.updateTime, ask.nowMs),
  };
  return kept(hall, identity, ask, 'update', object, before);
}

export function remove(hall: Hall, identity: Writable, ask: Ask): Answer {
  const before = existing(hall, identity, ask, false);
  if (before.protected && !ask.query.override) throw protectedObject();
  if (identity === 'externalnetwork') hall.store.archive(identity, before.ID);
  else hall.store.erase(identity, before.ID);
  hall.store.writes.push(written(identity, ask, 'delete', before));
  return { body: before, total: 1 };
}

/** Puts a changed namespace in its place: also used by the proxies on the current namespace. */
export function kept(
  hall: Hall,
  identity: Writable,
  ask: Ask,
  operation: 'create' | 'update',
  object: object & Omit<Stored, 'normalizedTags'>,
  before?: Stored,
): Answer {
  const type = Reflect.get(object, 'type');
  const more = typeof type === 'string' ? { $type: type } : {};
  const complete = { ...object, normalizedTags: normalizedTags(identity, { ...object, normalizedTags: [] }, more) };
  // The shapes and the validation above are what makes this an object of its kind.
  hall.store.put(identity, complete as unknown as Kinds[typeof identity]);
  hall.store.writes.push(written(identity, ask, operation, complete, before));
  return { body: complete, total: 1 };
}

/** Two changes in the same millisecond still have two times. */
export function later(before: string, nowMs: number): string {
  return new Date(Math.max(nowMs, Date.parse(before) + 1)).toISOString();
}

export function existing<K extends Identity>(hall: Hall, identity: K, ask: Ask, archived: boolean): Kinds[K] {
  const object = hall.store.find(identity, ask.id);
  if (!object || object.namespace !== ask.namespace || (hall.store.isArchived(ask.id) && !archived)) throw refused(404);
  return object;
}

function written(identity: Identity, ask: Ask, operation: Write['operation'], object: Stored, before?: Stored): Write {
  return {
    at: new Date(ask.nowMs).toISOString(),
    operation,
    identity,
    credential: ask.session.credential.name,
    claims: ask.session.claims,
    namespace: ask.namespace,
    object,
    ...(before ? { before } : {}),
  };
}

function fullPath(parent: string, name: string): string {
  const prefix = parent === '/' ? '/' : `${parent}/`;
  return name.startsWith(prefix) ? name : `${prefix}${name}`;
}
