/** Whom the clauses of an approved draft reach, and what is not as it was approved any more. */
import { describe, expect, test } from 'vitest';
import type { Change } from '#core/draft.ts';
import { type Approved, driftOf, type NowThere } from '#core/drift.ts';
import { reachOf } from '#core/reach.ts';
import { withChanges } from '#core/replay.ts';
import type { ProcessingUnit } from '#core/workload.ts';
import { network, policy, SHOP } from '#test/support/evidence.ts';

const UNITS = ['$identity=processingunit', `$namespace=${SHOP}`];
const CHANGES: readonly Change[] = [
  {
    kind: 'create-external-network',
    network: { name: 'pay', entries: ['*.example-pay.com'], associatedTags: ['externalnetwork:name=pay'] },
  },
  {
    kind: 'create-ruleset',
    ruleset: {
      name: 'allow-pay',
      subject: [['app=frontend', ...UNITS]],
      incomingRules: [],
      outgoingRules: [
        { action: 'Allow', object: [['externalnetwork:name=pay']], protocolPorts: ['tcp/443'] },
        { action: 'Allow', object: [UNITS], protocolPorts: ['tcp/80'] },
      ],
    },
  },
];

function pod(
  name: string,
  account: string,
  image: string,
  labels = ['app=frontend'],
  namespace = SHOP,
): ProcessingUnit {
  const tags = [...labels, `@app:k8s:serviceaccountname=${account}`, `$image=${image}`];
  return { id: name, name, namespace, tags };
}

const FRONTEND = pod('frontend-7d4b9c6f5-x2k8p', 'shop', 'registry.example:5000/shop/frontend:v1');
const THEN = withChanges(policy(), CHANGES);
const APPLIED_AT = 1_000_000;
const APPROVED: Approved = {
  stage: 'external-services',
  changes: CHANGES,
  reach: reachOf(CHANGES, { policy: THEN, units: [FRONTEND] }),
  ids: new Map([
    ['pay', 'draft:pay'],
    ['allow-pay', 'draft:allow-pay'],
  ]),
  localPrefixes: THEN.prefixes.local,
  at: APPLIED_AT,
};

function drift(now: Partial<NowThere>): string[] {
  const ours = new Set(APPROVED.ids.values());
  return driftOf([APPROVED], {
    policy: THEN,
    units: [FRONTEND],
    isCut: false,
    newNames: [],
    ours,
    ourPrefixes: [],
    ...now,
  });
}

test('a draft reaches whoever carries its tags; a clause that means the whole namespace cannot be captured', () => {
  expect(APPROVED.reach).toEqual([
    {
      tags: ['$identity=processingunit', `$namespace=${SHOP}`, 'app=frontend'],
      rulesets: ['allow-pay'],
      holders: [`processing units of frontend in ${SHOP} (service account shop, registry.example:5000/shop/frontend)`],
    },
    {
      tags: ['externalnetwork:name=pay'],
      rulesets: ['allow-pay'],
      holders: [`the external network pay of ${SHOP} with *.example-pay.com`],
    },
  ]);
});

describe('somebody else writes to the console past Lockstep', () => {
  const [ours] = THEN.rulesets.filter(({ name }) => name === 'allow-pay');
  if (!ours) throw new Error('the approved ruleset is not there');
  const foreign = { ...ours, id: 'R-foreign', name: 'allow-everything', updatedAt: APPLIED_AT + 1 };
  const beside = (ruleset: typeof foreign) => ({ ...THEN, rulesets: [...THEN.rulesets, ruleset] });

  test('a ruleset that was written after the last approval is told', () => {
    expect(drift({ policy: beside(foreign) })).toEqual([
      `The ruleset allow-everything of ${SHOP}, which is not ours, was written after the last approval, and applies here.`,
    ]);
  });

  test('one that stood there already, one that is disabled and one of a stage under way are not', () => {
    expect(drift({ policy: beside({ ...foreign, updatedAt: APPLIED_AT }) })).toEqual([]);
    expect(drift({ policy: beside({ ...foreign, disabled: true }) })).toEqual([]);
    expect(drift({ policy: beside(foreign), ours: new Set(['R-foreign', ...APPROVED.ids.values()]) })).toEqual([]);
  });

  test('a tag prefix that nobody approved is told', () => {
    const { prefixes } = THEN;
    expect(drift({ policy: { ...THEN, prefixes: { ...prefixes, local: [...prefixes.local, 'team='] } } })).toEqual([
      'The tag prefix team= was added after the last approval, and rules that name such tags match now.',
    ]);
  });

  test('a tag prefix of a stage that is just being applied is not', () => {
    const { prefixes } = THEN;
    const policy = { ...THEN, prefixes: { ...prefixes, local: [...prefixes.local, 'team='] } };
    expect(drift({ policy, ourPrefixes: ['team='] })).toEqual([]);
  });
});

