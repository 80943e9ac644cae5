/** Holds the validator and the verdict against what the vendor's own open code answered. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ICMP, TCP, UDP } from '#core/flow.ts';
import type { Policy } from '#core/policy.ts';
import { type Objection, type ValidatedIdentity, validate } from '#core/validation.ts';
import { compile } from '#core/verdict.ts';
import type { Workload } from '#core/workload.ts';

function vectors<Line>(name: string): Line[] {
  const text = readFileSync(new URL(`../fixtures/conformance/${name}`, import.meta.url), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

type ValidationVector = { identity: ValidatedIdentity; object: unknown; errors: Objection[] };

describe('the validator', () => {
  const all = vectors<ValidationVector>('validation.jsonl');

  test.each(['externalnetwork', 'networkrulesetpolicy', 'namespace'] as const)(
    'says of every %s what the console says, in its order',
    (identity) => {
      const mine = all.filter((vector) => vector.identity === identity);
      expect(mine.length).toBeGreaterThan(400);
      for (const { object, errors } of mine) {
        expect({ object, errors: validate(identity, object) }).toEqual({ object, errors });
      }
    },
  );
});

type VerdictVector = {
  kind: 'address' | 'exclusion' | 'tags';
  default: 'Allow' | 'Reject';
  rules: {
    id: string;
    action: 'Allow' | 'Reject';
    entries?: string[];
    object?: string[][];
    protocolPorts: string[];
  }[];
  probes: {
    ip?: string;
    peerTags?: string[];
    protocol: 'tcp' | 'udp' | 'icmp';
    port?: number;
    icmpType?: number;
    icmpCode?: number;
    expect: { action: 'Accept' | 'Reject'; decidedBy: 'rule' | 'default'; matching: string[] };
  }[];
};

const NAMESPACE = '/acme/app';
const PROTOCOLS = { tcp: TCP, udp: UDP, icmp: ICMP };

const unit: Workload = {
  key: 'unit',
  name: 'unit',
  namespace: NAMESPACE,
  tags: ['$identity=processingunit'],
  owners: ['unit'],
  units: ['1'],
};

/** The vectors' rules as a policy: a ruleset for each, and an external network for each that is about addresses. */
function policyOf(world: VerdictVector): Policy {
  const shared = { namespace: NAMESPACE, propagate: false, annotations: {} };
  return {
    namespace: NAMESPACE,
    prefixes: { local: [], effective: ['$', '@org:', 'externalnetwork:name=', 'app=', 'role=', 'tier='] },
    own: { incoming: world.default, outgoing: world.default },
    effective: { incoming: world.default, outgoing: world.default },
    rulesets: world.rules.map(({ id, action, object, protocolPorts }) => {
      const rules = [{ action, object: object ?? [[`externalnetwork:name=${id}`]], protocolPorts }];
      const both = { subject: [['$identity=processingunit']], incomingRules: rules, outgoingRules: rules };
      return { ...shared, ...both, id, name: id, disabled: false, fallback: false, updatedAt: 0 };
    }),
    externalNetworks: world.rules.flatMap(({ id, entries }) =>
      entries ? [{ ...shared, id, name: id, entries, tags: [`externalnetwork:name=${id}`] }] : [],
    ),
  };
}

describe('the verdict', () => {
  const all = vectors<VerdictVector>('verdicts.jsonl');

  test.each(['address', 'exclusion', 'tags'] as const)(
    'agrees with the enforcer about every probe by %s, in both directions',
    (kind) => {
      const worlds = all.filter((world) => world.kind === kind);
      expect(worlds.length).toBeGreaterThan(50);
      for (const world of worlds) {
        const judge = compile(policyOf(world), new Map([[unit.key, unit]]));
        for (const { ip, peerTags, protocol, expect: expected, ...asked } of world.probes) {
          const peer = peerTags ? { tags: peerTags } : { address: ip ?? '' };
          for (const direction of ['incoming', 'outgoing'] as const) {
            const answer = judge.ask(unit, direction, { ...asked, protocol: PROTOCOLS[protocol], peer });
            const matching = answer.matching.map((rule) => rule.ruleset).sort();
            const got = { action: answer.outcome, decidedBy: answer.by.kind, matching };
            const wanted = { ...expected, action: expected.action === 'Accept' ? 'accept' : 'reject' };
            expect({ world, ip, peerTags, ...asked, got }).toEqual({ world, ip, peerTags, ...asked, got: wanted });
          }
        }
      }
    },
  );
});
