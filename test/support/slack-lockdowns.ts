/** Lockdowns, drafts and findings for tests, small and in the guide's own names. */
import type { Ask, Vote } from '#core/approval.ts';
import type { Draft, EdgeGroup, Residual } from '#core/draft.ts';
import type { DiscoveryFinding, DraftFinding, ShadowFinding, VerifyFinding, WatchFinding } from '#core/findings.ts';
import { type Lockdown, newLockdown, type StageState } from '#core/lockdown-state.ts';
import type { Reckoning } from '#core/reckoning.ts';
import type { Stage } from '#core/stage.ts';
import { A_BASIS } from './lockdowns.ts';

export const NOW = Date.UTC(2026, 10, 22, 14, 5);
export const HOUR = 3_600_000;
export const NAMESPACE = '/acme/aws-dev/k8s/hipster-shop';
export const [ALICE, BORIS, CHITRA, DIEGO] = ['U0ALICE001', 'U0BORIS001', 'U0CHITRA01', 'U0DIEGO001'] as const;
export const SECURITY = 'S0SECURITY1';
export const CHANNEL = 'C0LOCKDOWN1';
export const DIGEST = 'f1e2d3c4b5a69788'.repeat(4);

export function aLockdown(change: Partial<Lockdown> = {}): Lockdown {
  const begin = {
    id: 'hipster-shop-1a2b3c4d',
    salt: 'salt of hipster-shop',
    namespace: NAMESPACE,
    team: 'T0ACME0001',
    channel: CHANNEL,
    requestedBy: ALICE,
    startedAt: NOW - 8 * 24 * HOUR,
    days: 7,
  };
  return { ...newLockdown(begin), ...change };
}

/** A lockdown in which one stage is in the middle of something and the stages before it are done. */
export function inStage(stage: Stage, state: Partial<StageState>, change: Partial<Lockdown> = {}): Lockdown {
  const lockdown = aLockdown({ phase: 'securing', ...change });
  const stages = { ...lockdown.stages };
  for (const each of Object.keys(stages) as Stage[]) {
    if (each === stage) break;
    stages[each] = { ...stages[each], phase: 'allowed', because: 'Newer flows carry our ruleset.' };
  }
  stages[stage] = { ...stages[stage], revision: 1, ...state };
  return { ...lockdown, stages };
}

export function anAsk(change: Partial<Ask> = {}): Ask {
  return {
    nonce: 'nonce-1',
    digest: DIGEST,
    rule: {
      users: [DIEGO],
      groups: [SECURITY],
      needed: 2,
      fromGroups: [{ group: SECURITY, needed: 1 }],
      requesterMayVote: false,
      reactions: true,
      expiresHours: 72,
    },
    electorate: { users: [DIEGO, ALICE], groups: { [SECURITY]: [BORIS, CHITRA] } },
    askedAt: NOW - HOUR,
    expiresAt: NOW + 71 * HOUR,
    undecided: 0,
    cuts: false,
    ...change,
  };
}

export function aVote(user: string, change: Partial<Vote> = {}): Vote {
  return {
    team: 'T0ACME0001',
    user,
    person: user,
    decision: 'approve',
    gesture: 'button',
    lockdown: 'hipster-shop-1a2b3c4d',
    stage: 'dns',
    revision: 1,
    nonce: 'nonce-1',
    digest: DIGEST,
    at: NOW,
    receipt: { key: 'k1', signature: 'c2ln' },
    ...change,
  };
}

export function aGroup(source: string, destination: string, change: Partial<EdgeGroup> = {}): EdgeGroup {
  return {
    id: `${source}>${destination}`,
    source,
    destination,
    ports: ['tcp/443'],
    names: [],
    addresses: [],
    edges: [],
    count: 1200,
    firstSeen: NOW - 7 * 24 * HOUR,
    lastSeen: NOW - HOUR,
    days: 7,
    ...change,
  };
}

export const dnsDraft: Draft = {
  namespace: NAMESPACE,
  stage: 'dns',
  changes: [
    {
      kind: 'create-external-network',
      network: { name: 'DNS', entries: ['10.75.240.10'], associatedTags: ['externalnetwork:name=dns'] },
    },
    {
      kind: 'create-ruleset',
      ruleset: {
        name: 'allow-dns',
        subject: [['$identity=processingunit', `$namespace=${NAMESPACE}`]],
        incomingRules: [],
        outgoingRules: [
          { name: 'dns', action: 'Allow', object: [['externalnetwork:name=dns']], protocolPorts: ['udp/53'] },
        ],
      },
    },
  ],
  unallowed: [
    aGroup('frontend', '10.75.240.10', { ports: ['udp/53'], count: 48_210 }),
    aGroup('cartservice', '10.75.240.10', { ports: ['udp/53'], count: 9120 }),
  ],
  allows: ['e1', 'e2'],
  alreadyAllowed: [],
  leftOut: [
    { group: aGroup('adservice', '8.8.8.8', { ports: ['udp/53'], count: 3 }), because: 'it is no trusted resolver' },
  ],
  stopped: [],
  cutsAtOnce: [],
  residual: [],
  remarks: [{ level: 'note', text: 'No tcp/53 was seen, so only udp/53 is allowed.' }],
};

