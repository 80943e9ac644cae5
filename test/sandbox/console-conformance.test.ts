/** What the vendor's own code answered for small worlds, the sandbox's enforcer answers as well. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decide, type Peer } from '#sandbox/console/enforcer/decide.ts';
import type { Expression, RuleAction } from '#sandbox/console/objects.ts';
import { externalNetwork, namespace, ruleset, unit } from './support/policy.ts';

interface Probe {
  protocol: string;
  port?: number;
  icmpType?: number;
  icmpCode?: number;
  ip?: string;
  peerTags?: string[];
  expect: { action: string; decidedBy: string; matching: string[] };
}

interface SmallWorld {
  kind: string;
  default: RuleAction;
  rules: { id: string; action: RuleAction; object?: Expression; entries?: string[]; protocolPorts: string[] }[];
  probes: Probe[];
}

const worlds = readFileSync(new URL('../fixtures/conformance/verdicts.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line): SmallWorld => JSON.parse(line));

for (const kind of ['address', 'exclusion', 'tags']) {
  test(`a processing unit is judged as the vendor judges it, where peers are told by ${kind}`, () => {
    const some = worlds.filter((world) => world.kind === kind);
    expect(some.length).toBeGreaterThan(50);
    const answers = some.map((world) => world.probes.map((probe) => answer(world, probe)));
    expect(answers).toEqual(some.map((world) => world.probes.map((probe) => sorted(probe.expect))));
  });
}

function answer(world: SmallWorld, probe: Probe): Probe['expect'] {
  const policy = {
    namespaces: [
      namespace('/small', {
        defaultPUIncomingTrafficAction: world.default,
        tagPrefixes: ['app=', 'role=', 'tier='],
      }),
    ],
    externalNetworks: world.rules.flatMap(({ id, entries }) =>
      entries ? [externalNetwork('/small', id, entries)] : [],
    ),
    rulesets: world.rules.map(({ id, action, object, protocolPorts }) =>
      ruleset('/small', id, {
        incomingRules: [{ action, object: object ?? [[`externalnetwork:name=${id}`]], protocolPorts }],
      }),
    ),
  };
  const peer: Peer = probe.ip
    ? { address: probe.ip }
    : { unit: { ID: 'peer', namespace: '/small', tags: probe.peerTags ?? [] } };
  const { action, policyID, matching } = decide({
    ...probe,
    policy,
    unit: unit('/small', 'asked'),
    direction: 'incoming',
    peer,
  });
  return sorted({
    action,
    decidedBy: policyID === 'default' ? 'default' : 'rule',
    matching: matching.map(({ ruleset }) => ruleset.ID),
  });
}

function sorted(expected: Probe['expect']): Probe['expect'] {
  return { ...expected, matching: [...expected.matching].sort() };
}
