/** Jobs left in the Slack process's name: heard when it left them, and not when somebody else wrote them into Redis. */
import { expect, test } from 'vitest';
import { people } from '#sandbox/slack/seed.ts';
import { jobReceiptIsValid, publicKeyText, signJob } from '#slack/receipt.ts';
import type { JobData } from '#src/jobs.ts';
import { aReceiptKey } from '#test/support/slack-process.ts';
import { heard } from '#workers/from-slack.ts';

const NOW = Date.UTC(2026, 10, 22, 12);
const DAY_MS = 24 * 3_600_000;
const key = aReceiptKey();
const publicKeys = { [key.id]: publicKeyText(key) };

const wish: JobData<'record-request'> = {
  id: 'release-shop-1',
  lockdown: 'shop-1',
  team: 'T0ACME0001',
  user: people.boris,
  person: people.boris,
  channel: 'C0LOCKDOWN1',
  at: NOW,
  wish: { verb: 'release', because: 'the shop is down' },
};
const opening: JobData<'open-lockdown'> = {
  id: 'shop-1',
  namespace: '/acme/k8s/shop',
  days: 7,
  team: 'T0ACME0001',
  user: people.alice,
  channel: 'C0LOCKDOWN1',
  at: NOW,
};

function listening(now = NOW) {
  const forged: string[] = [];
  const dropped: string[] = [];
  const deps = {
    inbox: { done: async (id: string) => void dropped.push(id) },
    jobReceiptIsValid: (name: 'open-lockdown' | 'record-request', data: typeof wish | typeof opening) =>
      jobReceiptIsValid(name, data, publicKeys),
    journal: { forgedJob: ({ because }: { because: string }) => void forged.push(because) },
    now: () => now,
  };
  return { deps, forged, dropped };
}

test('what the Slack process left is heard', async () => {
  const { deps, forged, dropped } = listening();
  await heard(deps, 'record-request', signJob('record-request', wish, key), { id: wish.id });
  await heard(deps, 'open-lockdown', signJob('open-lockdown', opening, key), { id: 'open-shop-1' });
  expect([...forged, ...dropped]).toEqual([]);
});

const signed = signJob('record-request', wish, key);
test.each([
  ['without a receipt', wish],
  ['signed by a key of the forger’s own', signJob('record-request', wish, aReceiptKey())],
  ['signed by a key of the forger’s own under another id', signJob('record-request', wish, aReceiptKey('k2'))],
  ['in somebody else’s name', { ...signed, user: people.chitra }],
  ['for another lockdown', { ...signed, lockdown: 'bank-1' }],
  ['with another wish', { ...signed, wish: { verb: 'confirm' } as const }],
  ['with a receipt for another kind of job', { ...wish, receipt: signJob('open-lockdown', opening, key).receipt }],
])('Boris’s release %s is not heard nor kept, and an operator can count it', async (_, data) => {
  const { deps, forged, dropped } = listening();
  await expect(heard(deps, 'record-request', data, { id: wish.id })).rejects.toThrow('no valid receipt');
  expect(forged).toHaveLength(1);
  expect(dropped).toEqual([wish.id]);
});

test('a release that Boris really wished for is not heard a second time under another id', async () => {
  const { deps } = listening();
  const again = heard(deps, 'record-request', signed, { id: 'release-shop-1-again' });
  await expect(again).rejects.toThrow('copy of another job');
});

test('a wish is heard although the workers were away for days, and not any more after a week', async () => {
  const days = listening(NOW + 6 * DAY_MS);
  await heard(days.deps, 'record-request', signed, { id: wish.id });
  const week = listening(NOW + 7 * DAY_MS + 1);
  const late = heard(week.deps, 'record-request', signed, { id: wish.id });
  await expect(late).rejects.toThrow('more than a week old');
});