export function aFinding(change: Partial<DraftFinding> = {}): DraftFinding {
  return {
    draft: dnsDraft,
    digest: DIGEST,
    localPrefixes: ['app='],
    reach: [],
    replay: {
      kept: { edges: 11, flows: 57_330 },
      cut: { edges: 42, flows: 310_400 },
      uncertain: { edges: 2, flows: 14 },
      cutGroups: [aGroup('frontend', 'cartservice', { ports: ['tcp/7070'] })],
      uncertainGroups: [{ group: aGroup('adservice', '34.120.8.1'), because: 'no name is known for the address' }],
    },
    basis: { ...A_BASIS, from: NOW - 8 * 24 * HOUR, to: NOW },
    kubernetes: 'asked',
    doubts: [],
    differences: [],
    completeness: {
      sentence: 'Go on: 97.8 % of what there is seems to have been seen.',
      details: [
        '55 edges and 367,730 flows seen, scans aside: by days 97.8 % (93.1 to 99.6) of all edges, by volume 99.9 % (99.9 to 100) of the flows to come; the lower, first one counts.',
        'Calendar: every weekday; 7 nights; no turn of a month.',
        'Seen on one day only, scans aside: report-job → billing tcp/8080.',
        'New edges by day: 51 on 11-16, 3 on 11-17, 1 on 11-18, 0 on 11-19; no longer growing.',
        'Blind spots: the reports of 3 hours are missing or cut short.',
      ],
    },
    ...change,
  };
}

function aResidual(group: EdgeGroup, change: Partial<Residual> = {}): Residual {
  return {
    group,
    because: 'no rule names it',
    advice: 'block',
    adviceBecause: 'It was seen once, from outside.',
    changes: dnsDraft.changes,
    ...change,
  };
}

/** The last stage: one edge still to decide, one knowingly blocked, one allowed by a further rule. */
export function disableFinding(residual?: Residual[]): DraftFinding {
  const edges = residual ?? [
    aResidual(aGroup('report-job', 'billing (/acme/aws-dev/k8s/billing)', { ports: ['tcp/8080'], count: 7, days: 7 }), {
      advice: 'allow',
      adviceBecause: 'It was seen every day.',
    }),
    aResidual(aGroup('203.0.113.77', 'frontend', { ports: ['tcp/22'], count: 4, days: 1 }), {
      decision: { answer: 'block', by: BORIS },
    }),
    aResidual(aGroup('loadgenerator', '198.51.100.9', { names: ['metrics.example.com'] }), {
      decision: { answer: 'allow', by: BORIS },
    }),
  ];
  return aFinding({
    draft: {
      ...dnsDraft,
      stage: 'disable-discovery',
      changes: [
        {
          kind: 'set-default-actions',
          actions: { incoming: 'Reject', outgoing: 'Reject' },
          former: { incoming: 'Allow', outgoing: 'Inherit' },
        },
      ],
      unallowed: [],
      leftOut: [],
      residual: edges,
      remarks: [],
    },
    replay: {
      kept: { edges: 52, flows: 367_000 },
      cut: { edges: 2, flows: 11 },
      uncertain: { edges: 0, flows: 0 },
      cutGroups: edges.map(({ group }) => group).slice(0, 2),
      uncertainGroups: [],
    },
  });
}

export const discovery: DiscoveryFinding = {
  at: NOW,
  day: 3,
  days: 7,
  edges: 214,
  newSinceYesterday: 6,
  reportsRead: 1_204_331,
  readUpTo: NOW - 120_000,
  stages: [
    { stage: 'dns', wouldCreate: ['DNS', 'allow-dns'], unallowed: 12 },
    { stage: 'metadata', wouldCreate: [], unallowed: 0 },
  ],
  completeness: { sentence: 'Wait for a weekend: none was seen yet.', details: ['Edges seen on one day only: 4'] },
};

export const verifyFinding: VerifyFinding = {
  since: NOW - HOUR,
  readAt: NOW,
  groups: [
    { group: aGroup('frontend', 'DNS', { ports: ['udp/53'] }), state: 'carried', newest: NOW },
    { group: aGroup('emailservice', 'DNS', { ports: ['udp/53'] }), state: 'not-seen' },
    { group: aGroup('checkoutservice', 'cartservice', { ports: ['tcp/7070'] }), state: 'one-end', newest: NOW },
  ],
};

export const shadowFinding: ShadowFinding = {
  since: NOW - HOUR,
  readAt: NOW,
  minutes: 30,
  told: 'apart',
  agreed: 11,
  disagreements: [
    {
      group: aGroup('cartservice', '10.75.240.10', { ports: ['udp/53'] }),
      kind: 'unmatched',
      because: 'The connection may be older than the rule.',
    },
  ],
  uncertain: { accepted: 1, unmatched: 1 },
  unused: [aGroup('report-job', '10.75.240.10', { ports: ['udp/53'] })],
};

export const reckoning: Reckoning = {
  since: NOW - HOUR,
  readUpTo: NOW,
  kept: { predicted: 64, accepted: 59, rejected: 1 },
  cut: { predicted: 43, accepted: 1, rejected: 40 },
  uncertain: { predicted: 3, accepted: 2, rejected: 1 },
  unforeseen: 1,
  surprises: [
    { edge: 'emailservice → smtp.example.com tcp/25', predicted: 'kept' },
    { edge: 'report-job → billing tcp/8080', predicted: 'cut' },
  ],
  surprisesLeftOut: 0,
};

export const watchFinding: WatchFinding = {
  since: NOW - HOUR,
  readAt: NOW,
  confirmBy: NOW + HOUR,
  rejected: [
    {
      group: aGroup('emailservice', '192.0.2.25', { ports: ['tcp/25'], names: ['smtp.example.com'] }),
      acknowledged: false,
      known: true,
    },
    { group: aGroup('203.0.113.77', 'frontend', { ports: ['tcp/22'] }), acknowledged: true, known: true },
    { group: aGroup('198.51.100.4', 'frontend', { ports: ['tcp/23'] }), acknowledged: false, known: false },
  ],
};
