/** Applications whose pods call addresses that nobody, or only somebody else, had looked up: locked down, and a week lived on. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { faultsOf, scoreOf } from '#sandbox/quality/score.ts';
import { ownRedisForTests } from '#test/support/redis.ts';

const own = ownRedisForTests();
const folder = mkdtempSync(join(tmpdir(), 'quality-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Call = { from: string; host: string; ip?: string; protocol: 'TCP' | 'UDP'; port: number; frequency?: string };

/** In a chain: each calls the next. */
function graph(app: string, labels: Readonly<Record<string, Record<string, string>>>, calls: readonly Call[]) {
  const names = Object.keys(labels);
  const port = (name: string) => 8000 + names.indexOf(name);
  return {
    app,
    services: names.map((name) => ({ name, labels: labels[name], ports: [{ containerPort: port(name) }] })),
    edges: names.slice(1).map((to, at) => ({ from: names[at], to, protocol: 'TCP', port: port(to) })),
    external: [{ from: '*', host: 'kube-dns', protocol: 'UDP', port: 53 }, ...calls],
  };
}

const https = { protocol: 'TCP', port: 443 } as const;
const ownLabels = { alpha: { app: 'alpha' }, bravo: { app: 'bravo' }, charlie: { app: 'charlie' } };

const APPS = [
  [
    'of which one of two twins calls by name and the other, seldom, by address',
    graph('foundry', { anvil: { tier: 'smith' }, bellows: { tier: 'smith' }, clamp: { app: 'clamp' } }, [
      { from: 'anvil', host: 'ore.mines.example.com', ip: '151.101.44.7', ...https },
      { from: 'bellows', host: '151.101.44.7', ip: '151.101.44.7', ...https, frequency: 'a few times a week' },
    ]),
  ],
  [
    'in which an address has a name by which others ask for it, on this port or on another',
    graph('quarry', ownLabels, [
      { from: 'alpha', host: 'db.stonecutters.example.com', ip: '151.101.44.7', protocol: 'TCP', port: 5432 },
      { from: 'alpha', host: 'www.granite.example.net', ...https },
      { from: 'bravo', host: '151.101.44.7', ip: '151.101.44.7', ...https },
      { from: 'alpha', host: 'api.marble.example.org', ip: '151.101.99.8', ...https },
      { from: 'charlie', host: '151.101.99.8', ip: '151.101.99.8', ...https },
    ]),
  ],
  [
    'that finds others by multicast',
    graph('plots', ownLabels, [{ from: 'bravo', host: '224.0.0.251', ip: '224.0.0.251', protocol: 'UDP', port: 5353 }]),
  ],
] as const;

test.each(APPS)('an application %s loses nothing that was seen', { timeout: 60_000 }, async (_whose, app) => {
  const file = join(folder, `${app.app}.json`);
  writeFileSync(file, JSON.stringify(app));
  const { redis } = own();
  const options = { app: file, seed: 4, windowDays: 7, podsMode: 'observed', kubernetes: true, redis } as const;
  const scored = await scoreOf({ ...options, onProgress: () => undefined });
  expect(scored.seen).toBe(scored.trueEdges);
  expect(scored.uncertain).toEqual([]);
  expect(faultsOf(scored)).toEqual([]);
});
