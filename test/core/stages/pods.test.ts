/** What the pods stage allows among a namespace's own workloads, in both of its modes. */
import { expect, test } from 'vitest';
import type { Draft } from '#core/draft.ts';
import type { Edge } from '#core/edge.ts';
import { draftStage } from '#core/stages/draft-stage.ts';
import {
  brief,
  edge,
  evidence,
  kubernetes,
  NO_ANSWERS,
  policy,
  ruleset,
  SETTINGS,
  SHOP,
  withPrefixes,
  workload,
} from '#test/support/evidence.ts';

const frontend = workload('frontend');
const cart = workload('cartservice');
const email = workload('emailservice');
const everybody = ['$identity=processingunit', `$namespace=${SHOP}`];
const OBSERVED = { ...SETTINGS, podsMode: 'observed' as const };

test('by default everybody may talk to everybody, as in the guide, and the card says how wide that is', () => {
  const seen = [edge(frontend, cart, 'tcp/7070'), edge(frontend, email, 'tcp/8080')];
  const draft = draftStage('pods', evidence([frontend, cart, email], seen), SETTINGS, NO_ANSWERS);
  expect(draft.changes).toEqual([
    {
      kind: 'create-ruleset',
      ruleset: {
        name: 'allow-pods-in-namespace',
        subject: [everybody],
        incomingRules: [{ name: 'pods-in', action: 'Allow', object: [everybody], protocolPorts: ['any'] }],
        outgoingRules: [{ name: 'pods-out', action: 'Allow', object: [everybody], protocolPorts: ['any'] }],
      },
    },
  ]);
  expect(draft.breadth).toMatchObject({ seen: 2, possible: 12 });
  expect(draft.allows).toEqual(seen.map((one) => one.id).sort());
});

test('observed: each workload may do what it was seen to do, by its own tag and in this namespace only', () => {
  const seen = [edge(frontend, cart, 'tcp/7070')];
  const facts = { kubernetes: kubernetes() };
  const draft = draftStage('pods', evidence([frontend, cart, email], seen, facts), OBSERVED, NO_ANSWERS);
  expect(draft.changes).toEqual([
    { kind: 'add-tag-prefixes', prefixes: ['app='] },
    {
      kind: 'create-ruleset',
      ruleset: {
        name: 'allow-pods-cartservice',
        subject: [['app=cartservice', ...everybody]],
        incomingRules: [
          {
            name: 'from-frontend',
            action: 'Allow',
            object: [['app=frontend', ...everybody]],
            protocolPorts: ['tcp/7070'],
          },
        ],
        outgoingRules: [],
      },
    },
    {
      kind: 'create-ruleset',
      ruleset: {
        name: 'allow-pods-frontend',
        subject: [['app=frontend', ...everybody]],
        incomingRules: [],
        outgoingRules: [
          {
            name: 'to-cartservice',
            action: 'Allow',
            object: [['app=cartservice', ...everybody]],
            protocolPorts: ['tcp/7070'],
          },
        ],
      },
    },
  ]);
  expect(draft.allows).toEqual([seen[0]?.id]);
});

test('observed: a Service whose port differs from the pod’s opens both to the caller and the pod’s own to the called', () => {
  const service = {
    name: 'emailservice',
    type: 'ClusterIP' as const,
    clusterIps: ['10.75.250.1'],
    selector: { app: 'emailservice' },
    ports: [{ port: 5000, targetPort: 8080, protocol: 'TCP' as const }],
  };
  const facts = { kubernetes: kubernetes({ services: [service] }), policy: withPrefixes('app=') };
  const draft = draftStage(
    'pods',
    evidence([frontend, email], [edge(frontend, email, 'tcp/8080')], facts),
    OBSERVED,
    NO_ANSWERS,
  );
  expect(portsOf(draft, 'allow-pods-frontend')).toEqual(['tcp/5000', 'tcp/8080']);
  expect(portsOf(draft, 'allow-pods-emailservice')).toEqual(['tcp/8080']);
});

test('observed: where no tag tells two workloads apart, one ruleset covers both and the card says so', () => {
  const a = workload('report-a', ['tier=batch']);
  const both = { ...a, name: 'report-a / report-b', owners: ['report-a', 'report-b'] };
  const draft = draftStage('pods', evidence([both, cart], [edge(both, cart, 'tcp/7070')]), OBSERVED, NO_ANSWERS);
  expect(draft.remarks.map((remark) => remark.text).join()).toContain('No tag tells report-a and report-b apart');
  expect(draft.allows).toHaveLength(1);
});

test('observed: a workload whose tags are all on another one too is covered with it, and the breadth counts both', () => {
  const plain = workload('web', ['app=web']);
  const canary = workload('web-canary', ['app=web', 'track=canary']);
  const seen = [edge(plain, cart, 'tcp/7070')];
  const draft = draftStage('pods', evidence([plain, canary, cart], seen), OBSERVED, NO_ANSWERS);
  expect(draft.breadth).toMatchObject({ seen: 1, possible: 2 });
  expect(draft.remarks.map((remark) => remark.text).join()).toContain('No tag tells web from web-canary');
});

