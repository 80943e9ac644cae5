/** Small worlds, made by chance: what a console could hold, the units it is for, and what these could be asked or do. */
import fc from 'fast-check';
import type { End } from '#sandbox/console/enforcer/connection.ts';
import type { Unit } from '#sandbox/console/enforcer/decide.ts';
import type { Direction } from '#sandbox/console/enforcer/hierarchy.ts';
import type { ExternalNetwork, Namespace, NetworkRule, Policy, Ruleset } from '#sandbox/console/objects.ts';
import { externalNetwork, namespace, ruleset } from '#test/sandbox/support/policy.ts';
import {
  ADDRESSES,
  ALL_UNITS,
  ENTRIES,
  LABELS,
  NAMES,
  NAMESPACES,
  NETWORK_NAMES,
  NETWORK_TAGS,
  OTHERS,
  PINGS,
  PORTS,
  PREFIXES,
  SHOP,
  TRANSPORT,
  UNIT_ADDRESSES,
  UNIT_TAGS,
  USUAL_OBJECTS,
  USUAL_SUBJECTS,
  VOLATILE_TAGS,
  WIDE,
} from './world-words.ts';

export interface World {
  /** The namespace whose policy is compiled. */
  home: string;
  policy: Policy;
  /** The first of them is at home. */
  units: Unit[];
  questions: Question[];
  connections: WorldConnection[];
  /** Services before every unit at home, over TCP; absent where no cluster says which there are. */
  services?: readonly Translation[] | undefined;
}

interface Translation {
  port: number;
  targetPort: number;
}

interface Traffic {
  protocol: string;
  port?: number;
  icmpType?: number;
  icmpCode?: number;
}

/** One direction at the first unit; the peer is another unit known by identity, or an address. */
export interface Question {
  direction: Direction;
  traffic: Traffic;
  peer: { unit: Unit } | { address: string; names: string[] };
}

export interface WorldConnection {
  source: End;
  destination: End;
  traffic: Traffic & { protocol: 'tcp' | 'udp' | 'icmp' };
  /** The port of a Service that was dialled instead of the one at the destination. */
  dialledPort?: number;
  /** What the source had looked up for the destination. */
  names: string[];
}

/** One choice of a weighted list: far cheaper than an arbitrary for each weight. */
function oneOf<Value>(...weighted: readonly (readonly [weight: number, values: readonly Value[]])[]) {
  return fc.constantFrom(
    ...weighted.flatMap(([weight, values]) => new Array<readonly Value[]>(weight).fill(values).flat()),
  );
}

/** OR of ANDs: mostly one clause of one tag, or up to three of one or two, now and then none at all, or one without tags. */
function expression(tags: readonly string[], usual: readonly string[]): fc.Arbitrary<string[][]> {
  const clause = fc.array(fc.constantFrom(...tags), { minLength: 1, maxLength: 2 });
  const common = usual.map((one) => [[one]]);
  return fc.oneof(
    { weight: 14, arbitrary: fc.constantFrom(...common) },
    { weight: 5, arbitrary: fc.array(clause, { minLength: 1, maxLength: 3 }) },
    { weight: 1, arbitrary: fc.constantFrom<string[][]>([], [[]], [[], [...usual]]) },
  );
}

function anyRule(more: readonly string[]): fc.Arbitrary<NetworkRule> {
  return fc.record({
    action: oneOf([2, ['Allow' as const]], [1, ['Reject' as const]]),
    object: expression([...UNIT_TAGS, ...NETWORK_TAGS, ...more], USUAL_OBJECTS),
    protocolPorts: oneOf(
      [1, PORTS],
      [8, [['any'], ['any'], ['any'], ['any'], ['tcp/443'], ['tcp/443', 'tcp/80:90'], ['udp/53']]],
    ),
    observationEnabled: oneOf([11, [false]], [1, [true]]),
  });
}

const home = oneOf([6, [SHOP]], [1, ['/acme', '/acme/dev', '/acme/development']]);
const anyNamespace = fc.constantFrom(...NAMESPACES);
const holder = oneOf([8, [SHOP, SHOP, '/acme/dev']], [1, ['/', ...NAMESPACES]]);

