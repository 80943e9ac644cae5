/** The policy in force for a namespace, read from a console that does not show everything. */
import { expect, onTestFinished, test } from 'vitest';
import { consoleApi } from '#console/console-api.ts';
import { sandboxConsole } from './sandbox-console.ts';
import { refusal, scriptedServer } from './scripted-server.ts';

const CLUSTER = '/acme/aws-dev/k8s';
const SHOP = `${CLUSTER}/hipster-shop`;
const WHEN = '2026-11-01T00:00:00.000Z';

const shop = sandboxConsole({ parentDnsRule: true });

test('a namespace sees its own rules and those its tenant hands down', async () => {
  const { policy, doubts } = await shop.api.readPolicy(SHOP);

  expect(policy.rulesets).toMatchObject([
    {
      name: 'dns',
      namespace: '/acme',
      propagate: true,
      disabled: false,
      incomingRules: [],
      outgoingRules: [{ action: 'Allow' }],
    },
  ]);
  expect(policy.externalNetworks).toMatchObject([{ name: 'dns', namespace: '/acme', entries: ['0.0.0.0/0'] }]);
  expect(policy.externalNetworks[0]?.tags).toContain('externalnetwork:name=dns');
  expect(doubts).toEqual([]);
});

test('what a hidden tenant allows by default is read off a running pod', async () => {
  const { policy } = await shop.api.readPolicy(SHOP);

  expect(policy.own).toEqual({ incoming: 'Inherit', outgoing: 'Inherit' });
  expect(policy.effective).toEqual({ incoming: 'Allow', outgoing: 'Allow' });
});

test('an added prefix is local and effective, and the ones nobody wrote are effective too', async () => {
  await shop.api.addTagPrefixes(SHOP, ['app='], 'key-policy', { lockdown: 'ld-1', stage: 'web-server' });

  const { policy } = await shop.api.readPolicy(SHOP);

  expect(policy.prefixes.local).toEqual(['app=']);
  expect(policy.prefixes.effective).toEqual(expect.arrayContaining(['app=', '$namespace=', 'externalnetwork:name=']));
});

test('a rendered policy shows that a rule has reached a pod', async () => {
  const made = await shop.api.ensureRuleset(SHOP, {
    object: {
      name: 'allow-pods',
      subject: [['$identity=processingunit', `$namespace=${SHOP}`]],
      incomingRules: [{ name: 'pods', action: 'Allow', object: [[`$namespace=${SHOP}`]], protocolPorts: ['any'] }],
      outgoingRules: [],
    },
    annotations: { 'lockstep.lockdown': ['ld-1'], 'lockstep.stage': ['pods'] },
    key: 'key-rendered',
  });
  const unit = (await shop.api.readProcessingUnits(SHOP)).find(({ running }) => running);
  if (!unit) throw new Error('a shop without a running pod');

  const rendered = await shop.api.renderedFor(unit);

  expect(rendered.rules).toContainEqual({ name: 'allow-pods', namespace: SHOP, updatedAt: made.updatedAt });
  expect(rendered.wireTags).toContain(`$namespace=${SHOP}`);
});

test('units are found by their ids wherever this credential may look, the gone ones too', async () => {
  const units = await shop.api.readProcessingUnits(SHOP, { archived: true });
  const present = await shop.api.readProcessingUnits(SHOP);
  const ids = units.map(({ id }) => id);

  const found = await shop.api.readProcessingUnitsByIds([...ids, 'ffffffffffffffffffffffff'], ['/acme/elsewhere']);

  expect(present.length).toBeGreaterThan(10);
  expect(units.length).toBeGreaterThanOrEqual(present.length);
  expect(found.units.map(({ id }) => id).sort()).toEqual([...ids].sort());
  expect(found.missing).toEqual(['ffffffffffffffffffffffff']);
});

test('a policy of a namespace that nobody knows is a failure', async () => {
  await expect(shop.api.readPolicy(`${CLUSTER}/nowhere`)).rejects.toMatchObject({
    reason: 'not-found',
    passing: false,
  });
});

