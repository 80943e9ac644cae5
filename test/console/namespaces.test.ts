/** What is known of a namespace, and changing its prefixes and default actions without losing anybody's. */
import { beforeEach, expect, test } from 'vitest';
import { readAppCredential } from '#console/credential.ts';
import { sandboxConsole } from './sandbox-console.ts';

const CLUSTER = '/acme/aws-dev/k8s';
const SHOP = `${CLUSTER}/hipster-shop`;
const REJECT = { incoming: 'Reject', outgoing: 'Reject' } as const;
const INHERIT = { incoming: 'Inherit', outgoing: 'Inherit' } as const;

const shop = sandboxConsole();

beforeEach(async () => {
  await shop.control('DELETE', '/faults');
  await reset({
    tagPrefixes: [],
    defaultPUIncomingTrafficAction: 'Inherit',
    defaultPUOutgoingTrafficAction: 'Inherit',
  });
  await shop.newWrites();
});

async function shopObject(): Promise<Record<string, unknown>> {
  const [object] = (await shop.byHand({
    method: 'GET',
    namespace: CLUSTER,
    path: '/namespaces',
    query: { q: `name == "${SHOP}"` },
  })) as unknown as Record<string, unknown>[];
  if (!object) throw new Error('the shop is gone');
  return object;
}

async function reset(changes: Record<string, unknown>): Promise<void> {
  const object = await shopObject();
  await shop.byHand({
    method: 'PUT',
    namespace: CLUSTER,
    path: `/namespaces/${object.ID}`,
    query: { override: true },
    body: { ...object, protected: false, ...changes },
  });
}

const WEB = { lockdown: 'ld-1', stage: 'web-server' } as const;

test('an application’s namespace, its cluster, its account and its tenant are told apart', async () => {
  const kinds = await Promise.all(
    [SHOP, CLUSTER, '/acme/aws-dev', '/acme'].map(async (path) => (await shop.api.readNamespace(path))?.kind),
  );

  // What lies above the credential’s own namespace is not shown to it.
  expect(kinds).toEqual(['kubernetes', 'cluster', undefined, undefined]);
  expect(await shop.api.readNamespace(SHOP)).toMatchObject({
    path: SHOP,
    type: 'Kubernetes',
    own: INHERIT,
    localPrefixes: [],
    protected: false,
    bySelfDescription: false,
  });
});

test('a namespace that the console does not know is no failure', async () => {
  expect(await shop.api.readNamespace(`${CLUSTER}/nowhere`)).toBeUndefined();
  expect(await shop.api.readNamespace('/acme/elsewhere/shop')).toBeUndefined();
});

test('a prefix is added to those that are there, and taken away again alone', async () => {
  await reset({ tagPrefixes: ['role=', 'team='] });
  await shop.newWrites();

  const added = await shop.api.addTagPrefixes(SHOP, ['app=', 'role='], 'key-a', WEB);
  expect(added).toMatchObject({ former: ['role=', 'team='], now: ['role=', 'team=', 'app='], written: true });
  expect(await shop.newWrites()).toMatchObject([{ operation: 'update', credential: 'finalise' }]);

  const again = await shop.api.addTagPrefixes(SHOP, ['app=', 'role='], 'key-a', WEB);
  expect(again).toMatchObject({ now: ['role=', 'team=', 'app='], written: false });
  expect(await shop.newWrites()).toEqual([]);

  await shop.api.removeTagPrefixes(SHOP, 'key-b', WEB);
  expect((await shopObject()).tagPrefixes).toEqual(['role=', 'team=']);
});

test('prefixes that another lockdown or stage added, or nobody here, are not taken away', async () => {
  await reset({ tagPrefixes: ['team='] });
  await shop.api.addTagPrefixes(SHOP, ['app='], 'key-own', WEB);
  for (const by of [{ ...WEB, lockdown: 'ld-2' }, { ...WEB, stage: 'pods' } as const])
    await shop.api.removeTagPrefixes(SHOP, `key-${by.stage}-${by.lockdown}`, by);
  expect((await shopObject()).tagPrefixes).toEqual(['team=', 'app=']);
});

