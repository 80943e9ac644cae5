/** What the console has against a write: bad content, attributes that may not change, others who were faster, protection. */
import { validate } from '#core/validation.ts';
import type { Stored } from '#sandbox/console/objects.ts';
import type { Identity } from '#sandbox/console/store.ts';
import { type ErrorBody, Refusal, refused, unprocessable } from './errors.ts';
import type { Sent } from './shapes.ts';

type Writable = Exclude<Identity, 'processingunit'>;

export function assertValid(identity: Writable, body: unknown): void {
  refuse(
    validate(identity, body).map(({ subject, description, attribute }) => ({
      ...objection('Validation Error', description, attribute),
      subject,
    })),
  );
}

export function assertNothingReadOnly(sent: Sent, namespace: string): void {
  const set = (['ID', 'createTime', 'updateTime', 'namespace'] as const).filter(
    (attribute) => sent[attribute] !== '' && !(attribute === 'namespace' && sent.namespace === namespace),
  );
  refuse(
    set.map((name) => objection('Read Only Error', `Field ${name} is read only. You cannot set its value.`, name)),
  );
}

/** Read-only attributes may be left out, but not changed; those of the creation may not even be left out. */
export function assertUnchanged(identity: Writable, before: Stored, sent: Sent): void {
  const readOnly = (['ID', 'namespace', 'createTime'] as const).filter(
    (name) =>
      sent[name] !== '' && !(name === 'createTime' ? sameTime(sent[name], before[name]) : sent[name] === before[name]),
  );
  const isNamespace = identity === 'namespace';
  const creationOnly = [
    ...(sent.metadata.length > 0 && !sameTags(sent.metadata, before.metadata) ? ['metadata'] : []),
    ...(isNamespace && sent.name !== before.name ? ['name'] : []),
    ...(isNamespace && sent.type !== Reflect.get(before, 'type') ? ['type'] : []),
  ];
  const only = 'can only be set during creation. You cannot modify its value.';
  refuse([
    ...readOnly.map((name) =>
      objection('Read Only Error', `Field ${name} is read only. You cannot modify its value.`, name),
    ),
    ...creationOnly.map((name) => objection('Creation Only Error', `Field ${name} ${only}`, name)),
  ]);
}

/** Whoever read the object before somebody else wrote it has to read it again. */
export function assertFresh(before: Stored, sent: Sent): void {
  if (sent.updateTime !== '' && !sameTime(sent.updateTime, before.updateTime)) throw refused(409);
}

/** Taking the protection away, and nothing else, is always possible. */
export function assertUnprotected(before: Stored, sent: Sent): void {
  if (!before.protected) return;
  const apart = ['protected', 'ID', 'namespace', 'createTime', 'updateTime', 'metadata'];
  const changed = Object.entries(sent).some(
    ([key, value]) => !apart.includes(key) && JSON.stringify(value) !== JSON.stringify(Reflect.get(before, key)),
  );
  if (sent.protected || changed) throw protectedObject();
}

export function protectedObject(): Refusal {
  return unprocessable('Protected Object', 'This object is protected', 'protected');
}

function refuse(errors: ErrorBody[]): void {
  if (errors.length > 0) throw new Refusal(errors);
}

function objection(title: string, description: string, attribute: string): ErrorBody {
  return { code: 422, title, description, subject: 'elemental', data: { attribute } };
}

function sameTags(a: readonly string[], b: readonly string[]): boolean {
  return [...a].sort().join('\n') === [...b].sort().join('\n');
}

function sameTime(a: string, b: string): boolean {
  return Date.parse(a) === Date.parse(b);
}
