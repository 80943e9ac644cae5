/** Which of what was seen looks wrong, and why: edge by edge, in words, without a score. */
import type { Edge } from '#core/edge.ts';
import type { Evidence } from '#core/evidence.ts';
import type { AddressKind } from '#core/peers.ts';
import { carriesIdentity } from '#core/stages/ends.ts';
import { groupBy } from '#core/stages/group-by.ts';
import { type Contact, contactsOf } from './contacts.ts';
import { crowdSignals } from './crowds.ts';
import { isStop, weighed } from './doubt.ts';
import { habitSignals, storesAmong } from './habits.ts';
import { foreignSignals, inwardSignals } from './inwards.ts';
import { metadataSignals } from './metadata-reach.ts';
import { judgeNames } from './names-called.ts';
import { addressSignals, portSignals } from './places.ts';
import { loudestFirst, type Suspicion } from './signals.ts';

export type SuspicionContext = {
  readonly evidence: Pick<Evidence, 'namespace' | 'workloads' | 'from' | 'to'>;
  /** Edges that are already known to be somebody outside trying doors. */
  readonly scans: ReadonlySet<Edge>;
  /** Names that some lookup answered with an inside address. */
  readonly inwardNames: ReadonlySet<string>;
  readonly kindOf: (address: string) => AddressKind;
  readonly isTrustedResolver: (address: string) => boolean;
  readonly isNode: (address: string) => boolean;
  readonly isApiServer: (address: string) => boolean;
};

export type Suspicions = {
  /** Loudest first. */
  of(edge: Edge): readonly Suspicion[];
  /** Kept out of drafts, as nobody answers for it. */
  isStopped(edge: Edge): boolean;
  /** It would be stopped if nobody answered for it. */
  isSponsored(edge: Edge): boolean;
  /** Names that no rule may hold unless a named person says so. */
  readonly stoppedNames: ReadonlySet<string>;
};

/** The same edges in any order give the same suspicions. */
export function suspicionsOf(edges: readonly Edge[], context: SuspicionContext): Suspicions {
  const { namespace, workloads } = context.evidence;
  const judged = edges.filter((edge) => !context.scans.has(edge));
  const outside = judged.filter((edge) => callsOutside(edge, context));
  const contacts = contactsOf(outside, workloads, namespace);
  const habitOf = habits(judged, context);
  const names = judgeNames(contacts, context.inwardNames, habitOf);
  const nameless = contacts
    .filter(({ place }) => place.kind === 'address')
    .flatMap((contact) => {
      const about = [...addressSignals(contact), ...portSignals(contact)];
      const suspicions = weighed(about, habitOf(contact));
      return contact.edges.map((edge) => [edge, suspicions] as const);
    });

  const reaching = judged.filter(
    ({ destination }) => destination.kind === 'address' && context.kindOf(destination.address) === 'metadata',
  );

  const found = new Map<Edge, Suspicion[]>();
  const add = (edge: Edge, suspicions: readonly Suspicion[]) => {
    if (suspicions.length > 0) found.set(edge, [...(found.get(edge) ?? []), ...suspicions]);
  };
  for (const [edge, suspicions] of names.byEdge) add(edge, suspicions);
  for (const [edge, suspicions] of nameless) add(edge, suspicions);
  for (const [edge, suspicions] of metadataSignals(reaching, namespace, workloads, habitOf)) add(edge, suspicions);
  for (const [edge, suspicion] of crowdSignals(judged, namespace, context.kindOf)) add(edge, [suspicion]);
  for (const edge of judged) {
    add(edge, resolverSignals(edge, context));
    add(edge, inwardSignals(edge, context.isNode));
    add(edge, foreignSignals(edge, namespace));
  }

  const told = new Map([...found].map(([edge, suspicions]) => [edge, loudestFirst(distinct(suspicions))]));
  return {
    of: (edge) => told.get(edge) ?? [],
    isStopped: (edge) => (told.get(edge) ?? []).some(isStop),
    isSponsored: () => false,
    stoppedNames: names.stopped,
  };
}

function callsOutside({ destination, port }: Edge, { kindOf, isApiServer, isNode }: SuspicionContext): boolean {
  if (destination.kind !== 'address' || port === 53) return false;
  const { address } = destination;
  return kindOf(address) === 'public' && !isApiServer(address) && !isNode(address);
}

/** A store calls out where hardly anybody else does: what nearly all do comes with the platform. */
function habits(edges: readonly Edge[], { evidence }: SuspicionContext): (contact: Contact) => readonly Suspicion[] {
  const own = [...evidence.workloads.values()].filter((workload) => workload.namespace === evidence.namespace);
  const stores = storesAmong(edges, own);
  const others = own.length - stores.size;
  const callers = new Map(
    groupBy(
      edges.filter((edge) => edge.source.kind === 'workload' && edge.destination.kind === 'address'),
      placeOf,
    ).map(([place, theirs]) => [
      place,
      new Set(theirs.flatMap(({ source }) => (source.kind === 'workload' ? [source.workload] : []))),
    ]),
  );
  return (contact) => {
    const [first] = contact.edges;
    const calling = [...((first && callers.get(placeOf(first))) ?? [])].filter((key) => !stores.has(key)).length;
    const isUsual = calling >= Math.max(3, others - 1);
    return habitSignals(contact, evidence, stores.has(contact.workload.key) && !isUsual);
  };
}

function placeOf({ names, destination }: Edge): string {
  return names[0] ?? (destination.kind === 'address' ? destination.address : '');
}

function resolverSignals(edge: Edge, { isTrustedResolver }: SuspicionContext): Suspicion[] {
  const { destination, port } = edge;
  if (destination.kind !== 'address' || port !== 53 || !carriesIdentity(edge)) return [];
  if (isTrustedResolver(destination.address)) return [];
  return [
    {
      id: 'S-21',
      level: 'stop',
      because: `${destination.address} is neither the cluster's DNS service nor a trusted resolver; whoever answers names decides where name rules lead`,
      measured: { resolver: destination.address },
    },
  ];
}

function distinct(suspicions: readonly Suspicion[]): Suspicion[] {
  return [...new Map(suspicions.map((one) => [JSON.stringify([one.id, one.because]), one])).values()];
}
