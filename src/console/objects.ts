/** How an external network or a ruleset of ours is made so, and taken away again, without touching anybody else's. */
import type { Stage } from '#core/stage.ts';
import { validate } from '#core/validation.ts';
import type { Client } from './client.ts';
import { ConsoleFailure, isConsoleFailure } from './errors.ts';
import type { Annotations } from './wire/fields.ts';
import { meaningOf, OBJECT_KINDS, type ObjectKind, type ObjectName, type StoredObject } from './wire/objects.ts';

/** The annotations that say an object is ours, and which lockdown's. */
const LOCKDOWN_ANNOTATION = 'lockstep.lockdown';
const STAGE_ANNOTATION = 'lockstep.stage';

export type Made = {
  readonly id: string;
  readonly outcome: 'created' | 'corrected' | 'unchanged';
  /** By the console's clock: flows newer than this can carry it. Milliseconds since the epoch. */
  readonly updatedAt: number;
  /** Second copies of ours, left by an answer that got lost, that were taken away. */
  readonly removed: readonly string[];
};

export type Wish<New> = {
  readonly object: New;
  /** Must hold `lockstep.lockdown` and `lockstep.stage`: with the name, they are how ours is found again. */
  readonly annotations: Annotations;
  /** The same for the same wish, another for another revision of it. */
  readonly key: string;
  /** From the journal, where an earlier try got that far. */
  readonly id?: string;
};

const ROUNDS = 6;

export async function ensure<New>(client: Client, kind: ObjectKind<New>, path: string, wish: Wish<New>): Promise<Made> {
  const body = kind.body(wish.object, wish.annotations);
  const where = `${kind.resource} in ${path}`;
  refuseInvalid(kind, body, where);
  refuseUnmarked(wish.annotations, where);

  const meaning = meaningOf(kind.identity, body);
  const trackingId = wish.annotations[LOCKDOWN_ANNOTATION]?.[0];
  const write = (method: 'POST' | 'PUT', target: string, content: unknown, idempotencyKey: string) => {
    const call = { method, namespace: path, path: target, body: content, idempotencyKey };
    return client.call({ ...call, ...(trackingId === undefined ? {} : { trackingId }) });
  };

  const removed: string[] = [];
  let outcome: Made['outcome'] = 'unchanged';
  let creations = 0;
  let createdId: string | undefined;
  for (let round = 0; round < ROUNDS; round += 1) {
    const [listed, ...copies] = await findOurs(client, kind, path, wish);
    // A list may lag behind what was just created.
    const ours = listed ?? (createdId && (await findById(client, kind, path, createdId)));
    if (!ours) {
      // The console answers a known key with its first answer, even when that object is gone by now: then another key.
      const key = creations === 0 ? wish.key : `${wish.key}-${creations + 1}`;
      const answer = await write('POST', kind.resource, body, key);
      createdId = kind.stored({ elements: [answer.body], where: answer.where })[0]?.id;
      creations += 1;
      outcome = 'created';
      continue;
    }
    for (const copy of copies) if (await remove(client, kind, path, copy.id)) removed.push(copy.id);
    if (ours.meaning === meaning && carries(ours.annotations, wish.annotations))
      return { id: ours.id, outcome, updatedAt: ours.updatedAt, removed };

    const corrected = { ...ours.raw, ...body, annotations: { ...ours.annotations, ...wish.annotations } };
    try {
      await write('PUT', `${kind.resource}/${encodeURIComponent(ours.id)}`, corrected, `${wish.key}-${ours.updatedAt}`);
      if (outcome === 'unchanged') outcome = 'corrected';
    } catch (error) {
      // Changed or deleted between our reading and our writing: read again.
      if (!isConsoleFailure(error, 'conflict', 'not-found')) throw error;
    }
  }
  throw new ConsoleFailure({
    reason: 'conflict',
    passing: true,
    sentence: 'What is read back is not what was written, again and again: somebody else keeps changing it.',
    where,
  });
}

export type Whose = { readonly lockdown: string; readonly stage: Stage };
export type Deletion = 'deleted' | 'gone' | 'not-ours';

