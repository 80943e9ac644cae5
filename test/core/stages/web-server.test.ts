/** Which workloads the internet may reach, on which ports, and by which tag. */
import { describe, expect, test } from 'vitest';
import { withChanges } from '#core/replay.ts';
import { draftStage } from '#core/stages/draft-stage.ts';
import {
  brief,
  edge,
  evidence,
  kubernetes,
  NO_ANSWERS,
  policy,
  SETTINGS,
  SHOP,
  workload,
} from '#test/support/evidence.ts';

const frontend = workload('frontend');
const admin = workload('admin');
const units = ['$identity=processingunit', `$namespace=${SHOP}`];

function service(name: string, app: string, ports: [port: number, targetPort: number | string, nodePort: number][]) {
  return {
    name,
    type: 'LoadBalancer' as const,
    clusterIps: [],
    selector: { app },
    ports: ports.map(([port, targetPort, nodePort]) => ({ port, targetPort, nodePort, protocol: 'TCP' as const })),
  };
}

function draftOf(edges: ReturnType<typeof edge>[], services: ReturnType<typeof service>[] | 'no cluster') {
  const facts = services === 'no cluster' ? {} : { kubernetes: kubernetes({ services }) };
  return draftStage('web-server', evidence([frontend, admin], edges, facts), SETTINGS, NO_ANSWERS);
}

test('the guide’s network, prefix and ruleset are drafted, the subject never without its namespace', () => {
  const seen = [edge('198.51.100.20', frontend, 'tcp/8080')];
  const draft = draftOf(seen, [service('frontend-external', 'frontend', [[80, 8080, 31234]])]);
  expect(draft.changes).toEqual([
    { kind: 'add-tag-prefixes', prefixes: ['app='] },
    {
      kind: 'create-external-network',
      network: { name: 'internet', entries: ['0.0.0.0/0'], associatedTags: ['externalnetwork:name=internet'] },
    },
    {
      kind: 'create-ruleset',
      ruleset: {
        name: 'allow-web-server',
        subject: [['app=frontend', ...units]],
        incomingRules: [
          {
            name: 'web-server',
            action: 'Allow',
            object: [['externalnetwork:name=internet']],
            protocolPorts: ['tcp/80', 'tcp/8080', 'tcp/31234'],
          },
        ],
        outgoingRules: [],
      },
    },
  ]);
  expect(draft.allows).toEqual([seen[0]?.id]);
});

test('a port that a Service only declares is named and stays closed', () => {
  const draft = draftOf(
    [edge('198.51.100.20', frontend, 'tcp/8080')],
    [
      service('frontend-external', 'frontend', [
        [80, 8080, 31234],
        [6379, 6379, 31999],
      ]),
    ],
  );
  expect(ports(draft)).toEqual(['tcp/80', 'tcp/8080', 'tcp/31234']);
  expect(draft.remarks.map((remark) => remark.text).join()).toContain('tcp/6379');
});

test('a port that no Service publishes is left for people to judge', () => {
  const seen = [edge('198.51.100.20', frontend, 'tcp/8080'), edge('198.51.100.20', frontend, 'tcp/9999')];
  const draft = draftOf(seen, [service('frontend-external', 'frontend', [[80, 8080, 31234]])]);
  expect(ports(draft)).not.toContain('tcp/9999');
  expect(draft.leftOut.map((left) => left.group.ports)).toEqual([['tcp/9999']]);
});

test('a container’s port known only by its name is the one that was seen', () => {
  const draft = draftOf(
    [edge('198.51.100.20', frontend, 'tcp/8080')],
    [service('web', 'frontend', [[80, 'http', 31234]])],
  );
  expect(ports(draft)).toEqual(['tcp/80', 'tcp/8080', 'tcp/31234']);
});

