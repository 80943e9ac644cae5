/** How drafts name what they create beside what is there already. */
import { expect, test } from 'vitest';
import { mintFor } from '#core/stages/mint.ts';
import { network, policy, ruleset, SHOP } from '#test/support/evidence.ts';

const wanted = {
  name: 'allow-dns',
  subject: [['$identity=processingunit', `$namespace=${SHOP}`]],
  incomingRules: [],
  outgoingRules: [
    { name: 'dns', action: 'Allow' as const, object: [['externalnetwork:name=dns']], protocolPorts: ['udp/53'] },
  ],
};

test('a tag that somebody’s rule already waits for is not given to a network', () => {
  const waiting = ruleset('somebody’s', { outgoingRules: wanted.outgoingRules });
  const mint = mintFor(policy({ rulesets: [waiting] }));
  expect(mint.network('DNS', ['10.75.240.10']).tag).toBe('externalnetwork:name=dns-hipster-shop');
  expect(mint.remarks).toHaveLength(1);
});

test('a ruleset of ours may wait for its network', () => {
  const ours = ruleset('allow-dns', {
    outgoingRules: wanted.outgoingRules,
    annotations: { 'lockstep.stage': ['dns'] },
  });
  expect(mintFor(policy({ rulesets: [ours] })).network('DNS', ['10.75.240.10']).tag).toBe('externalnetwork:name=dns');
});

test('what is asked for twice is created by either request, under the same name', () => {
  const mint = mintFor(policy());
  expect(mint.ruleset(wanted)).toEqual(mint.ruleset(wanted));
  expect(mint.ruleset(wanted)).toHaveLength(1);
  expect(mint.network('internet', ['0.0.0.0/0'])).toEqual(mint.network('internet', ['0.0.0.0/0']));
});

test('a name that the draft itself took is not said to be somebody else’s, and one that is there already is', () => {
  const other = {
    ...wanted,
    outgoingRules: wanted.outgoingRules.map((one) => ({ ...one, protocolPorts: ['tcp/53'] })),
  };
  const fresh = mintFor(policy());
  const twins = [wanted, other].flatMap((one) => fresh.ruleset(one));
  fresh.network('kubelet', ['10.0.0.1']);
  fresh.network('kubelet', ['10.0.0.2']);
  expect(twins).toHaveLength(2);
  expect(fresh.remarks.filter(({ text }) => text.includes('is there already'))).toEqual([]);

  const taken = mintFor(policy({ rulesets: [ruleset('allow-dns', { outgoingRules: other.outgoingRules })] }));
  taken.ruleset(wanted);
  expect(taken.remarks.map(({ text }) => text)).toEqual([
    'The ruleset is called allow-dns-2: a different allow-dns is there already, or its tag is somebody else’s.',
  ]);
});

test('different contents never share a name', () => {
  const mint = mintFor(policy());
  const names = [['10.0.0.1'], ['10.0.0.2'], ['10.0.0.3']].map((entries) => mint.network('kubelet', entries).tag);
  expect(names).toEqual([
    'externalnetwork:name=kubelet',
    'externalnetwork:name=kubelet-hipster-shop',
    'externalnetwork:name=kubelet-hipster-shop-2',
  ]);
});

test('a different ruleset of the same name is left alone', () => {
  const mint = mintFor(policy({ rulesets: [ruleset('allow-dns', {})] }));
  expect(mint.ruleset(wanted)).toMatchObject([{ ruleset: { name: 'allow-dns-2' } }]);
});

test('the very same ruleset, its rules and tags in another order, is not created again', () => {
  const same = ruleset('allow-dns', {
    subject: [[`$namespace=${SHOP}`, '$identity=processingunit']],
    outgoingRules: [{ action: 'Allow', object: [['externalnetwork:name=dns']], protocolPorts: ['UDP/53'] }],
  });
  expect(mintFor(policy({ rulesets: [same] })).ruleset(wanted)).toEqual([]);
  expect(mintFor(policy({ rulesets: [{ ...same, disabled: true }] })).ruleset(wanted)).not.toEqual([]);
});

test('a copy of it whose rules are only observed allows nothing, and is not taken for it', () => {
  const outgoingRules = wanted.outgoingRules.map((rule) => ({ ...rule, observationEnabled: true }));
  const observed = ruleset('allow-dns', { subject: wanted.subject, outgoingRules });
  expect(mintFor(policy({ rulesets: [observed] })).ruleset(wanted)).toMatchObject([
    { ruleset: { name: 'allow-dns-2' } },
  ]);
});

test('a network of ours that somebody else’s shares its tag with is not relied upon', () => {
  const networks = [
    network('DNS', 'externalnetwork:name=dns', ['10.75.240.10']),
    network('wide', 'externalnetwork:name=dns', ['0.0.0.0/0'], '/acme/aws-dev/k8s'),
  ];
  const { tag } = mintFor(policy({ externalNetworks: networks })).network('DNS', ['10.75.240.10']);
  expect(tag).toBe('externalnetwork:name=dns-hipster-shop');
});

test('where the prefix of network tags is not effective it is added', () => {
  const { changes } = mintFor(policy({ prefixes: { local: [], effective: ['$namespace='] } })).network('DNS', [
    '10.0.0.1',
  ]);
  expect(changes[0]).toEqual({ kind: 'add-tag-prefixes', prefixes: ['externalnetwork:name='] });
});

test('a prefix that wakes somebody’s sleeping rule is told with the rule’s name, wherever the rule stands', () => {
  const sleeping = ruleset('let-everything-in', {
    namespace: '/acme',
    propagate: true,
    incomingRules: [{ action: 'Allow', object: [['app=debug']], protocolPorts: ['any'] }],
  });
  const disabled = ruleset('long-gone', { subject: [['app=old']], disabled: true });
  const other = ruleset('not-concerned', { subject: [['application=shop']] });
  const mint = mintFor(policy({ rulesets: [sleeping, disabled, other] }));
  expect(mint.prefixes(['app='])).toEqual([{ kind: 'add-tag-prefixes', prefixes: ['app='] }]);
  mint.prefixes(['app=']);
  expect(mint.remarks).toEqual([
    {
      level: 'look',
      text: 'The prefix app= wakes a ruleset that matched nothing so far: let-everything-in of /acme.',
    },
  ]);
});

test('a prefix without its equals sign is never added: it would match other labels too', () => {
  expect(() => mintFor(policy()).prefixes(['app'])).toThrow('app is no whole prefix');
});
