/** Making it so: what a stage wants is there once, whatever got lost, and what others wrote stays as it is. */
import { beforeEach, expect, test } from 'vitest';
import type { Wish } from '#console/objects.ts';
import type { NewExternalNetwork } from '#core/external-network.ts';
import type { NewNetworkRuleset } from '#core/network-ruleset.ts';
import { sandboxConsole, type Write } from './sandbox-console.ts';

const SHOP = '/acme/aws-dev/k8s/hipster-shop';
const shop = sandboxConsole();

const DNS = { lockdown: 'ld-1', stage: 'dns' } as const;
const OURS = {
  'lockstep.lockdown': ['ld-1'],
  'lockstep.stage': ['dns'],
  'lockstep.digest': ['0f3b9a77'],
  'lockstep.approvedBy': ['U024BE7LH'],
};

let count = 0;
beforeEach(async () => {
  count += 1;
  await shop.control('DELETE', '/faults');
  await shop.newWrites();
});

/** Another name in every test, so that no test sees another's objects. */
function network(more: Partial<Wish<NewExternalNetwork>> = {}): Wish<NewExternalNetwork> {
  const object = {
    name: `DNS-${count}`,
    entries: ['10.75.240.10'],
    associatedTags: [`externalnetwork:name=dns-${count}`],
  };
  return { object, annotations: OURS, key: `key-${count}`, ...more };
}

function ruleset(more: Partial<Wish<NewNetworkRuleset>> = {}): Wish<NewNetworkRuleset> {
  const object: NewNetworkRuleset = {
    name: `allow-dns-${count}`,
    subject: [['$identity=processingunit', `$namespace=${SHOP}`]],
    incomingRules: [],
    outgoingRules: [
      {
        name: 'dns',
        action: 'Allow',
        object: [[`externalnetwork:name=dns-${count}`]],
        protocolPorts: ['udp/53', 'tcp/53'],
      },
    ],
  };
  return { object, annotations: OURS, key: `key-${count}`, ...more };
}

function asked(writes: readonly Write[]): string[] {
  return writes.map(({ operation, identity, credential }) => `${credential} ${operation} ${identity}`);
}

async function stored(name: string): Promise<Write['object'][]> {
  const objects = (await shop.control('GET', '/objects')) as Record<string, Write['object'][]>;
  return [...(objects.externalnetworks ?? []), ...(objects.networkrulesetpolicies ?? [])].filter(
    (object) => object.name === name && !(object.normalizedTags as string[]).includes('$archived=true'),
  );
}

/** An external network that somebody else writes, with whatever annotations they like. */
async function byHand(wish: Wish<NewExternalNetwork>, annotations: Record<string, readonly string[]>): Promise<string> {
  const call = { method: 'POST', namespace: SHOP, path: '/externalnetworks' } as const;
  return String((await shop.byHand({ ...call, body: { ...wish.object, annotations } })).ID);
}

test('a wish made twice is one object, and the second time nothing is written', async () => {
  const first = await shop.api.ensureRuleset(SHOP, ruleset());
  expect(first).toMatchObject({ outcome: 'created', removed: [] });
  expect(asked(await shop.newWrites())).toEqual(['observe create networkrulesetpolicy']);

  const second = await shop.api.ensureRuleset(SHOP, ruleset());
  expect(second).toEqual({ ...first, outcome: 'unchanged' });
  expect(await shop.newWrites()).toEqual([]);
  expect((await stored(`allow-dns-${count}`))[0]).toMatchObject({ ID: first.id, annotations: OURS, propagate: false });
});

test('an answer that breaks off after the console has written leaves exactly one object', async () => {
  await shop.control('POST', '/faults', { method: 'POST', path: '/externalnetworks', cutAfterCommit: true });

  const made = await shop.api.ensureExternalNetwork(SHOP, network());

  expect(made).toMatchObject({ outcome: 'created', removed: [] });
  expect(asked(await shop.newWrites())).toEqual(['observe create externalnetwork']);
  expect(await stored(`DNS-${count}`)).toHaveLength(1);
});

