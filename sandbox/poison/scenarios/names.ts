/** Attacks on the names: other resolvers, answers that point inside, data inside questions, wildcards that hold strangers. */
import { publicAddress } from '#sandbox/console/world/names.ts';
import { calling } from '../planting.ts';
import type { Ground, Scenario } from './scenario.ts';

export const NAMES: readonly Scenario[] = [
  {
    case: 'L-02',
    title: 'a resolver of the attacker’s own',
    kind: 'dns',
    plant: ({ week, victims: { siblings }, chance }) =>
      siblings.length === 0
        ? undefined
        : calling(week, siblings, [{ to: '203.0.113.9', port: 53, protocol: 'udp' }], 'all week', chance),
  },
  {
    case: 'L-02',
    title: 'names over HTTPS',
    kind: 'dns',
    plant: ({ week, victims: { siblings }, chance }) =>
      siblings.length === 0
        ? undefined
        : calling(week, siblings, [{ name: 'dns.google', to: '8.8.8.8', port: 443 }], 'all week', chance),
  },
  {
    case: 'L-02',
    title: 'names over TLS, by address',
    kind: 'dns',
    plant: ({ week, victims: { siblings }, chance }) =>
      siblings.length === 0 ? undefined : calling(week, siblings, [{ to: '1.1.1.1', port: 853 }], 'all week', chance),
  },
  {
    case: 'L-02',
    title: 'a rule above lets everybody ask any resolver, and a name is called',
    kind: 'dns',
    said: /lets processing units ask any resolver/,
    atTheEnd: 'may be allowed',
    plant: withOpenResolvers,
  },
  {
    case: 'L-03',
    title: 'a name that is answered outside and inside',
    kind: 'dns',
    plant: ({ week, victims: { siblings }, chance }) => {
      if (siblings.length === 0) return undefined;
      const name = 'assets.evil-cdn.example';
      const calls = [publicAddress(name), '10.75.241.20'].map((to) => ({ name, to, port: 443 }));
      const both = calling(week, siblings, calls, 'all week', chance);
      return { ...both, flows: both.flows.filter(({ destination }) => destination.ip === calls[0]?.to) };
    },
  },
  {
    case: 'L-03',
    title: 'a name of the internet’s that leads to the metadata service',
    kind: 'metadata',
    plant: ({ week, victims: { ignorant }, chance }) =>
      ignorant &&
      calling(week, [ignorant], [{ name: 'ip.evil-cdn.example', to: '169.254.169.254', port: 80 }], 'all week', chance),
  },
  {
    case: 'L-04',
    title: 'two buckets, so that a wildcard would hold every bucket',
    kind: 'exfiltration',
    settings: { wildcards: true },
    plant: ({ week, victims: { pod }, chance }) => {
      if (!pod) return undefined;
      const calls = ['a', 'b'].map((letter) => {
        const name = `${chance.word(7)}-${letter}.s3.amazonaws.com`;
        return { name, to: publicAddress(name), port: 443 };
      });
      return calling(week, [pod], calls, 'all week', chance);
    },
  },
  {
    case: 'S-22',
    title: 'data inside names, each answered and called',
    kind: 'dns',
    plant: ({ week, victims: { siblings }, chance }) => {
      if (siblings.length === 0) return undefined;
      const to = publicAddress('carrier');
      const calls = Array.from({ length: 40 }, () => ({
        name: `${chance.word(48)}.t.quiet-carrier.net`,
        to,
        port: 443,
      }));
      return calling(week, siblings.slice(0, 2), calls, 'all week', chance);
    },
  },
];

/** The rule is there already; what is planted is a name like any other, which then must not become a rule. */
function withOpenResolvers({ week, victims: { siblings }, chance }: Ground) {
  if (siblings.length === 0) return undefined;
  const name = 'api.quartz-ledger.example';
  const call = calling(week, siblings, [{ name, to: publicAddress(name), port: 443 }], 'all week', chance);
  const everywhere = {
    id: 'oob-dns',
    name: 'dns',
    namespace: '/acme',
    entries: ['0.0.0.0/0'],
    tags: ['externalnetwork:name=dns'],
    propagate: true,
    annotations: {},
  };
  const ruleset = {
    id: 'oob-allow-dns',
    name: 'allow-dns',
    namespace: '/acme',
    subject: [['$identity=processingunit']],
    incomingRules: [],
    outgoingRules: [{ action: 'Allow' as const, object: [['externalnetwork:name=dns']], protocolPorts: ['udp/53'] }],
    propagate: true,
    disabled: false,
    fallback: false,
    annotations: {},
    updatedAt: 0,
  };
  const policy = { ...week.policy, externalNetworks: [everywhere], rulesets: [ruleset] };
  return { week: { ...call.week, policy }, flows: call.flows };
}