describe('a LoadBalancer that knows its ports as http and https', () => {
  const visits = [edge('198.51.100.20', frontend, 'tcp/8080'), edge('203.0.113.7', frontend, 'tcp/8443')];
  const unresolved = service('frontend-external', 'frontend', [
    [80, 'http', 31080],
    [443, 'https', 31443],
  ]);
  const resolved = {
    ...unresolved,
    ports: unresolved.ports.map((port, at) => ({ ...port, targets: [[8080], [8443]][at] ?? [] })),
  };

  test.each([
    ['the cluster says what the names stand for', resolved, ['note', 'note', 'note']],
    ['nobody says what the names stand for', unresolved, ['look', 'note', 'note', 'note']],
  ])('is open on both when %s, and no list of today’s clients is', (_, external, levels) => {
    const draft = draftOf(visits, [external]);
    const rulesets = draft.changes.flatMap((change) => (change.kind === 'create-ruleset' ? [change.ruleset] : []));
    const ports = rulesets.flatMap((one) => one.incomingRules.flatMap((rule) => rule.protocolPorts));
    expect(ports).toEqual(['tcp/80', 'tcp/443', 'tcp/8080', 'tcp/8443', 'tcp/31080', 'tcp/31443']);
    expect(draft.allows).toEqual(visits.map(({ id }) => id).sort());
    expect(draft.leftOut).toEqual([]);
    expect(draft.remarks.map(({ level }) => level)).toEqual(levels);
    const facts = evidence([frontend], visits, {
      policy: withChanges(policy(), draft.changes),
      kubernetes: kubernetes({ services: [external] }),
    });
    expect(draftStage('disable-discovery', facts, SETTINGS, NO_ANSWERS).residual).toEqual([]);
  });

  test('says which names nobody could resolve, and what was opened for them', () => {
    expect(draftOf(visits, [unresolved]).remarks[0]).toEqual({
      level: 'look',
      text: 'Service frontend-external publishes ports of frontend by name only (“http” and “https”), and the cluster did not say which they are; what was seen is opened, tcp/8080 and tcp/8443.',
    });
  });

  test('opens nothing for a single knock or an administrator’s port, and does not say that no Service publishes it', () => {
    const knocks = [
      edge('198.51.100.20', frontend, 'tcp/9999', { ...brief(1, 0) }),
      edge('198.51.100.20', frontend, 'tcp/6379'),
    ];
    const draft = draftOf([...visits, ...knocks], [unresolved]);
    expect(draft.leftOut.map(({ because }) => because)).toEqual([
      'tcp/9999 of frontend was hardly used, or is no port to open to the internet',
      'tcp/6379 is a port for administrators or stores, and 198.51.100.20 is outside',
    ]);
    expect(draft.allows).toEqual(visits.map(({ id }) => id).sort());
  });
});

test('without Kubernetes the ports seen from outside are drafted, and the card says so', () => {
  const draft = draftOf([edge('198.51.100.20', frontend, 'tcp/8080')], 'no cluster');
  expect(ports(draft)).toEqual(['tcp/8080']);
  expect(draft.remarks.map((remark) => remark.level)).toContain('look');
});

test('without Kubernetes a single knock or an administrator’s port opens nothing', () => {
  const seen = [edge('198.51.100.20', frontend, 'tcp/4444', brief(1, 0)), edge('198.51.100.20', frontend, 'tcp/6379')];
  expect(draftOf(seen, 'no cluster').changes).toEqual([]);
});

test('several web servers get a ruleset each', () => {
  const seen = [edge('198.51.100.20', frontend, 'tcp/8080'), edge('198.51.100.20', admin, 'tcp/9090')];
  const names = draftOf(seen, 'no cluster').changes.flatMap((change) =>
    change.kind === 'create-ruleset' ? [change.ruleset.name] : [],
  );
  expect(names).toEqual(['allow-web-server', 'allow-web-server-frontend']);
});

test('a scan opens nothing', () => {
  const scan = [21, 22, 23, 25, 80, 110, 443, 3306, 3389, 8080].map((port) =>
    edge('203.0.113.66', frontend, `tcp/${port}`, brief(2, 1)),
  );
  const draft = draftOf(scan, 'no cluster');
  expect(draft.changes).toEqual([]);
  expect(draft.leftOut[0]?.because).toContain('scan');
});

test('clients over IPv6 are the internet too', () => {
  const draft = draftOf(
    [edge('2001:db8::7', frontend, 'tcp/8080'), edge('198.51.100.20', frontend, 'tcp/8080')],
    'no cluster',
  );
  expect(draft.changes.find((change) => change.kind === 'create-external-network')).toMatchObject({
    network: { entries: ['0.0.0.0/0', '::/0'] },
  });
  expect(draft.allows).toHaveLength(2);
});

test('a private client of a published Service comes through its load balancer', () => {
  const seen = [edge('10.9.0.7', frontend, 'tcp/8080')];
  expect(draftOf(seen, [service('web', 'frontend', [[80, 8080, 31234]])]).allows).toHaveLength(1);
  expect(draftOf(seen, [service('web', 'admin', [[80, 8080, 31234]])]).changes).toEqual([]);
});

function ports(draft: ReturnType<typeof draftStage>) {
  return draft.changes.flatMap((change) =>
    change.kind === 'create-ruleset' ? change.ruleset.incomingRules.flatMap((rule) => rule.protocolPorts) : [],
  );
}

test('of the three ports that a Service’s port opens, those nobody was seen on are named and counted', () => {
  const draft = draftOf(
    [edge('198.51.100.20', frontend, 'tcp/8080')],
    [service('frontend-external', 'frontend', [[80, 8080, 31234]])],
  );
  expect(draft.breadth).toEqual({ seen: 1, possible: 3, of: 'ports open to the internet' });
  expect(draft.remarks.map(({ text }) => text).join()).toContain(
    'tcp/80 and tcp/31234 of frontend are opened although nobody outside was seen there',
  );
});