function anyRuleset(more: readonly string[]): fc.Arbitrary<Omit<Ruleset, 'ID' | 'name'>> {
  const rules = fc.oneof(
    { weight: 5, arbitrary: fc.array(anyRule(more), { minLength: 1, maxLength: 3 }) },
    { weight: 1, arbitrary: fc.constant<NetworkRule[]>([]) },
  );
  return fc
    .record({
      namespace: holder,
      subject: expression([...UNIT_TAGS, ...more], USUAL_SUBJECTS),
      incomingRules: rules,
      outgoingRules: rules,
      propagate: oneOf([3, [true]], [1, [false]]),
      fallback: oneOf([7, [false]], [1, [true]]),
      disabled: oneOf([9, [false]], [1, [true]]),
    })
    .map(({ namespace: at, ...parts }) => ruleset(at, '', parts));
}

const anyNetwork: fc.Arbitrary<Omit<ExternalNetwork, 'ID'>> = fc
  .record({
    namespace: holder,
    name: fc.constantFrom(...NETWORK_NAMES),
    entries: fc.array(oneOf([1, ENTRIES], [12, WIDE]), { minLength: 1, maxLength: 4 }),
    propagate: oneOf([2, [true]], [1, [false]]),
    associated: oneOf([3, [[]]], [1, [['role=front'], ['team=net'], ['app=web']]]),
  })
  .map(({ namespace: at, name, entries, propagate, associated }) => {
    const plain = externalNetwork(at, name, entries, { propagate });
    const normalizedTags = [...plain.normalizedTags, '$type=Subnet', '@org:tenant=acme', ...associated];
    return { ...plain, normalizedTags };
  });

const ownAction = oneOf([2, ['Inherit' as const]], [1, ['Allow' as const, 'Reject' as const]]);

/** All namespaces of the tree, one action a direction and some prefixes each. */
const allNamespaces: fc.Arbitrary<Namespace[]> = fc
  .tuple(
    ...NAMESPACES.map(() =>
      fc.tuple(ownAction, ownAction, fc.array(oneOf([1, PREFIXES], [3, ['app=', 'role=']]), { maxLength: 2 })),
    ),
  )
  .map((all) =>
    all.map(([incoming, outgoing, tagPrefixes], index) =>
      namespace(NAMESPACES[index] as string, {
        defaultPUIncomingTrafficAction: incoming,
        defaultPUOutgoingTrafficAction: outgoing,
        tagPrefixes,
      }),
    ),
  );

const labels = fc.array(
  oneOf([1, LABELS], [6, ['app=web', 'role=front', '@org:region=eu']], [1, VOLATILE_TAGS.slice(2)]),
  {
    maxLength: 3,
  },
);

function unitOf(at: string, index: number, own: readonly string[]): Unit {
  const name = index === 1 ? 'web' : `pod-${index}`;
  const computed = [ALL_UNITS, `$namespace=${at}`, '$type=Docker', `$name=${name}`, `$id=unit-${index}`];
  return { ID: `unit-${index}`, namespace: at, tags: [...new Set([...computed, ...own])] };
}

type Half = { readonly unit: number | undefined; readonly address: string };

/** Where a connection begins or ends: at one of the units, or at an address where none is. */
const half: fc.Arbitrary<Half> = fc.record({
  unit: oneOf<number | undefined>([1, [0, 1, 2, 3]], [2, [undefined]]),
  address: fc.constantFrom(...ADDRESSES),
});

const names = fc.array(fc.constantFrom(...NAMES), { maxLength: 2 });

const anyQuestion = fc.record({
  direction: fc.constantFrom('incoming' as const, 'outgoing' as const),
  traffic: oneOf<Traffic>([1, TRANSPORT], [1, PINGS], [1, OTHERS], [10, TRANSPORT.slice(0, 2)]),
  peer: half,
  names,
});