test('a namespace update carries back everything else it found', async () => {
  await reset({ description: 'The shop.', annotations: { owner: ['shop-team'] }, associatedTags: ['tier=web'] });
  const before = await shopObject();

  await shop.api.addTagPrefixes(SHOP, ['app='], 'key-whole', WEB);

  const after = await shopObject();
  const annotations = { owner: ['shop-team'], 'lockstep.prefixes.web-server': ['ld-1', 'app='] };
  expect({ ...after, updateTime: '', tagPrefixes: [] }).toEqual({
    ...before,
    ...{ updateTime: '', tagPrefixes: [], annotations },
  });
});

test('workers who add different prefixes at the same moment lose none', async () => {
  const workers = await Promise.all(Array.from({ length: 4 }, () => shop.another()));

  await Promise.all(
    workers.map((worker, index) => worker.addTagPrefixes(SHOP, [`tag${index}=`], `key-c${index}`, WEB)),
  );

  expect([...((await shopObject()).tagPrefixes as string[])].sort()).toEqual(['tag0=', 'tag1=', 'tag2=', 'tag3=']);
});

test('an update that meets somebody else’s is read and merged again, and an answer that breaks off writes once', async () => {
  await shop.control('POST', '/faults', { method: 'PUT', path: '/namespaces', status: 409 });
  expect(await shop.api.addTagPrefixes(SHOP, ['app='], 'key-d', WEB)).toMatchObject({ former: [], now: ['app='] });

  await shop.newWrites();
  await shop.control('POST', '/faults', { method: 'PUT', path: '/namespaces', cutAfterCommit: true });
  expect(await shop.api.addTagPrefixes(SHOP, ['role='], 'key-e', WEB)).toMatchObject({
    former: ['app='],
    now: ['app=', 'role='],
  });
  expect(await shop.newWrites()).toHaveLength(1);
});

test('disabling discovery mode and releasing it gives back exactly what was there, Inherit included', async () => {
  const disabled = await shop.api.setDefaultActions(SHOP, REJECT, INHERIT, 'key-f');
  expect(disabled).toMatchObject({ former: INHERIT, now: REJECT, written: true });
  expect(await shop.newWrites()).toMatchObject([{ operation: 'update', credential: 'finalise' }]);

  const again = await shop.api.setDefaultActions(SHOP, REJECT, INHERIT, 'key-f');
  expect(again).toMatchObject({ former: INHERIT, now: REJECT, written: false });

  await shop.api.setDefaultActions(SHOP, disabled.former, REJECT, 'key-g');
  expect((await shop.api.readNamespace(SHOP))?.own).toEqual(INHERIT);
});

test('disabling, releasing and disabling again under one key still disables', async () => {
  await shop.api.setDefaultActions(SHOP, REJECT, INHERIT, 'key-h');
  await shop.api.setDefaultActions(SHOP, INHERIT, REJECT, 'key-i');
  await shop.api.setDefaultActions(SHOP, REJECT, INHERIT, 'key-h');

  expect((await shop.api.readNamespace(SHOP))?.own).toEqual(REJECT);
});

test('default actions that are not what the approvers saw are left alone', async () => {
  await reset({ defaultPUIncomingTrafficAction: 'Allow' });
  await shop.newWrites();

  await expect(shop.api.setDefaultActions(SHOP, REJECT, INHERIT, 'key-j')).rejects.toMatchObject({
    reason: 'conflict',
    passing: false,
    message: expect.stringContaining('incoming Allow'),
  });
  expect(await shop.newWrites()).toEqual([]);
});

test('a protected namespace is not forced', async () => {
  await reset({ protected: true });
  await shop.newWrites();

  await expect(shop.api.setDefaultActions(SHOP, REJECT, INHERIT, 'key-k')).rejects.toMatchObject({
    reason: 'protected',
    passing: false,
    message: expect.stringContaining('somebody has to take the protection off first'),
  });
  expect(await shop.newWrites()).toEqual([]);
});

test('the credential that observes may not change the namespace', async () => {
  const observe = { credential: await readAppCredential(shop.running.credentials.observe) };
  const observer = await shop.another({ finalise: observe });

  await expect(observer.setDefaultActions(SHOP, REJECT, INHERIT, 'key-l')).rejects.toMatchObject({
    reason: 'forbidden',
    passing: false,
  });
});