test('a rare edge counts as much as a busy one', () => {
  const seen = [edge(frontend, cart, 'tcp/7070'), edge(frontend, email, 'tcp/8080', brief(1, 0))];
  const draft = draftStage('pods', evidence([frontend, cart, email], seen), OBSERVED, NO_ANSWERS);
  expect(draft.allows).toHaveLength(2);
});

test('a pod that talks to itself is nothing; replicas of one workload that talk to each other are something', () => {
  const alone = edge(cart, cart, 'tcp/7070');
  const replicas: Edge = { ...alone, units: ['cart-0', 'cart-1'] };
  expect(draftStage('pods', evidence([cart], [alone]), OBSERVED, NO_ANSWERS).changes).toEqual([]);
  expect(draftStage('pods', evidence([cart], [replicas]), OBSERVED, NO_ANSWERS).allows).toEqual([replicas.id]);
});

test('rejected, dropped and loopback traffic asks for nothing', () => {
  const edges = [
    edge(frontend, cart, 'tcp/7070', { action: 'Reject' }),
    edge(frontend, cart, 'tcp/7071', { action: 'Reject', dropReason: 'token' }),
    edge('127.0.0.1', cart, 'tcp/7070'),
  ];
  for (const stage of ['pods', 'web-server', 'kubelets', 'disable-discovery'] as const) {
    const draft = draftStage(stage, evidence([frontend, cart], edges), SETTINGS, NO_ANSWERS);
    expect(draft.unallowed).toEqual([]);
    expect(draft.residual).toEqual([]);
  }
});

test('a prefix that would wake somebody’s sleeping ruleset is pointed out', () => {
  const sleeping = ruleset('old-backdoor', { subject: [['app=frontend']] });
  const facts = { policy: policy({ rulesets: [sleeping] }), kubernetes: kubernetes() };
  const draft = draftStage(
    'pods',
    evidence([frontend, cart], [edge(frontend, cart, 'tcp/7070')], facts),
    OBSERVED,
    NO_ANSWERS,
  );
  expect(draft.remarks.find((remark) => remark.level === 'look')?.text).toContain('old-backdoor');
});

test('the same evidence in another order gives the same draft', () => {
  const seen = [edge(frontend, cart, 'tcp/7070'), edge(cart, email, 'tcp/8080'), edge(frontend, email, 'tcp/8080')];
  const one = draftStage('pods', evidence([frontend, cart, email], seen), OBSERVED, NO_ANSWERS);
  const other = draftStage('pods', evidence([email, frontend, cart], seen.toReversed()), OBSERVED, NO_ANSWERS);
  expect(other).toEqual(one);
});

function portsOf(draft: Draft, name: string) {
  return draft.changes.flatMap((change) => {
    if (change.kind !== 'create-ruleset' || change.ruleset.name !== name) return [];
    return [...change.ruleset.incomingRules, ...change.ruleset.outgoingRules].flatMap((rule) => rule.protocolPorts);
  });
}

test('a rollout from 1.2.3 to 1.2.4 leaves one ruleset for cart, which 1.2.5 is meant by as well', () => {
  const [old, now] = ['1.2.3', '1.2.4'].map((version) => workload('cart', ['app=cart', `version=${version}`]));
  if (!old || !now) throw new Error('there are two');
  const seen = [edge(frontend, old, 'tcp/7070'), edge(frontend, now, 'tcp/7070')];
  const draft = draftStage('pods', evidence([frontend, old, now], seen), OBSERVED, NO_ANSWERS);
  expect(rulesetsOf(draft)).toEqual(['allow-pods-cart', 'allow-pods-frontend']);
  expect(JSON.stringify(draft.changes)).not.toContain('version');
  expect(draft.remarks.filter(({ text }) => text.includes('release'))).toEqual([
    {
      level: 'note',
      text: 'cart was seen in 2 releases (version=1.2.3 and version=1.2.4): the rules mean it whatever its release is.',
    },
  ]);
  expect(draft.allows).toHaveLength(2);
});

test('where only the version tells reviews apart, people have to look at what the next release will not get', () => {
  const [v1, v2] = ['v1', 'v2'].map((version) => workload(`reviews-${version}`, ['app=reviews', `version=${version}`]));
  if (!v1 || !v2) throw new Error('there are two');
  const seen = [edge(frontend, v1, 'tcp/9080'), edge(frontend, v2, 'tcp/9080')];
  const draft = draftStage('pods', evidence([frontend, v1, v2], seen), OBSERVED, NO_ANSWERS);
  expect(draft.remarks).toContainEqual({
    level: 'look',
    text: 'Rules name version=v1 and version=v2, which a new release may change: the next release is then not meant by them, and is cut once discovery mode is off.',
  });
});

function rulesetsOf(draft: Draft): string[] {
  return draft.changes.flatMap((change) => (change.kind === 'create-ruleset' ? [change.ruleset.name] : []));
}