/** Only what carries the annotations of this lockdown's stage is deleted; what is gone already is fine. */
export async function deleteOurs(
  client: Client,
  name: ObjectName,
  path: string,
  id: string,
  { lockdown, stage }: Whose,
): Promise<Deletion> {
  const kind = OBJECT_KINDS[name];
  const object = (await storedObjects(client, kind, path)).find((candidate) => candidate.id === id);
  if (!object) return 'gone';
  if (!carries(object.annotations, { [LOCKDOWN_ANNOTATION]: [lockdown], [STAGE_ANNOTATION]: [stage] }))
    return 'not-ours';
  return (await remove(client, kind, path, id)) ? 'deleted' : 'gone';
}

/** The one to keep first: the journalled one, else the oldest. What is journalled is ours only where it says so itself. */
async function findOurs<New>(
  client: Client,
  kind: ObjectKind<New>,
  path: string,
  wish: Wish<New>,
): Promise<StoredObject[]> {
  const wanted = kind.body(wish.object, wish.annotations).name;
  const marks = [LOCKDOWN_ANNOTATION, STAGE_ANNOTATION];
  const isOurs = (object: StoredObject) =>
    (object.id === wish.id || object.name === wanted) &&
    marks.every((mark) => sameValues(object.annotations[mark], wish.annotations[mark]));
  return (await storedObjects(client, kind, path))
    .filter(isOurs)
    .sort(
      (one, other) =>
        Number(other.id === wish.id) - Number(one.id === wish.id) ||
        one.createdAt - other.createdAt ||
        (one.id < other.id ? -1 : 1),
    );
}

/** Listed whole and compared here: names are not unique, and a filter cannot ask for annotations. */
async function storedObjects<New>(
  client: Client,
  kind: Pick<ObjectKind<New>, 'resource' | 'stored'>,
  path: string,
): Promise<StoredObject[]> {
  const objects: StoredObject[] = [];
  for await (const page of client.list({ namespace: path, path: kind.resource })) objects.push(...kind.stored(page));
  return objects.filter((object) => object.namespace === path && !object.archived);
}

async function findById<New>(
  client: Client,
  kind: ObjectKind<New>,
  path: string,
  id: string,
): Promise<StoredObject | undefined> {
  try {
    const target = `${kind.resource}/${encodeURIComponent(id)}`;
    const { body, where } = await client.call({ method: 'GET', namespace: path, path: target });
    return kind.stored({ elements: [body], where }).find(({ archived }) => !archived);
  } catch (error) {
    if (isConsoleFailure(error, 'not-found')) return undefined;
    throw error;
  }
}

/** False where it was gone already. */
async function remove(client: Client, kind: { readonly resource: string }, path: string, id: string): Promise<boolean> {
  try {
    await client.call({ method: 'DELETE', namespace: path, path: `${kind.resource}/${encodeURIComponent(id)}` });
    return true;
  } catch (error) {
    if (isConsoleFailure(error, 'not-found')) return false;
    throw error;
  }
}

function carries(annotations: Annotations, wanted: Annotations): boolean {
  return Object.keys(wanted).every((name) => sameValues(annotations[name], wanted[name]));
}

function sameValues(one: readonly string[] = [], other: readonly string[] = []): boolean {
  return one.length === other.length && one.every((value, index) => value === other[index]);
}

/** The console would say the same, a round trip later and after the first objects were written. */
function refuseInvalid(kind: Pick<ObjectKind<unknown>, 'identity'>, body: unknown, where: string): void {
  const objections = validate(kind.identity, body);
  if (objections.length === 0) return;
  throw new ConsoleFailure({
    reason: 'validation',
    passing: false,
    sentence: `The console would not accept this object: ${objections.map(({ description }) => description).join('; ')}.`,
    where,
    complaints: objections.map(({ description, attribute }) => ({ title: 'Validation Error', description, attribute })),
  });
}

function refuseUnmarked(annotations: Annotations, where: string): void {
  const unmarked = [LOCKDOWN_ANNOTATION, STAGE_ANNOTATION].filter((mark) => !annotations[mark]?.length);
  if (unmarked.length > 0)
    throw new Error(`an object without ${unmarked.join(' and ')} is never found again (${where})`);
}
