/** `npm run attack` notices when something goes through: its options, its table, and cases run against a weaker product. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { outcome, type Vote, whyNotThisWay } from '#core/approval.ts';
import { commitments } from '#core/commitment.ts';
import { ATTEMPTS, NOT_TRIED } from '#sandbox/attack/all-attempts.ts';
import { type Attempt, attempt, CREDENTIALS, WentThrough } from '#sandbox/attack/attempt.ts';
import { dataFor, selfSignedVote, WORKERS_JOBS } from '#sandbox/attack/credentials/redis-slack.ts';
import { readOptions } from '#sandbox/attack/options.ts';
import type { Scene } from '#sandbox/attack/scene.ts';
import { drawFindings, isWell } from '#sandbox/attack/table.ts';
import { guarded, onceInMemory } from '#slack/http-guard.ts';
import { publicKeyText, receiptIsValid } from '#slack/receipt.ts';
import { JOBS } from '#src/jobs.ts';
import { anAsk, BORIS, CHITRA, HOUR, inStage } from '#test/support/slack-lockdowns.ts';
import { aReceiptKey, rememberedJournal } from '#test/support/slack-process.ts';

/** A scene of which only so much is there as an attempt uses. */
function aScene(part: Partial<Scene> = {}): Scene {
  return { settled: async () => undefined, ...part } as Scene;
}

function aWitness(changes: { readonly writes?: string[]; readonly facts?: string[] } = {}) {
  let asked = 0;
  return {
    async writes() {
      asked += 1;
      return asked > 1 ? (changes.writes ?? []) : [];
    },
    facts: async () => (asked > 1 ? (changes.facts ?? []) : []),
  };
}

const harmless: Attempt = {
  case: 'X-01',
  credential: 'bot token',
  tried: 'nothing at all',
  when: 'asked',
  run: async () => '“no”',
};

test('what changes nothing on the console and in the ledger was stopped', async () => {
  expect(await attempt(harmless, aScene(), aWitness())).toMatchObject({ verdict: 'stopped', seen: '“no”' });
});

test('a write on the console is what came of it, whatever the product says of itself', async () => {
  const witness = aWitness({ writes: ['create networkrulesetpolicy allow-dns'] });
  expect(await attempt(harmless, aScene(), witness)).toMatchObject({
    verdict: 'went through',
    seen: 'on the console: create networkrulesetpolicy allow-dns',
  });
});

test('a vote in the ledger that nobody gave went through; a draft that is asked about anew did not', async () => {
  const forged = aWitness({ facts: ['vote-cast (entry 7)'] });
  expect(await attempt(harmless, aScene(), forged)).toMatchObject({ verdict: 'went through' });
  const careful = aWitness({ facts: ['draft-outdated (entry 7)', 'draft-ready (entry 8)'] });
  expect(await attempt(harmless, aScene(), careful)).toMatchObject({ verdict: 'stopped' });
  const honest = { ...harmless, honest: ['vote-cast'] };
  expect(await attempt(honest, aScene(), aWitness({ facts: ['vote-cast (entry 7)'] }))).toMatchObject({
    verdict: 'stopped',
  });
});

test('what people really approved may be written, and nothing beside it', async () => {
  const approved = { ...harmless, approved: /^\S+ \S+ (?!somebody-elses)/ };
  const ours = aWitness({ writes: ['create networkrulesetpolicy allow-dns 1'] });
  expect(await attempt(approved, aScene(), ours)).toMatchObject({ verdict: 'stopped' });
  const theirs = aWitness({
    writes: ['create networkrulesetpolicy allow-dns 1', 'delete externalnetwork somebody-elses 2'],
  });
  expect(await attempt(approved, aScene(), theirs)).toMatchObject({
    verdict: 'went through',
    seen: 'on the console: delete externalnetwork somebody-elses 2',
  });
});

test('an attempt that could not be made is told as broken, never as stopped', async () => {
  const broken: Attempt = { ...harmless, run: async () => Promise.reject(new Error('no such card')) };
  const through: Attempt = { ...harmless, run: async () => Promise.reject(new WentThrough('it was counted')) };
  expect((await attempt(broken, aScene(), aWitness())).verdict).toBe('broke');
  expect((await attempt(through, aScene(), aWitness())).verdict).toBe('went through');
});

