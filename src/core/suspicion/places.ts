/** What a place outside tells by its name, its address and its port, whoever calls it. */
import { TCP, UDP } from '#core/flow.ts';
import { addressKind } from '#core/peers.ts';
import { portLabel } from '#core/protocol-ports.ts';
import type { Contact } from './contacts.ts';
import { amongPlaces, KNOWN_PLACES, uploadPlace } from './known-places.ts';
import { brandBelow, type Domain, disguise, lookAlike } from './look-alikes.ts';
import { addressInName, type Carried, madeUp } from './name-shapes.ts';
import type { Suspicion } from './signals.ts';

export type Surroundings = {
  /** Names that some lookup answered with an inside address. */
  readonly inwardNames: ReadonlySet<string>;
  /** Domains that the namespace calls more often than this name. */
  readonly usual: readonly Domain[];
  /** The domain below which this name and many others carry something out. */
  readonly carrier: Carried | undefined;
};

const FLUX_ADDRESSES = 64;
const FLUX_NETWORKS = 24;

export function nameSignals(host: string, contacts: readonly Contact[], around: Surroundings): Suspicion[] {
  return [
    ...imitation(host, around),
    ...madeUpName(host),
    ...pointsInside(host, around),
    ...flux(host, contacts),
    ...known(host),
    ...carried(around),
  ];
}

function stop(id: Suspicion['id'], because: string, measured: Suspicion['measured'] = {}): Suspicion[] {
  return [{ id, level: 'stop', because, measured }];
}

function look(id: Suspicion['id'], because: string, measured: Suspicion['measured'] = {}): Suspicion[] {
  return [{ id, level: 'look', because, measured }];
}

function imitation(host: string, around: Surroundings): Suspicion[] {
  const disguised = disguise(host);
  if (disguised)
    return stop('S-08', `${host} reads ${disguised.name}: ${disguised.because}`, { reads: disguised.name });
  const below = brandBelow(host);
  if (below !== undefined) return stop('S-09', `${below} stands left of another’s domain in ${host}`, { brand: below });
  const like = lookAlike(host, around.usual);
  return like === undefined ? [] : stop('S-07', `${host} can be taken for ${like}`, { like });
}

function madeUpName(host: string): Suspicion[] {
  const drawn = madeUp(host);
  if (!drawn) return [];
  const because = `${drawn.label} looks drawn by lot (${drawn.bits} bits a letter)`;
  return look('S-10', because, { letters: drawn.label.length, bits: String(drawn.bits) });
}

function pointsInside(host: string, { inwardNames }: Surroundings): Suspicion[] {
  if (!inwardNames.has(host)) return [];
  return stop('S-11', `${host} was also answered with an inside address, and a rule by name would open that too`);
}

function flux(host: string, contacts: readonly Contact[]): Suspicion[] {
  const addresses = new Set(contacts.flatMap(({ edges }) => edges.flatMap(addressOf)));
  const networks = new Set([...addresses].map((address) => address.split(/[.:]/).slice(0, 2).join('.')));
  if (addresses.size <= FLUX_ADDRESSES || networks.size <= FLUX_NETWORKS) return [];
  if (amongPlaces(host, [...KNOWN_PLACES.brands, ...KNOWN_PLACES.madeUpHosts]) !== undefined) return [];
  const because = `${host} was answered with ${addresses.size} addresses in ${networks.size} networks`;
  return look('S-12', because, { addresses: addresses.size, networks: networks.size });
}

function addressOf({ destination }: Contact['edges'][number]): string[] {
  return destination.kind === 'address' ? [destination.address] : [];
}

