/** npm run bench:lockdowns: many lockdowns open at once, from clicks to changes, and what more worker processes bring. */
import { writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { givenOptions, understood } from '#sandbox/options.ts';
import { BARE_WORKER, bareJobs } from './lockdowns/bare-jobs.ts';
import { clickEach } from './lockdowns/clicking.ts';
import { type Figure, inWords, quantile } from './lockdowns/figures.ts';
import { askFor, idleCpuMsPerHour, keepClosed, openAll, quiet, usedBytes } from './lockdowns/opening.ts';
import { type Watched, watchQueues } from './lockdowns/queues.ts';
import { foundVillage, run, type Village } from './lockdowns/village.ts';

const HELP = `npm run bench:lockdowns -- [options]

  --quick            a tenth of everything, to see that it works
  --lockdowns N      how many are open at once (default: 1000); at least as many as there are clicks, 620
  --idle-seconds N   how long nothing is done while idleness is measured, whole minutes (default: 120)
  --closed N         how many ended lockdowns are kept for the second measurement of idleness (default: 5000)
  --json FILE        the figures as JSON

Needs redis-server or valkey-server on the PATH, and Linux. Takes about a quarter of an hour.
`;
const WORKERS = [1, 2, 4] as const;
/** `rates`: clicks a second, and how many of them; `forWorkers`: clicks at once for each number of workers. */
const USUAL = {
  rates: [
    [1, 20],
    [10, 100],
    [100, 200],
  ],
  forWorkers: 100,
  lockdowns: 1_000,
  closed: 5_000,
} as const;
const QUICK = {
  rates: [
    [1, 3],
    [10, 10],
    [100, 20],
  ],
  forWorkers: 10,
  lockdowns: 63,
  closed: 500,
} as const;

const options = understood(readOptions, HELP);
const figures: Figure[] = [];
const village = await foundVillage(options.lockdowns);
// Whoever has seen enough leaves no processes behind.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void village.stop().finally(() => process.exit(1)));
const queues = watchQueues(village.redisUrl);
try {
  process.stdout.write(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}\n`);
  await measure(village, queues);
} finally {
  await queues.close();
  await village.stop();
}
if (options.json) await writeFile(options.json, `${JSON.stringify(figures, undefined, 2)}\n`);
process.exit(0);

function tell(figure: Figure): void {
  figures.push(figure);
  process.stdout.write(`${inWords(figure)}\n`);
}

async function measure(place: Village, watched: Watched): Promise<void> {
  const { redis, namespaces } = place;
  const worker = place.startWorker();
  const empty = await usedBytes(redis);
  await openAll(place, watched);
  const open = namespaces.length;
  const opened = await watched.done();
  tell({
    what: `Redis for each of ${open} open lockdowns`,
    value: ((await usedBytes(redis)) - empty) / open / 1024,
    unit: 'KB',
  });
  tell({ what: 'jobs to open one', value: sum(opened) / open, unit: 'jobs' });

  for (const closed of [0, options.closed]) {
    if (closed > 0) await keepClosed(place.redisUrl, closed);
    const ms = (await idleCpuMsPerHour(worker, options.idleSeconds)) / open;
    tell({ what: `processor time of an idle lockdown an hour, ${closed} ended ones kept`, value: ms, unit: 'ms' });
  }

  const left = [...namespaces];
  const asked = left.slice(0, clicksOf(options));
  const before = await watched.done();
  await askFor(place, asked, watched);
  const drafted = difference(await watched.done(), before);
  tell({ what: 'jobs from opening a stage to its question', value: sum(drafted) / asked.length, unit: 'jobs' });

  const bareWorker = run(BARE_WORKER, process.env, join(tmpdir(), 'lockstep-bench-bare.log'), [place.redisUrl]);
  for (const [perSecond, clicks] of options.rates) {
    const bare = await bareJobs(place.redisUrl, clicks, perSecond);
    const beforeClicks = await watched.done();
    const { ms, ackMs, ackMissed } = await clickEach(place, left.splice(0, clicks), perSecond);
    await quiet(watched);
    const jobs = sum(difference(await watched.done(), beforeClicks)) / clicks;
    const at = `at ${perSecond} ${perSecond === 1 ? 'click' : 'clicks'} a second`;
    for (const [word, share] of [
      ['median', 0.5],
      ['p99', 0.99],
    ] as const) {
      const [ours, theirs] = [quantile(ms, share), quantile(bare, share)];
      tell({
        what: `from click to change ${at}, ${word}`,
        value: ours,
        unit: 'ms',
        beside: theirs,
        ratio: ours / theirs,
      });
    }
    tell({
      what: `acknowledgements ${at}, the longest of ${clicks}`,
      value: Math.max(...ackMs),
      unit: 'ms',
      missed: ackMissed,
    });
    tell({ what: `jobs after a click ${at}, cards included`, value: jobs, unit: 'jobs' });
  }
  await bareWorker.stop();

  let first: number | undefined;
  let running = 1;
  for (const workers of WORKERS) {
    for (; running < workers; running++) await place.startWorker().ready();
    const { wholeMs } = await clickEach(place, left.splice(0, options.forWorkers));
    await quiet(watched);
    const perSecond = (options.forWorkers / wholeMs) * 1_000;
    first ??= perSecond;
    const what = `changes a second, ${workers} worker ${workers === 1 ? 'process' : 'processes'} on ${cpus().length} processors`;
    tell({ what, value: perSecond, unit: 'changes', ratio: perSecond / first });
  }
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((all, count) => all + count, 0);
}

function difference(after: Readonly<Record<string, number>>, before: Readonly<Record<string, number>>) {
  return Object.fromEntries(Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)]));
}

function clicksOf({ rates, forWorkers }: Pick<typeof USUAL | typeof QUICK, 'rates' | 'forWorkers'>): number {
  return rates.reduce<number>((all, [, clicks]) => all + clicks, 0) + WORKERS.length * forWorkers;
}

function readOptions() {
  const { values } = givenOptions({
    options: {
      quick: { type: 'boolean', default: false },
      lockdowns: { type: 'string' },
      'idle-seconds': { type: 'string', default: '120' },
      closed: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const usual = values.quick ? QUICK : USUAL;
  const lockdowns = Number(values.lockdowns ?? usual.lockdowns);
  const [idleSeconds, closed] = [Number(values['idle-seconds']), Number(values.closed ?? usual.closed)];
  const sound = [lockdowns, idleSeconds, closed].every((each) => Number.isInteger(each) && each > 0);
  if (values.help || !sound || lockdowns < clicksOf(usual)) {
    process.stdout.write(HELP);
    process.exit(values.help ? 0 : 2);
  }
  return { ...usual, lockdowns, idleSeconds, closed, json: values.json };
}