test('nothing but the key is wrong with the votes that somebody signs for himself', async () => {
  const key = aReceiptKey();
  const keys = { [key.id]: publicKeyText(key) };
  for (const [stage, ask] of [
    ['dns', anAsk()],
    ['dns', anAsk({ rule: { ...anAsk().rule, looks: 2, askWhy: true } })],
    ['disable-discovery', anAsk({ cuts: true })],
  ] as const) {
    const lockdown = inStage(stage, { phase: 'asking', ask });
    const scene = aScene({
      lockdown: async () => lockdown,
      base: { people: {} },
      receipts: { id: key.id } as Scene['receipts'],
    });
    const signedBy = (pem?: string) =>
      Promise.all([BORIS, CHITRA].map((user) => selfSignedVote(scene, user, stage, pem)));
    const [forged, real] = [await signedBy(), await signedBy(key.pem)];
    const now = { ...ask, expiresAt: Date.now() + HOUR };
    for (const votes of [forged, real]) {
      expect(votes.map(({ gesture }) => whyNotThisWay(gesture, ask))).toEqual([undefined, undefined]);
      expect(outcome(votes, now).result).toBe('enough');
    }
    const holds = (vote: Vote) => receiptIsValid(vote, keys, commitments(lockdown.salt));
    expect(real.map(holds)).toEqual([true, true]);
    expect(forged.map(holds)).toEqual([false, false]);
  }
});

test('every job that workers leave for each other is one that its queue takes', () => {
  expect(WORKERS_JOBS.length).toBeGreaterThan(10);
  for (const name of WORKERS_JOBS) expect(JOBS[name].safeParse(dataFor(name, 'shop-1')).error, name).toBeUndefined();
});

async function listening(listener: RequestListener): Promise<Scene> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const slack = { signingSecret: 'a secret' } as Scene['slack'];
  return aScene({ httpUrl: `http://127.0.0.1:${port}/slack/events`, slack });
}

const REPLAYS = ATTEMPTS.filter(({ case: id, tried }) => id === 'V-09' && !tried.includes('another secret'));

test.each(REPLAYS)('without the guard in front, $tried goes through; with it, it is stopped', async (replay) => {
  const accepting: RequestListener = (_, response) => response.writeHead(200).end();
  const weak = await listening(accepting);
  expect((await attempt(replay, weak, aWitness())).verdict).toBe('went through');
  const { journal } = rememberedJournal();
  const strong = await listening(guarded(accepting, { once: onceInMemory(Date.now), journal, now: Date.now }));
  expect((await attempt(replay, strong, aWitness())).verdict).toBe('stopped');
});

test('a product that serves its names on the health port is noticed', async () => {
  const scrape = ATTEMPTS.find(({ tried }) => tried.startsWith('every page of it'));
  if (!scrape) throw new Error('the health port is not tried');
  const talkative = await listening((_, response) => response.end('lockdowns{namespace="/acme/shop"} 1\n'));
  const port = Number(new URL(talkative.httpUrl).port);
  const ports = { http: 1, slackHealth: port, workerHealth: port };
  const scene = aScene({ namespace: '/acme/shop', ports });
  expect((await attempt(scrape, scene, aWitness())).verdict).toBe('went through');
});

test('every credential is tried, or it is said why not', () => {
  const named = new Set([...ATTEMPTS, ...NOT_TRIED].map(({ credential }) => credential));
  expect(CREDENTIALS.filter((credential) => !named.has(credential))).toEqual([]);
});

test('the table names what was tried, what stopped it and what was not tried, and hides nothing in it', () => {
  const tried = [
    {
      case: 'V-09',
      credential: 'signing secret',
      tried: 'a replay',
      verdict: 'stopped',
      seen: 'answered \u001b[2Jwith 401',
    },
    { case: 'V-08', credential: 'signing secret', tried: 'a forged click', verdict: 'went through', seen: 'a vote' },
  ] as const;
  const notTried = [
    { case: 'V-05', credential: 'one member’s Slack session', tried: 'a thief', because: 'no factor' },
  ] as const;
  const controls = [{ did: 'Boris approves', worked: true, seen: 'on the console: DNS' }];
  const drawn = drawFindings({ tried, notTried, controls });
  expect(drawn).toContain('✓ V-09  a replay\n          stopped: answered  [2Jwith 401');
  expect(drawn).toContain('✗ V-08  a forged click\n          went through: a vote');
  expect(drawn).toContain('– V-05  a thief\n          not tried: no factor');
  expect(drawn).toContain('1 stopped, 1 went through, 0 broke, 1 not tried.');
  expect(isWell({ tried, controls })).toBe(false);
  expect(isWell({ tried: tried.slice(0, 1), controls })).toBe(true);
  expect(isWell({ tried: tried.slice(0, 1), controls: [{ did: '', worked: false, seen: '' }] })).toBe(false);
  expect(isWell({ tried: [], controls })).toBe(false);
});

test('options that make no sense are answered with a sentence', () => {
  expect(() => readOptions(['--seed', 'x'])).toThrow('--seed takes a whole number');
  expect(readOptions(['--only', 'V-09,bot Token', '--json', 'o.json'])).toEqual({
    app: 'sandbox/apps/hipster-shop-v0.3.1.json',
    seed: 1,
    only: ['v-09', 'bot token'],
    json: 'o.json',
  });
  expect(readOptions(['--help'])).toBe('help');
});
