/** All stages after one another, on the shared applications and on ones nobody has seen: what they cut, what they allow. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { calledPorts } from '#core/called-ports.ts';
import type { Answers, Draft, DraftSettings } from '#core/draft.ts';
import type { Edge } from '#core/edge.ts';
import type { Evidence, KubernetesService } from '#core/evidence.ts';
import type { Policy } from '#core/policy.ts';
import { replay, withChanges } from '#core/replay.ts';
import { STAGES } from '#core/stage.ts';
import { draftStage, draftStages } from '#core/stages/draft-stage.ts';
import { validate } from '#core/validation.ts';
import { compile } from '#core/verdict.ts';
import { type Workload, workloadsOf } from '#core/workload.ts';
import { refusedByEnforcer } from '#test/support/enforced.ts';
import {
  brief,
  edge,
  evidence,
  kubernetes,
  MONDAY,
  NO_ANSWERS,
  policy,
  ruleset,
  SETTINGS,
  SHOP,
  unit,
} from '#test/support/evidence.ts';

vi.setConfig({ testTimeout: 120_000 });

const OBSERVED: DraftSettings = { ...SETTINGS, podsMode: 'observed' };
const PROBE = { count: 8641, firstSeen: MONDAY, lastSeen: MONDAY + 86_400_000 };

/** Approves every draft, and answers every question as advised. */
function lockDown(start: Evidence, settings: DraftSettings): { policy: Policy; drafts: Draft[] } {
  let policy = start.policy;
  const drafts: Draft[] = [];
  for (const stage of STAGES) {
    const facts = { ...start, policy };
    const asked = draftStage(stage, facts, settings, NO_ANSWERS);
    const answers: Answers = {
      residual: Object.fromEntries(asked.residual.map((one) => [one.group.id, { answer: one.advice, by: 'U1' }])),
    };
    const draft = draftStage(stage, facts, settings, answers);
    drafts.push(draft);
    policy = withChanges(policy, draft.changes);
  }
  return { policy, drafts };
}

/** By what the approvers are told, and by what an enforcer would do; what is uncertain is as good as cut. */
function cutBy({ policy }: { policy: Policy }, facts: Evidence): string[] {
  expect(policy.effective).toEqual({ incoming: 'Reject', outgoing: 'Reject' });
  const judge = compile(policy, facts.workloads, { called: calledPorts(facts) });
  const { cutEdges, uncertainEdges } = replay(facts.edges, judge);
  return [
    ...new Set([...[...cutEdges, ...uncertainEdges].map((one) => one.edge.id), ...refusedByEnforcer(policy, facts)]),
  ];
}

/** Pairs of workloads and ports that the policy accepts and nobody ever saw. */
function unseenBetweenWorkloads(policy: Policy, facts: Evidence): string[] {
  const judge = compile(policy, facts.workloads);
  const between = facts.edges.filter((one) => one.source.kind === 'workload' && one.destination.kind === 'workload');
  const tuple = (one: Edge) => JSON.stringify([one.source, one.destination, one.protocol, one.port ?? null]);
  const seen = new Set(between.map(tuple));
  const ports = [...new Map(between.map((one) => [`${one.protocol}/${one.port}`, one])).values()];
  const all = [...facts.workloads.values()];
  return all.flatMap((source) =>
    all.flatMap((destination) =>
      ports
        .map((like) => edge(source, destination, `${like.protocol === 17 ? 'udp' : 'tcp'}/${like.port}`))
        .filter((one) => source !== destination && !seen.has(tuple(one)) && judge.judge(one).outcome === 'accept')
        .map((one) => one.id),
    ),
  );
}

