/** What odd applications call outside: names of one owner and of many, and addresses without a name. */
import type { Chance } from '#sandbox/console/world/chance.ts';
import type { OddGraph, OddWorkload } from './odd-graph.ts';

type Outside = OddGraph['external'];
type Place = Omit<Outside[number], 'from'>;

const NAMES: readonly Place[] = [
  { host: 'quartz-pay.io', protocol: 'TCP', port: 443 },
  { host: 'api.quartz-pay.io', protocol: 'TCP', port: 443 },
  { host: 'hooks.eu.quartz-pay.io', protocol: 'TCP', port: 8443 },
  { host: 'Ledger.Umbra-Bank.co.uk', protocol: 'TCP', port: 443 },
  { host: 'invoices.s3.eu-west-1.amazonaws.com', protocol: 'TCP', port: 443 },
  { host: 'somebody.github.io', protocol: 'TCP', port: 443 },
  { host: 'smtp.relay-post.net', protocol: 'TCP', port: 587 },
  { host: '2.pool.ntp.org', protocol: 'UDP', port: 123, frequency: 'rare' },
  { host: 'month-end.tax-office.gov', protocol: 'TCP', port: 443, frequency: 'rare' },
  { host: 'metadata.google.internal', ip: '169.254.169.254', protocol: 'TCP', port: 80 },
  { host: 'kubernetes.default.svc', protocol: 'TCP', port: 443 },
];

const ADDRESSES: readonly Place[] = [
  { host: '203.0.113.77', protocol: 'TCP', port: 9443 },
  { host: '198.51.100.20', protocol: 'UDP', port: 514 },
  { host: '192.168.40.7', protocol: 'TCP', port: 5432 },
  { host: '10.200.3.9', protocol: 'TCP', port: 389, frequency: 'rare' },
];

export function outsideOf(
  workloads: readonly OddWorkload[],
  what: 'nothing' | 'names' | 'addresses' | 'both',
  chance: Chance,
): Outside {
  const places = {
    nothing: [],
    names: NAMES.filter(() => chance.next() < 0.3),
    addresses: ADDRESSES,
    both: [...NAMES, ...ADDRESSES],
  }[what];
  return places.flatMap((place) => {
    const callers = new Set([
      chance.pick(workloads).name,
      ...(chance.next() < 0.4 ? [chance.pick(workloads).name] : []),
    ]);
    return [...callers].map((from) => ({ from, ...place }));
  });
}