function known(host: string): Suspicion[] {
  const among = (places: readonly string[]) => amongPlaces(host, places);
  const drop = among(KNOWN_PLACES.drops);
  if (drop !== undefined) return stop('S-18', `anybody can drop and fetch data at ${drop}`, { place: drop });
  const tunnel = among(KNOWN_PLACES.tunnels);
  if (tunnel !== undefined)
    return stop('S-18', `${tunnel} is a tunnel to wherever somebody opened it`, { place: tunnel });
  const resolver = among(KNOWN_PLACES.resolvers);
  if (resolver !== undefined)
    return stop('S-21', `${resolver} answers names over HTTPS: whoever answers names decides where name rules lead`);
  if (among(KNOWN_PLACES.miningPools) !== undefined || /(^|[.-])(xmr|monero|stratum)([.-]|$)/.test(host))
    return stop('S-23', `${host} is where mined coins are handed in`);
  if (among(KNOWN_PLACES.anonymity) !== undefined)
    return stop('S-23', `${host} leads into a network that hides who is there`);
  const dynamic = among(KNOWN_PLACES.dynamicNames);
  if (dynamic !== undefined)
    return stop('S-29', `a name below ${dynamic} leads wherever its holder says at the moment`);
  const written = addressInName(host);
  if (written !== undefined && addressKind(written) !== 'public')
    return stop('S-29', `${host} is the inside address ${written}, written as a name`, { address: written });
  const upload = uploadPlace(host);
  if (upload === undefined) return [];
  return look('S-18', `anybody can have a place of their own at ${upload}, and what is sent there is out`, {
    place: upload,
  });
}

function carried({ carrier: found }: Surroundings): Suspicion[] {
  if (!found) return [];
  const because = `${found.names} names below ${found.domain} with ${found.letters} letters each: data leaves inside such names`;
  return stop('S-22', because, { names: found.names, letters: found.letters });
}

/** Ports at which pools take work, and doors of hidden networks. */
const MINING_PORTS = new Set([3333, 4444, 5555, 7777, 14433, 14444, 45560, 45700]);
const HIDDEN_PORTS = new Set([9001, 9030, 9050, 9051, 9150]);
/** What break-in kits listen on by default. */
const KIT_PORTS = new Set([1337, 4443, 4445, 5554, 6660, 6666, 6667, 6668, 6669, 12345, 31337, 54321]);
const PRIVATE_PORTS_FROM = 32768;
/** Ports of services that many run outside: web, mail, directories, stores, queues, monitoring, time. */
const USUAL_PORTS = new Set([
  22, 25, 53, 80, 110, 123, 143, 389, 443, 465, 514, 587, 636, 853, 990, 993, 995, 1433, 1521, 1883, 2181, 2379, 2525,
  3000, 3128, 3306, 3478, 4222, 4317, 4318, 5000, 5044, 5222, 5228, 5432, 5433, 5671, 5672, 5984, 6379, 6380, 6432,
  6443, 6514, 7233, 7474, 7687, 8000, 8080, 8086, 8088, 8123, 8125, 8126, 8200, 8443, 8500, 8883, 8888, 9000, 9042,
  9090, 9092, 9093, 9094, 9200, 9243, 9418, 9440, 9443, 10255, 10516, 11211, 15671, 19302, 26257, 27017, 27018,
]);

export function portSignals({ place, protocol, port }: Contact): Suspicion[] {
  if (port === undefined || (protocol !== TCP && protocol !== UDP)) return [];
  const label = portLabel(protocol, port);
  if (port === 853) return stop('S-21', `${label} is where names are asked unseen`, { port: label });
  if (MINING_PORTS.has(port)) return stop('S-23', `${label} is where mined coins are handed in`, { port: label });
  if (HIDDEN_PORTS.has(port) && place.kind === 'address')
    return stop('S-23', `${label} without a name is a door of a network that hides who is there`, { port: label });
  if (KIT_PORTS.has(port) || port >= PRIVATE_PORTS_FROM)
    return look('S-15', `${label} is no port of a service that many run outside`, { port: label });
  if (USUAL_PORTS.has(port)) return [];
  return [{ id: 'S-15', level: 'note', because: `${label} is an unusual port outside`, measured: { port: label } }];
}

export function addressSignals({ place: { value: address }, edges, port, protocol }: Contact): Suspicion[] {
  if (port === 443 && KNOWN_PLACES.resolverAddresses.includes(address))
    return stop('S-21', `${address} is a resolver for everybody, and answers names over HTTPS too`);
  // Clocks are often set by address.
  if (port === 123 && protocol === UDP)
    return [{ id: 'S-13', level: 'note', because: `the time of ${address}, without a name`, measured: {} }];
  const elsewhere = [...new Set(edges.flatMap((edge) => edge.namesElsewhere))].sort();
  const [first] = elsewhere;
  return first === undefined
    ? look('S-13', `nobody had asked for a name before calling ${address}`)
    : look('S-14', `only others had asked for ${first}, which leads to ${address}`, { name: first });
}
