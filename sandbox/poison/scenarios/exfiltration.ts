/** Ways in which a pod carries data out during discovery week. */
import { publicAddress } from '#sandbox/console/world/names.ts';
import { type Call, calling, type Habit, outgoing, planted } from '../planting.ts';
import type { Ground, Scenario } from './scenario.ts';

type Who = 'pod' | 'siblings' | 'store';

export const EXFILTRATION: readonly Scenario[] = [
  to('L-01', 'one pod uploads to a bucket of its own all week', 'pod', 'all week', (word) => [
    named(`backup-${word}.s3.eu-central-1.amazonaws.com`),
  ]),
  to('L-01', 'all pods upload to a bucket from the last day on', 'siblings', 'last day', (word) => [
    named(`${word}.blob.core.windows.net`),
  ]),
  to('L-01', 'all pods send to a place for drops, all week', 'siblings', 'all week', () => [named('transfer.sh')]),
  to('L-01', 'all pods call a catcher of requests', 'siblings', 'all week', (word) => [named(`${word}.oast.fun`)]),
  to('L-01', 'a tunnel out of one pod', 'pod', 'all week', (word) => [named(`${word}.ngrok-free.app`)]),
  to('L-01', 'a store calls a chat for the first time', 'store', 'all week', () => [named('api.telegram.org')]),
  to('L-01', 'one pod calls a bare address on a high port', 'pod', 'all week', (word) => [
    { to: publicAddress(word), port: 8443 },
  ]),
  to('L-01', 'one pod calls a name drawn by lot', 'pod', 'all week', () => [named('x7kq2vnp9dzt.info')]),
  to('L-05', 'zeros for letters', 'siblings', 'all week', () => [named('g00gleapis.com')]),
  to('L-05', 'a hyphen for a dot', 'siblings', 'all week', () => [named('logging-googleapis.com')]),
  to('L-05', 'a brand below somebody else’s domain', 'siblings', 'all week', () => [named('googleapis.com.evil.io')]),
  to('L-05', 'letters of another script', 'siblings', 'all week', () => [named('xn--80ak6aa92e.com')]),
  {
    case: 'L-06',
    title: 'a name that two hundred addresses answer to, from one pod',
    kind: 'exfiltration',
    plant: ({ week, victims: { pod }, chance }) =>
      pod &&
      calling(
        week,
        [pod],
        Array.from({ length: 200 }, (_, index) => ({
          ...named('cdn.fast-edge.example'),
          to: publicAddress(`flux-${index}`),
        })),
        'last day',
        chance,
      ),
  },
  {
    case: 'L-13',
    title: 'five thousand peers to hide one bucket',
    kind: 'exfiltration',
    plant: (ground) => {
      const { week, victims, chance } = ground;
      const { pod } = victims;
      if (!pod) return undefined;
      const real = calling(week, [pod], [named('archive-7.s3.eu-west-1.amazonaws.com')], 'all week', chance);
      const noise = Array.from({ length: 5000 }, (_, index) =>
        outgoing(
          week,
          pod,
          { to: publicAddress(`noise-${index}`), port: chance.between(1024, 65_000) },
          week.world.startMs - chance.between(1, 6 * 24 * 60) * 60_000,
          chance.between(1, 4),
        ),
      );
      return { week: planted(real.week, noise).week, flows: [...real.flows, ...noise] };
    },
  },
  to('S-23', 'one pod mines coins', 'pod', 'all week', () => [{ ...named('xmr-eu1.nanopool.org'), port: 14_444 }]),
  to('S-29', 'a name that is an address', 'siblings', 'all week', () => [named('203-0-113-5.nip.io')]),
  {
    ...to('S-06', 'one pod calls home every minute', 'pod', 'every minute', () => [
      named('status.tidy-metrics.example'),
    ]),
    kind: 'other',
  },
];

function named(name: string): Call {
  return { name, to: publicAddress(name), port: 443 };
}

function to(id: string, title: string, who: Who, habit: Habit, calls: (word: string) => readonly Call[]): Scenario {
  return {
    case: id,
    title,
    kind: 'exfiltration',
    plant: ({ week, victims, chance }: Ground) => {
      const { pod, store, siblings } = victims;
      const pods = who === 'siblings' ? siblings : who === 'pod' ? [pod] : [store];
      const present = pods.filter((one) => one !== undefined);
      return present.length === 0 ? undefined : calling(week, present, calls(chance.word(6)), habit, chance);
    },
  };
}