const anyConnection = fc.record({
  source: half,
  destination: half,
  between: oneOf([1, [true]], [1, [false]]),
  traffic: oneOf<WorldConnection['traffic']>([2, TRANSPORT], [1, PINGS], [10, TRANSPORT.slice(0, 2)]),
  names,
  through: fc.boolean(),
});

const [FRONT, TWO, CROSSED]: readonly (readonly Translation[])[] = [
  [{ port: 80, targetPort: 443 }],
  [
    { port: 80, targetPort: 443 },
    { port: 85, targetPort: 443 },
  ],
  [
    { port: 80, targetPort: 443 },
    { port: 443, targetPort: 80 },
  ],
];

const services = oneOf<readonly Translation[] | undefined>([4, [[]]], [1, [FRONT, TWO, CROSSED, undefined]]);

function worldWith(volatile: readonly string[]): fc.Arbitrary<World> {
  return fc
    .record({
      home,
      namespaces: allNamespaces,
      rulesets: fc.array(anyRuleset(volatile), { minLength: 1, maxLength: 6 }),
      externalNetworks: fc.array(anyNetwork, { minLength: 1, maxLength: 5 }),
      elsewhere: fc.tuple(anyNamespace, anyNamespace),
      labels: fc.tuple(labels, labels, labels, labels),
      questions: fc.array(anyQuestion, { minLength: 2, maxLength: 4 }),
      connections: fc.array(anyConnection, { minLength: 2, maxLength: 4 }),
      services,
    })
    .map((made) => {
      const places = [made.home, made.home, ...made.elsewhere];
      const units = made.labels.map((own, index) => unitOf(places[index] as string, index, own));
      const endOf = ({ unit, address }: Half): End =>
        unit === undefined ? { address } : { address: UNIT_ADDRESSES[unit] as string, unit: units[unit] };
      return {
        home: made.home,
        policy: {
          namespaces: made.namespaces,
          externalNetworks: made.externalNetworks.map((network, index) => ({ ...network, ID: `network-${index}` })),
          rulesets: made.rulesets.map(named),
        },
        units,
        services: made.services,
        questions: made.questions.map(({ peer, names: known, ...asked }) => {
          const { unit, address } = endOf(peer);
          return { ...asked, peer: unit ? { unit } : { address, names: known } };
        }),
        connections: made.connections.map(({ source, destination, between, through, ...asked }) => {
          // Whoever has no cluster to ask has Services all the same.
          const service = (made.services ?? CROSSED)?.find(({ targetPort }) => targetPort === asked.traffic.port);
          const dialled = through && between && asked.traffic.protocol === 'tcp' ? service?.port : undefined;
          const rest = { ...asked, ...(dialled === undefined ? {} : { dialledPort: dialled }) };
          // Half of them are between units, and all have one at home.
          const [from, to] = [endOf(between ? { ...source, unit: source.unit ?? 0 } : source), endOf(destination)];
          if (between) return { ...rest, source: from, destination: to.unit ? to : endOf({ unit: 1, address: '' }) };
          if (from.unit || to.unit) return { ...rest, source: from, destination: to };
          return { ...rest, source: endOf({ unit: 0, address: '' }), destination: to };
        }),
      };
    });
}

/** Rules have names of their own, so that each can be told from the others. */
function named(made: Omit<Ruleset, 'ID' | 'name'>, index: number): Ruleset {
  const withNames = (rules: readonly NetworkRule[], letter: string) =>
    rules.map((rule, place) => ({ ...rule, name: `${index}-${letter}${place}` }));
  return {
    ...made,
    ID: `ruleset-${index}`,
    name: `ruleset ${index}`,
    incomingRules: withNames(made.incomingRules, 'in'),
    outgoingRules: withNames(made.outgoingRules, 'out'),
  };
}

/** In one world of eight some rules ask for tags that a restart changes. */
export const anyWorld: fc.Arbitrary<World> = fc.noBias(
  fc.oneof(
    { weight: 7, arbitrary: worldWith([]) },
    { weight: 1, arbitrary: worldWith([...VOLATILE_TAGS, ...VOLATILE_TAGS]) },
  ),
);
