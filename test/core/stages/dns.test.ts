/** Which resolvers the DNS stage allows, and which it leaves for people to judge. */
import { expect, test } from 'vitest';
import { draftStage } from '#core/stages/draft-stage.ts';
import {
  edge,
  evidence,
  kubernetes,
  NO_ANSWERS,
  network,
  policy,
  ruleset,
  SETTINGS,
  SHOP,
  workload,
} from '#test/support/evidence.ts';

const frontend = workload('frontend');
const cart = workload('cartservice');

test('the guide’s network and ruleset are drafted, word by word', () => {
  const seen = edge(frontend, '10.75.240.10', 'udp/53');
  const draft = draftStage('dns', evidence([frontend], [seen], { kubernetes: kubernetes() }), SETTINGS, NO_ANSWERS);
  expect(draft.changes).toEqual([
    {
      kind: 'create-external-network',
      network: { name: 'DNS', entries: ['10.75.240.10'], associatedTags: ['externalnetwork:name=dns'] },
    },
    {
      kind: 'create-ruleset',
      ruleset: {
        name: 'allow-dns',
        subject: [['$identity=processingunit', `$namespace=${SHOP}`]],
        incomingRules: [],
        outgoingRules: [
          { name: 'dns', action: 'Allow', object: [['externalnetwork:name=dns']], protocolPorts: ['udp/53'] },
        ],
      },
    },
  ]);
  expect(draft.allows).toEqual([seen.id]);
  expect(draft.unallowed.map((group) => group.ports)).toEqual([['udp/53']]);
});

test('tcp/53 is allowed beside udp/53 only where it was seen', () => {
  const edges = [edge(frontend, '10.75.240.10', 'udp/53'), edge(cart, '10.75.240.10', 'tcp/53')];
  const draft = draftStage(
    'dns',
    evidence([frontend, cart], edges, { kubernetes: kubernetes() }),
    SETTINGS,
    NO_ANSWERS,
  );
  expect(rulePorts(draft)).toEqual(['udp/53', 'tcp/53']);
});

test('a resolver that nobody trusts stays out, and the card says why', () => {
  const edges = [edge(frontend, '10.75.240.10', 'udp/53'), edge(frontend, '203.0.113.9', 'udp/53')];
  const draft = draftStage('dns', evidence([frontend], edges, { kubernetes: kubernetes() }), SETTINGS, NO_ANSWERS);
  expect(entries(draft)).toEqual(['10.75.240.10']);
  expect(draft.leftOut.map((left) => left.group.addresses)).toEqual([['203.0.113.9']]);
  expect(draft.remarks.map((remark) => remark.level)).toContain('stop');
});

test('a resolver from the settings is trusted, over IPv6 with its mask', () => {
  const settings = { ...SETTINGS, trustedResolvers: ['fd00::35'] };
  const seen = [edge(frontend, 'fd00::35', 'udp/53')];
  const draft = draftStage('dns', evidence([frontend], seen, { kubernetes: kubernetes() }), settings, NO_ANSWERS);
  expect(entries(draft)).toEqual(['fd00::35/128']);
});

test('without Kubernetes the private address that most workloads ask is taken, and that is said', () => {
  const edges = [
    edge(frontend, '10.96.0.10', 'udp/53'),
    edge(cart, '10.96.0.10', 'udp/53'),
    edge(cart, '10.9.9.9', 'udp/53'),
    edge(cart, '8.8.8.8', 'udp/53'),
  ];
  const draft = draftStage('dns', evidence([frontend, cart], edges), SETTINGS, NO_ANSWERS);
  expect(entries(draft)).toEqual(['10.96.0.10']);
  expect(draft.remarks.find((remark) => remark.level === 'look')?.text).toContain('10.96.0.10');
});

test('nobody is asked to look at a resolver that the settings name, although no cluster was asked', () => {
  const settings = { ...SETTINGS, trustedResolvers: ['10.96.0.10'] };
  const draft = draftStage('dns', evidence([frontend], [edge(frontend, '10.96.0.10', 'udp/53')]), settings, NO_ANSWERS);
  expect(entries(draft)).toEqual(['10.96.0.10']);
  expect(draft.remarks.filter(({ level }) => level === 'look')).toEqual([]);
});