function expectSound(drafts: readonly Draft[]): void {
  const residual = drafts.flatMap((draft) => draft.residual).flatMap((one) => one.changes);
  for (const change of [...drafts.flatMap((draft) => draft.changes), ...residual]) {
    if (change.kind === 'create-external-network') expect(validate('externalnetwork', change.network)).toEqual([]);
    if (change.kind !== 'create-ruleset') continue;
    expect(validate('networkrulesetpolicy', change.ruleset)).toEqual([]);
    const rules = [...change.ruleset.incomingRules, ...change.ruleset.outgoingRules];
    for (const rule of rules) expect(rule.name?.length ?? 99).toBeLessThanOrEqual(16);
    for (const clause of [...change.ruleset.subject, ...rules.flatMap((rule) => rule.object)]) {
      if (clause.some((tag) => tag.startsWith('externalnetwork:'))) continue;
      expect(clause).toContain('$identity=processingunit');
      expect(clause.some((tag) => tag.startsWith('$namespace='))).toBe(true);
    }
  }
}

type App = {
  services: {
    name: string;
    labels: Record<string, string>;
    services: { name: string; type: KubernetesService['type']; ports: KubernetesService['ports'][number][] }[];
  }[];
  edges: { from: string; to: string; protocol: string; port: number }[];
  ingress: { to: string; protocol: string; port: number }[];
  probes: { to: string; protocol: string; port: number }[];
  external: { from: string; host: string; ip?: string; protocol: string; port: number }[];
};

const APPS = readdirSync(new URL('../../../sandbox/apps/', import.meta.url)).filter((file) => file.endsWith('.json'));

function evidenceOf(file: string, withKubernetes: boolean): Evidence {
  const app = JSON.parse(readFileSync(new URL(`../../../sandbox/apps/${file}`, import.meta.url), 'utf8')) as App;
  const workloads = new Map(
    app.services.map((service) => {
      const labels = Object.entries(service.labels).map(([key, value]) => `${key}=${value}`);
      const [made] = workloadsOf([unit(`${service.name}-7d4b9c6f5-x2k8p`, labels)]).values();
      return [service.name, made as Workload];
    }),
  );
  const at = (name: string) => workloads.get(name) as Workload;
  const callers = (from: string) => (from === '*' ? [...workloads.values()] : [at(from)]);
  const port = (one: { protocol: string; port: number }) => `${one.protocol.toLowerCase()}/${one.port}`;
  const outside = app.external.flatMap((external, index) =>
    callers(external.from).map((caller) => {
      const address =
        external.port === 53
          ? '10.75.240.10'
          : (external.ip ?? (external.host.includes(' ') ? '10.128.0.2' : `142.250.1.${index}`));
      const names = /^[a-z0-9.-]+\.[a-z]+$/.test(external.host) ? [external.host] : [];
      return edge(caller, address, port(external), { names });
    }),
  );
  const edges = [
    ...app.edges.map((one) => edge(at(one.from), at(one.to), port(one))),
    ...app.ingress.map((one) => edge('198.51.100.20', at(one.to), port(one))),
    ...app.probes.map((one) => edge('10.128.0.2', at(one.to), port(one), PROBE)),
    ...outside,
  ];
  const services = app.services.flatMap(({ labels, services: own }) =>
    own.map((service) => ({ ...service, clusterIps: [], selector: labels })),
  );
  const known = [...new Map(edges.map((one) => [one.id, one])).values()];
  return evidence([...workloads.values()], known, withKubernetes ? { kubernetes: kubernetes({ services }) } : {});
}

describe.each(APPS)('%s', (file) => {
  test.each([true, false])(
    'loses nothing that was seen (Kubernetes: %s), and gains nothing between workloads',
    (withKubernetes) => {
      const facts = evidenceOf(file, withKubernetes);
      for (const settings of [SETTINGS, OBSERVED]) {
        const result = lockDown(facts, settings);
        expect(cutBy(result, facts)).toEqual([]);
        expectSound(result.drafts);
        if (settings === OBSERVED) expect(unseenBetweenWorkloads(result.policy, facts)).toEqual([]);
      }
    },
  );
});

const SERVICE_PORTS: Record<'same' | 'other' | 'named', readonly { port: number; targetPort: number | string }[]> = {
  same: [{ port: 8080, targetPort: 8080 }],
  other: [{ port: 80, targetPort: 8080 }],
  named: [
    { port: 80, targetPort: 'http' },
    { port: 81, targetPort: 'metrics' },
    { port: 82, targetPort: 6379 },
  ],
};