test('the same after every try broke off, when the job comes again', async () => {
  await shop.control('POST', '/faults', { method: 'POST', path: '/externalnetworks', cutAfterCommit: true, count: 4 });
  await expect(shop.api.ensureExternalNetwork(SHOP, network())).rejects.toMatchObject({ passing: true });

  const made = await shop.api.ensureExternalNetwork(SHOP, network());

  expect(made.outcome).toBe('unchanged');
  expect(asked(await shop.newWrites())).toEqual(['observe create externalnetwork']);
});

test('two workers with the same wish at once make one object', async () => {
  const other = await shop.another();

  const [one, two] = await Promise.all([
    shop.api.ensureExternalNetwork(SHOP, network()),
    other.ensureExternalNetwork(SHOP, network()),
  ]);

  expect(one.id).toBe(two.id);
  expect(await stored(`DNS-${count}`)).toHaveLength(1);
});

test('copies of ours that a forgetful console made are taken away: the oldest stays, or the journalled one', async () => {
  const oldest = await byHand(network(), OURS);
  const younger = await byHand(network(), OURS);
  const kept = await shop.api.ensureExternalNetwork(SHOP, network());
  expect(kept).toMatchObject({ id: oldest, outcome: 'unchanged', removed: [younger] });

  const youngest = await byHand(network(), OURS);
  const journalled = await shop.api.ensureExternalNetwork(SHOP, network({ id: youngest }));
  expect(journalled).toMatchObject({ id: youngest, outcome: 'unchanged', removed: [oldest] });
  expect((await stored(`DNS-${count}`)).map(({ ID }) => ID)).toEqual([youngest]);
});

test('a correction that meets somebody else’s change is merged again', async () => {
  await byHand(network({ object: { ...network().object, entries: ['10.0.0.1'] } }), OURS);
  await shop.control('POST', '/faults', { method: 'PUT', path: '/externalnetworks', status: 409 });

  expect(await shop.api.ensureExternalNetwork(SHOP, network())).toMatchObject({ outcome: 'corrected' });
});

test('a protected object of ours is not forced', async () => {
  const call = { method: 'POST', namespace: SHOP, path: '/externalnetworks' } as const;
  await shop.byHand({
    ...call,
    body: { ...network().object, entries: ['10.0.0.1'], annotations: OURS, protected: true },
  });

  await expect(shop.api.ensureExternalNetwork(SHOP, network())).rejects.toMatchObject({
    reason: 'protected',
    passing: false,
  });
});

test('somebody else’s object of the same name is left alone, and ours stands beside it', async () => {
  const theirs = await byHand(network({ object: { ...network().object, entries: ['10.0.0.1'] } }), {
    owner: ['platform-team'],
  });
  const before = await stored(`DNS-${count}`);
  await shop.newWrites();

  const ours = await shop.api.ensureExternalNetwork(SHOP, network());

  expect(ours.outcome).toBe('created');
  expect(ours.id).not.toBe(theirs);
  expect((await stored(`DNS-${count}`)).find(({ ID }) => ID === theirs)).toEqual(before[0]);
  expect(asked(await shop.newWrites())).toEqual(['observe create externalnetwork']);
});

test('another stage, and another lockdown, of the same name are not this one', async () => {
  const stage = await byHand(network(), { ...OURS, 'lockstep.stage': ['metadata'] });
  const lockdown = await byHand(network(), { ...OURS, 'lockstep.lockdown': ['ld-2'] });

  const ours = await shop.api.ensureExternalNetwork(SHOP, network());

  expect(ours).toMatchObject({ outcome: 'created', removed: [] });
  expect((await stored(`DNS-${count}`)).map(({ ID }) => ID).sort()).toEqual([stage, lockdown, ours.id].sort());
});