describe('nothing has drifted', () => {
  test.each<[string, ProcessingUnit]>([
    ['a restart', pod('frontend-7d4b9c6f5-zzzzz', 'shop', 'registry.example:5000/shop/frontend:v1')],
    ['a new version', pod('frontend-5f6c7d8b9-bcdfg', 'shop', 'registry.example:5000/shop/frontend@sha256:abc')],
    ['another workload', pod('cart-7d4b9c6f5-x2k8p', 'shop', 'registry.example:5000/shop/cart:v1', ['app=cart'])],
    ['the same label elsewhere', pod('frontend-0', 'x', 'y', ['app=frontend'], '/acme/dev/k8s/other')],
  ])('after %s', (_, unit) => {
    expect(drift({ units: [FRONTEND, unit] })).toEqual([]);
  });
});

describe('it has drifted when', () => {
  test.each<[string, ProcessingUnit, string]>([
    [
      'another account',
      pod('frontend-7d4b9c6f5-bcdfg', 'visitor', 'registry.example:5000/shop/frontend:v1'),
      'visitor',
    ],
    ['another image', pod('frontend-7d4b9c6f5-bcdfg', 'shop', 'docker.example/toolbox:latest'), 'toolbox'],
    ['another owner', pod('debug', 'shop', 'registry.example:5000/shop/frontend:v1'), 'of debug in'],
  ])('the labels of an approved workload are carried under %s', (_, unit, word) => {
    const [told, ...more] = drift({ units: [FRONTEND, unit] });
    expect(told).toContain('app=frontend, which allow-pay names, now also means processing units');
    expect(told).toContain(word);
    expect(more).toEqual([]);
  });

  test('a network above carries the tag of an approved one', () => {
    const wide = network('everything', 'externalnetwork:name=pay', ['0.0.0.0/0'], '/acme');
    const [told] = drift({ policy: { ...THEN, externalNetworks: [...THEN.externalNetworks, wide] } });
    expect(told).toContain('now also means the external network everything of /acme with 0.0.0.0/0.');
  });

  test('a name that nobody had asked for is found below an approved wildcard', () => {
    expect(drift({ newNames: ['taken-over.example-pay.com', 'example-pay.com', 'evil-example-pay.com'] })).toEqual([
      'taken-over.example-pay.com was asked for, for the first time: the approved *.example-pay.com allows it.',
    ]);
  });

  test('what was approved is gone, disabled, or says something else', () => {
    const [ruleset] = THEN.rulesets;
    if (!ruleset) throw new Error('there is a ruleset');
    const withRuleset = (change: object) => drift({ policy: { ...THEN, rulesets: [{ ...ruleset, ...change }] } });
    expect(drift({ policy: { ...THEN, rulesets: [], externalNetworks: [] } })).toEqual([
      'The external network pay, which was approved, is gone.',
      'The ruleset allow-pay, which was approved, is gone.',
    ]);
    expect(withRuleset({ disabled: true })).toEqual(['The ruleset allow-pay, which was approved, is disabled.']);
    expect(
      withRuleset({ outgoingRules: ruleset.outgoingRules.map((rule) => ({ ...rule, observationEnabled: true })) }),
    ).toEqual(['The ruleset allow-pay is only observed, which is not what was approved.']);
    expect(withRuleset({ outgoingRules: [] })).toEqual([
      'The ruleset allow-pay does not say any more what was approved.',
    ]);
  });

  test('the namespace was cut and is open again', () => {
    const open = { incoming: 'Allow', outgoing: 'Reject' } as const;
    expect(drift({ isCut: true, policy: { ...THEN, own: open, effective: open } })).toEqual([
      'The default actions of the namespace are incoming Allow, outgoing Reject; approved was Reject.',
    ]);
  });
});