test('a namespace whose parent allows DNS needs no DNS rule', () => {
  const parent = '/acme/aws-dev/k8s';
  const inForce = policy({
    externalNetworks: [network('oob dns', 'externalnetwork:name=dns', ['0.0.0.0/0'], parent)],
    rulesets: [
      ruleset('parent-dns', {
        namespace: parent,
        subject: [['$identity=processingunit']],
        outgoingRules: [{ action: 'Allow', object: [['externalnetwork:name=dns']], protocolPorts: ['udp/53'] }],
      }),
    ],
  });
  const seen = [edge(frontend, '10.75.240.10', 'udp/53')];
  const draft = draftStage('dns', evidence([frontend], seen, { policy: inForce }), SETTINGS, NO_ANSWERS);
  expect(draft.changes).toEqual([]);
  expect(draft.alreadyAllowed).toMatchObject([{ ruleset: 'parent-dns', namespace: parent }]);
  expect(draft.remarks.map((remark) => remark.text)).toEqual([
    'Everything of this kind is allowed by rulesets already in force.',
  ]);
});

test('somebody else’s network under the guide’s tag is not widened: ours gets a tag of its own', () => {
  const inForce = policy({
    externalNetworks: [network('dns', 'externalnetwork:name=dns', ['203.0.113.0/24'], '/acme/aws-dev/k8s')],
  });
  const seen = [edge(frontend, '10.75.240.10', 'udp/53')];
  const facts = { policy: inForce, kubernetes: kubernetes() };
  const draft = draftStage('dns', evidence([frontend], seen, facts), SETTINGS, NO_ANSWERS);
  expect(draft.changes[0]).toMatchObject({ network: { associatedTags: ['externalnetwork:name=dns-hipster-shop'] } });
  expect(draft.remarks.map((remark) => remark.text).join()).toContain('DNS-hipster-shop');
  expect(draft.allows).toEqual([seen[0]?.id]);
});

test('a network of ours that is there already is not created again', () => {
  const inForce = policy({ externalNetworks: [network('DNS', 'externalnetwork:name=dns', ['10.75.240.10'])] });
  const seen = [edge(frontend, '10.75.240.10', 'udp/53')];
  const facts = { policy: inForce, kubernetes: kubernetes() };
  const draft = draftStage('dns', evidence([frontend], seen, facts), SETTINGS, NO_ANSWERS);
  expect(draft.changes.map((change) => change.kind)).toEqual(['create-ruleset']);
});

test('UDP 53 among the pods of the namespace is the pods’ business', () => {
  const seen = [edge(frontend, cart, 'udp/53')];
  const facts = evidence([frontend, cart], seen, { kubernetes: kubernetes() });
  expect(draftStage('dns', facts, SETTINGS, NO_ANSWERS).changes).toEqual([]);
  expect(draftStage('pods', facts, SETTINGS, NO_ANSWERS).allows).toEqual([seen[0]?.id]);
});

function rulePorts(draft: ReturnType<typeof draftStage>) {
  return draft.changes.flatMap((change) =>
    change.kind === 'create-ruleset' ? change.ruleset.outgoingRules.flatMap((rule) => rule.protocolPorts) : [],
  );
}

function entries(draft: ReturnType<typeof draftStage>) {
  return draft.changes.flatMap((change) => (change.kind === 'create-external-network' ? change.network.entries : []));
}

test('an approver reads the name of the DNS service beside its address', () => {
  const seen = edge(frontend, '10.75.240.10', 'udp/53');
  const known = draftStage('dns', evidence([frontend], [seen], { kubernetes: kubernetes() }), SETTINGS, NO_ANSWERS);
  const unknown = draftStage('dns', evidence([frontend], [seen]), SETTINGS, NO_ANSWERS);
  expect(known.unallowed).toMatchObject([{ destination: '10.75.240.10', names: ['kube-dns'] }]);
  expect(unknown.unallowed.flatMap(({ names }) => names)).toEqual([]);
});