const EVERYBODY = [['$identity=processingunit', `$namespace=${SHOP}`]];
const TO_8080 = [{ action: 'Allow' as const, object: EVERYBODY, protocolPorts: ['tcp/8080'] }];
/** What an operator wrote by hand, who thought of the container's port only. */
const FOR_CONTAINERS = ruleset('by-hand', { subject: EVERYBODY, incomingRules: TO_8080, outgoingRules: TO_8080 });

/** An application with other names: shared labels, busy ports, UDP, Services on other ports, names and bare addresses. */
const anyApplication = fc
  .record({
    count: fc.integer({ min: 2, max: 14 }),
    labels: fc.constantFrom('unique', 'versioned', 'shared', 'newer'),
    links: fc.array(
      fc.tuple(
        fc.nat(13),
        fc.nat(13),
        fc.constantFrom('tcp/8080', 'tcp/9090', 'udp/8125', 'udp/53', 'tcp/6379'),
        fc.boolean(),
      ),
      {
        maxLength: 30,
      },
    ),
    outside: fc.array(
      fc.tuple(
        fc.nat(13),
        fc.constantFrom(
          'api.example.com',
          'www.example.com',
          'example.com',
          'logging.googleapis.com',
          'db.example.org',
          'bare',
          'private',
          'api server',
          'metadata',
          'multicast',
          'one silent pod',
          'asked elsewhere',
        ),
        fc.constantFrom('tcp/443', 'tcp/80', 'tcp/5432'),
      ),
      { maxLength: 12 },
    ),
    web: fc.array(fc.tuple(fc.nat(13), fc.constantFrom('tcp/8080', 'tcp/443')), { maxLength: 3 }),
    probes: fc.array(fc.tuple(fc.nat(13), fc.constantFrom('10.128.0.2', '10.128.0.3', '172.17.0.1')), { maxLength: 6 }),
    servicePorts: fc.constantFrom('same', 'other', 'named'),
    byHand: fc.boolean(),
    withKubernetes: fc.boolean(),
    wildcards: fc.boolean(),
  })
  .map((app) => {
    const tags = (at: number) =>
      ({
        unique: [`app=svc${at}`],
        versioned: [`app=svc${at % 3}`, `version=v${Math.floor(at / 3)}`],
        shared: [at % 2 === 0 ? 'tier=even' : 'tier=odd'],
        newer: [`k8s:app.kubernetes.io/name=svc${at}`, 'k8s:team=one'],
      })[app.labels];
    const units = Array.from({ length: app.count }, (_, at) => unit(`svc${at}`, tags(at)));
    const workloads = [...workloadsOf(units).values()];
    const at = (index: number) => workloads[index % workloads.length] as Workload;
    const addressOf: Record<string, string> = {
      bare: '203.0.113.40',
      private: '10.20.0.5',
      'api server': '10.75.240.1',
      metadata: '169.254.169.254',
      multicast: '224.0.0.251',
    };
    const lookups: Record<string, Partial<Edge>> = {
      'api server': { names: ['kubernetes.default.svc.cluster.local'] },
      'one silent pod': { names: ['api.example.com'], unnamed: 1 },
      'asked elsewhere': { namesElsewhere: ['api.example.com'] },
    };
    const edges = [
      ...app.links
        .map(([from, to, port, rare]) => edge(at(from), at(to), port, rare ? brief(1, 0) : {}))
        // A unit that talks to itself is no edge.
        .filter((one) => one.units.length > 1),
      ...app.outside.map(([from, where, port], index) => {
        const asked = where.includes('.') ? { names: [where] } : lookups[where];
        return edge(at(from), addressOf[where] ?? `198.51.100.${index + 1}`, port, asked);
      }),
      ...app.web.map(([to, port]) => edge('192.0.2.99', at(to), port)),
      ...app.probes.map(([to, from]) => edge(from, at(to), 'tcp/8080', PROBE)),
      ...workloads.map((one) => edge(one, '10.75.240.10', 'udp/53')),
    ];
    const services = workloads.map((one, index) => ({
      name: `s${index}`,
      type: 'ClusterIP' as const,
      clusterIps: [],
      selector: Object.fromEntries(
        one.tags.filter((tag) => !/^[$@]/.test(tag)).map((tag) => tag.replace(/^k8s:/, '').split('=')),
      ),
      ports: SERVICE_PORTS[app.servicePorts].map((port) => ({ ...port, protocol: 'TCP' as const })),
    }));
    const known = [...new Map(edges.map((one) => [one.id, one])).values()];
    return {
      facts: evidence(workloads, known, {
        ...(app.withKubernetes ? { kubernetes: kubernetes({ services }) } : {}),
        ...(app.byHand ? { policy: { ...policy(), rulesets: [FOR_CONTAINERS] } } : {}),
      }),
      byHand: app.byHand,
      wildcards: app.wildcards,
    };
  });