test('ours that somebody bent is put right, and their notes on it stay', async () => {
  const made = await shop.api.ensureExternalNetwork(SHOP, network());
  const bent = { ...network().object, entries: ['0.0.0.0/0'] };
  await shop.api.ensureExternalNetwork(SHOP, {
    ...network({ object: bent, key: `bent-${count}` }),
    annotations: { ...OURS, ticket: ['NET-12'] },
  });

  const again = await shop.api.ensureExternalNetwork(SHOP, network({ key: `again-${count}`, id: made.id }));

  expect(again).toMatchObject({ id: made.id, outcome: 'corrected' });
  expect(again.updatedAt).toBeGreaterThan(made.updatedAt);
  expect((await stored(`DNS-${count}`))[0]).toMatchObject({
    entries: ['10.75.240.10'],
    annotations: { ...OURS, ticket: ['NET-12'] },
  });
});

test('the order of rules, tags and ports is no difference', async () => {
  const { object } = ruleset();
  await shop.api.ensureRuleset(SHOP, ruleset());

  const turned = {
    ...object,
    subject: object.subject.map((clause) => [...clause].reverse()),
    outgoingRules: object.outgoingRules.map((rule) => ({ ...rule, protocolPorts: ['TCP/53', 'udp/53'] })),
  };

  expect(await shop.api.ensureRuleset(SHOP, ruleset({ object: turned }))).toMatchObject({ outcome: 'unchanged' });
});

test('what was taken back can be wished again, even under a key the console remembers', async () => {
  const first = await shop.api.ensureExternalNetwork(SHOP, network());
  expect(await shop.api.deleteOurs(SHOP, 'external-network', first.id, DNS)).toBe('deleted');

  const second = await shop.api.ensureExternalNetwork(SHOP, network());

  expect(second.outcome).toBe('created');
  expect(second.id).not.toBe(first.id);
  expect((await stored(`DNS-${count}`)).map(({ ID }) => ID)).toEqual([second.id]);
});

test('taking back is for this lockdown’s objects only, and twice does no harm', async () => {
  const theirs = await byHand(network(), {});
  const ours = await shop.api.ensureRuleset(SHOP, ruleset());
  await shop.newWrites();

  expect(await shop.api.deleteOurs(SHOP, 'external-network', theirs, DNS)).toBe('not-ours');
  expect(await shop.api.deleteOurs(SHOP, 'ruleset', ours.id, { ...DNS, lockdown: 'ld-2' })).toBe('not-ours');
  expect(await shop.newWrites()).toEqual([]);

  expect(await shop.api.deleteOurs(SHOP, 'ruleset', ours.id, DNS)).toBe('deleted');
  expect(await shop.api.deleteOurs(SHOP, 'ruleset', ours.id, DNS)).toBe('gone');
  expect(asked(await shop.newWrites())).toEqual(['observe delete networkrulesetpolicy']);
});

test('an object the console would refuse is refused here, in the console’s words, before anything is sent', async () => {
  const wish = network({ object: { ...network().object, entries: ['*'] } });

  await expect(shop.api.ensureExternalNetwork(SHOP, wish)).rejects.toMatchObject({
    reason: 'validation',
    passing: false,
    complaints: [{ attribute: 'entries', description: expect.stringContaining('is not a valid CIDR') }],
  });
  expect(await shop.newWrites()).toEqual([]);
});

test('tokens that expire in the middle of the work are replaced and nobody notices', async () => {
  await shop.api.ensureExternalNetwork(SHOP, network());
  await shop.control('POST', '/expire-tokens');

  expect(await shop.api.ensureRuleset(SHOP, ruleset())).toMatchObject({ outcome: 'created' });
});

test('a locked console is waited for, and the wish is then fulfilled once', async () => {
  await shop.control('POST', '/faults', { method: 'POST', path: '/externalnetworks', status: 423, count: 2 });

  expect(await shop.api.ensureExternalNetwork(SHOP, network())).toMatchObject({ outcome: 'created' });
  expect(asked(await shop.newWrites())).toEqual(['observe create externalnetwork']);
});