/** A console of four levels; `hidden` ones answer 403, `rendered` is what a running pod has, if there is one. */
async function consoleOf(options: {
  readonly actions: Readonly<Record<string, string>>;
  readonly prefixes?: Readonly<Record<string, readonly string[]>>;
  readonly hidden?: readonly string[];
  readonly rendered?: Readonly<Record<string, unknown>>;
  readonly rulesets?: readonly unknown[];
}) {
  const server = await scriptedServer(({ path, headers, query }) => {
    const namespace = String(headers['x-namespace']);
    if (options.hidden?.includes(namespace)) return refusal(403, 'Forbidden', 'You are not allowed.');
    if (path === '/namespaces') {
      const name = /name == "(.*)"/.exec(query.get('q') ?? '')?.[1] ?? '';
      const action = options.actions[name];
      const types = ['', '', 'Tenant', 'CloudAccount', 'Group', 'Kubernetes'];
      return {
        json: action
          ? [
              {
                ID: name,
                name,
                namespace,
                type: types[name.split('/').length],
                defaultPUIncomingTrafficAction: action,
                defaultPUOutgoingTrafficAction: action,
                tagPrefixes: options.prefixes?.[name],
                updateTime: WHEN,
              },
            ]
          : [],
      };
    }
    if (path === '/namespaceinfo') return refusal(404, 'Not Found', 'Unable to find the requested resource');
    if (path === '/processingunits')
      return {
        json: options.rendered
          ? [
              {
                ID: 'pod',
                name: 'frontend-1',
                namespace,
                normalizedTags: [`$namespace=${SHOP}`, 'app=frontend'],
                operationalStatus: 'Running',
                enforcementStatus: 'Active',
              },
            ]
          : [],
      };
    if (path.endsWith('/renderedpolicies')) return { json: [options.rendered] };
    return { json: path === '/networkrulesetpolicies' ? (options.rulesets ?? []) : null };
  });
  const api = consoleApi({ observe: { url: server.url, token: 'token', namespace: '/' } });
  onTestFinished(() => api.close());
  return api;
}

const OPEN = { '/acme': 'Allow', '/acme/aws-dev': 'Inherit', [CLUSTER]: 'Inherit', [SHOP]: 'Inherit' };

test('Inherit asks the parent, and its parent, and every ancestor’s prefixes count', async () => {
  const api = await consoleOf({
    actions: OPEN,
    prefixes: { '/acme': ['team='], [CLUSTER]: ['app='], [SHOP]: ['role='] },
  });

  const { policy, doubts } = await api.readPolicy(SHOP);

  expect(policy.effective).toEqual({ incoming: 'Allow', outgoing: 'Allow' });
  expect(policy.prefixes.local).toEqual(['role=']);
  expect(policy.prefixes.effective).toEqual(expect.arrayContaining(['team=', 'app=', 'role=', '$identity=']));
  expect(doubts).toEqual([]);
});

test('where nobody sets an action it is Reject', async () => {
  const api = await consoleOf({ actions: { ...OPEN, '/acme': 'Inherit' } });

  expect((await api.readPolicy(SHOP)).policy.effective).toEqual({ incoming: 'Reject', outgoing: 'Reject' });
});

test('hidden ancestors without a running pod leave doubts, and no guess in favour of anything', async () => {
  const api = await consoleOf({ actions: OPEN, hidden: ['/', '/acme', '/acme/aws-dev'] });

  const { policy, doubts } = await api.readPolicy(SHOP);

  expect(policy.effective).toEqual({ incoming: 'Reject', outgoing: 'Reject' });
  expect(doubts).toHaveLength(3);
  expect(doubts.join(' ')).toContain(`inherited from ${CLUSTER} or above, which may not be read`);
  expect(doubts.join(' ')).toContain('Tag prefixes may also come from');
});

test('hidden ancestors’ prefixes are read off the wire of a running pod', async () => {
  const api = await consoleOf({
    actions: OPEN,
    hidden: ['/', '/acme', '/acme/aws-dev'],
    rendered: {
      defaultPUIncomingTrafficAction: 'Allow',
      defaultPUOutgoingTrafficAction: 'Reject',
      wireTags: [`$namespace=${SHOP}`, 'app=frontend'],
    },
  });

  const { policy, doubts } = await api.readPolicy(SHOP);

  expect(policy.effective).toEqual({ incoming: 'Allow', outgoing: 'Reject' });
  expect(policy.prefixes.effective).toContain('app=');
  expect(doubts).toEqual([]);
});

test('a pod that has not got what the namespace says is a doubt', async () => {
  const api = await consoleOf({
    actions: { ...OPEN, [SHOP]: 'Reject' },
    prefixes: { [SHOP]: ['app='] },
    rendered: {
      defaultPUIncomingTrafficAction: 'Allow',
      defaultPUOutgoingTrafficAction: 'Reject',
      wireTags: [`$namespace=${SHOP}`],
    },
  });

  const { policy, doubts } = await api.readPolicy(SHOP);

  expect(policy.effective).toEqual({ incoming: 'Reject', outgoing: 'Reject' });
  expect(doubts).toEqual([
    'frontend-1 does not have app=frontend on the wire, although a tag prefix covers it.',
    'The incoming default action should be Reject, but frontend-1 still has Allow.',
  ]);
});

test('a rule that cannot be understood fails the reading: it might reject', async () => {
  const rule = { action: 'Forbid', object: [['a=b']], protocolPorts: ['any'] };
  const api = await consoleOf({
    actions: OPEN,
    rulesets: [{ ID: 'r', name: 'odd', namespace: SHOP, subject: [['a=b']], incomingRules: [rule], updateTime: WHEN }],
  });

  await expect(api.readPolicy(SHOP)).rejects.toMatchObject({
    reason: 'does-not-parse',
    message: expect.stringContaining('at 0.incomingRules.0.action'),
  });
});