test('whatever the application: nothing seen is cut, and observed mode allows nothing unseen without saying so', () => {
  fc.assert(
    fc.property(anyApplication, ({ facts, byHand, wildcards }) => {
      for (const podsMode of ['namespace', 'observed'] as const) {
        const result = lockDown(facts, { ...SETTINGS, podsMode, wildcards });
        expect(cutBy(result, facts)).toEqual([]);
        expectSound(result.drafts);
        const said = result.drafts.some((draft) =>
          draft.remarks.some((remark) => remark.text.includes('No tag tells')),
        );
        if (podsMode === 'observed' && !said && !byHand)
          expect(unseenBetweenWorkloads(result.policy, facts)).toEqual([]);
      }
    }),
    { numRuns: 150 },
  );
});

test('whatever the application: its edges in another order give the same drafts', () => {
  fc.assert(
    fc.property(anyApplication, ({ facts }) => {
      const turned = {
        ...facts,
        edges: facts.edges.toReversed(),
        workloads: new Map([...facts.workloads].toReversed()),
      };
      expect(lockDown(turned, OBSERVED).drafts).toEqual(lockDown(facts, OBSERVED).drafts);
    }),
    { numRuns: 40 },
  );
});

test('a stage drafted again after it was applied proposes nothing more', () => {
  fc.assert(
    fc.property(anyApplication, ({ facts }) => {
      for (const stage of STAGES.filter((one) => one !== 'disable-discovery')) {
        const draft = draftStage(stage, facts, OBSERVED, NO_ANSWERS);
        const policy = withChanges(facts.policy, draft.changes);
        expect(draftStage(stage, { ...facts, policy }, OBSERVED, NO_ANSWERS).changes).toEqual([]);
      }
    }),
    { numRuns: 40 },
  );
});

test('all stages drafted at once are what each of them drafts alone', () => {
  const facts = evidenceOf('hipster-shop-v0.3.1.json', true);
  const alone = STAGES.map((stage) => draftStage(stage, facts, OBSERVED, NO_ANSWERS));
  expect(draftStages(facts, OBSERVED, NO_ANSWERS)).toEqual(alone);
});

test('sixty services with a thousand edges are drafted whole', () => {
  const workloads = Array.from(
    { length: 60 },
    (_, at) =>
      workloadsOf([unit(`service-number${at}`, [`app=s${at}`])])
        .values()
        .next().value as Workload,
  );
  const edges = workloads.flatMap((from, at) =>
    Array.from({ length: 17 }, (_, step) =>
      edge(from, workloads[(at + step + 1) % 60] as Workload, `tcp/${8000 + step}`),
    ),
  );
  const facts = evidence(workloads, edges);
  const result = lockDown(facts, OBSERVED);
  expect(cutBy(result, facts)).toEqual([]);
  expect(unseenBetweenWorkloads(result.policy, facts)).toEqual([]);
});
