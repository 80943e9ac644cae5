/** The week after: what happens in it, and what the rules make of it. */
import { expect, test } from 'vitest';
import type { Policy } from '#sandbox/console/objects.ts';
import { edgesOf } from '#sandbox/console/traffic/edges.ts';
import { furtherWeek } from '#sandbox/console/traffic/further-week.ts';
import { createWorld, cronWorkload, weekMs } from '#sandbox/console/world/world.ts';

const startMs = Date.UTC(2026, 10, 22);
const world = createWorld({ app: 'sandbox/apps/hipster-shop-v0.3.1.json', seed: '3', startMs });
const edges = edgesOf(world);

function inNamespace(action: 'Allow' | 'Reject', more: Partial<Policy> = {}): Policy {
  const namespace = {
    name: world.namespace,
    namespace: world.clusterNamespace,
    tagPrefixes: ['externalnetwork:name='],
  };
  const defaults = { defaultPUIncomingTrafficAction: action, defaultPUOutgoingTrafficAction: action };
  return {
    namespaces: [{ ...namespace, ...defaults }] as unknown as Policy['namespaces'],
    externalNetworks: [],
    rulesets: [],
    ...more,
  };
}

test('everything that talked before talks again, within the week and in order', () => {
  const week = furtherWeek(world, edges, inNamespace('Allow'));
  const happened = new Set(week.map(({ edge }) => edge.id));
  expect(edges.filter(({ id, noise }) => !noise && !happened.has(id))).toEqual([]);
  const times = week.map(({ atMs }) => atMs).filter((atMs) => atMs >= startMs);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(Math.max(...times)).toBeLessThan(startMs + weekMs);
});

test('with both default actions at Reject and no rule, only what a pod says to itself gets through', () => {
  const week = furtherWeek(world, edges, inNamespace('Reject'));
  const through = week.filter(({ judgement }) => judgement.action === 'Accept');
  expect(through.length).toBeGreaterThan(0);
  expect(through.every(({ pair }) => pair.source.pod === pair.destination.pod)).toBe(true);
});

test('some pods are replaced by others of the same workload, at another address', () => {
  const known = new Set(world.pods.map(({ ID }) => ID));
  const newcomers = furtherWeek(world, edges, inNamespace('Allow')).flatMap(({ pair }) =>
    [pair.source.pod, pair.destination.pod].filter(
      (pod) => pod !== undefined && !known.has(pod.ID) && pod.workload !== cronWorkload,
    ),
  );
  const workloads = new Set(newcomers.map((pod) => pod?.workload));
  expect(workloads.size).toBeGreaterThanOrEqual(3);
  expect(newcomers.some((pod) => world.pods.some(({ address }) => address === pod?.address))).toBe(false);
  expect(world.pods.every(({ ID }) => known.has(ID))).toBe(true);
});

test('a rule by name helps only those who may ask for names', () => {
  const tag = 'externalnetwork:name=google';
  const dns = 'externalnetwork:name=dns';
  const network = (name: string, entries: string[], own: string) => ({
    ID: name,
    name,
    namespace: world.namespace,
    createTime: '',
    entries,
    normalizedTags: [own],
  });
  const ruleset = (name: string, object: string, port: string) => ({
    ID: name,
    name,
    namespace: world.namespace,
    subject: [['$identity=processingunit']],
    incomingRules: [],
    outgoingRules: [{ action: 'Allow', object: [[object]], protocolPorts: [port] }],
  });
  const rejectedWith = (rulesets: object[]) =>
    furtherWeek(
      world,
      edges,
      inNamespace('Reject', {
        externalNetworks: [
          network('google', ['cloudtrace.googleapis.com'], tag),
          network('dns', ['10.75.240.10'], dns),
        ] as unknown as Policy['externalNetworks'],
        rulesets: rulesets as Policy['rulesets'],
      }),
    ).filter(({ edge, judgement }) => edge.to === 'cloudtrace.googleapis.com' && judgement.action === 'Reject').length;
  const byName = ruleset('allow-google', tag, 'tcp/443');
  expect(rejectedWith([byName, ruleset('allow-dns', dns, 'udp/53')])).toBe(0);
  expect(rejectedWith([byName])).toBeGreaterThan(0);
});
