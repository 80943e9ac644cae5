/** Checkpoints: what is said of a history outside Redis, when, and that it is said once. */
import { expect, test } from 'vitest';
import { keyIdOf, publicPartOf } from '#config/receipt-key.ts';
import { checkpointText, LEDGER, originOf, readNotes, signedNote, standing, verifierOf } from '#core/checkpoint.ts';
import { commitments } from '#core/commitment.ts';
import { findCheckpoints } from '#slack/checkpoints.ts';
import { slackClient } from '#slack/client.ts';
import { checkAnchors } from '#src/ledger/checks/anchors.ts';
import { askConsole, askSlack, together } from '#src/ledger/witnesses.ts';
import { aHouse, CHANNEL, type House, type HouseOptions } from '#test/support/house.ts';
import { ownRedisForTests } from '#test/support/redis.ts';
import { aReceiptKey } from '#test/support/slack-process.ts';

const own = ownRedisForTests();
const { pem } = aReceiptKey();
const raw = publicPartOf(pem) ?? Buffer.alloc(0);
const ledgerKey = { id: keyIdOf(raw), pem };

const aVouchingHouse = (options: HouseOptions = {}) =>
  aHouse(own(), { ...options, between: (deps) => ({ ...(options.between?.(deps) ?? deps), ledgerKey }) });

/** Dns is denied and left out, and so it is closed. */
async function closesDns(house: House): Promise<void> {
  await house.asking('dns');
  await house.vote('boris', 'dns', { decision: 'deny', reason: 'The resolver is the old one.' });
  await house.wish('boris', { verb: 'leave-out', stage: 'dns', because: 'It is not needed here.' });
  await house.settle();
}

type Posted = { ts: string; text?: string; metadata?: { event_payload?: { note?: string } }; thread_ts?: string };
async function checkpoints(house: House): Promise<Posted[]> {
  const messages = (await house.around.messages(CHANNEL)) as unknown as Posted[];
  return messages.filter(({ metadata }) => metadata?.event_payload?.note !== undefined);
}

test('when a stage closes, a signed checkpoint stands in the thread, and the next entry says where', async () => {
  const house = await aVouchingHouse();
  await closesDns(house);
  const [posted, ...more] = await checkpoints(house);
  expect(more).toEqual([]);
  const { salt, id } = await house.lockdown();
  const entries = await house.deps.lockdowns.history(id);
  const closed = entries.find(({ event }) => event.type === 'stage-closed');
  const text = checkpointText({
    origin: originOf(id, commitments(salt)),
    size: closed?.number ?? 0,
    root: closed?.hash ?? '',
  });
  expect(posted?.metadata?.event_payload?.note).toBe(signedNote(text, { name: LEDGER, pem }));
  const { notes } = readNotes(posted?.metadata?.event_payload?.note ?? '');
  expect(notes.map((note) => standing(note, [verifierOf(raw)]))).toEqual(['signed']);
  expect(posted?.text).toBe(`Checkpoint of the history: ${closed?.number} entries`);

  const said = entries.find(({ event }) => event.type === 'checkpoint-posted');
  expect(said?.event).toMatchObject({ size: closed?.number, root: closed?.hash, key: ledgerKey.id, ts: posted?.ts });
  expect(said?.event).toHaveProperty('permalink', expect.stringContaining(`p${posted?.ts.replace('.', '')}`));
  expect((await house.stage('pods')).phase).toBe('asking');
});

test('a worker that dies between posting a checkpoint and saying where leaves one checkpoint, and it is said', async () => {
  let dying = true;
  const house = await aVouchingHouse({
    between: (deps) => ({
      ...deps,
      queues: {
        ...deps.queues,
        add: async (step, data, id) => {
          if (dying && id.includes('-checkpoint-')) throw new Error('the process died');
          await deps.queues.add(step, data, id);
        },
      },
    }),
  });
  await closesDns(house);
  expect(await house.history()).not.toContain('checkpoint-posted');
  dying = false;
  await house.run('announce', { lockdown: house.id });
  await house.settle();
  expect((await house.history()).filter((type) => type === 'checkpoint-posted')).toHaveLength(1);
  expect(await checkpoints(house)).toHaveLength(1);
});

test('the end of a lockdown is vouched for, too, although nothing is open any more', async () => {
  const house = await aVouchingHouse();
  await house.start();
  await house.wish('alice', { verb: 'cancel', written: 'nothing' });
  await house.settle();
  expect((await house.lockdown()).phase).toBe('cancelled');
  expect(await house.history()).toEqual(['started', 'cancelled', 'checkpoint-posted']);
});

test('an installation without a ledger key goes on without checkpoints', async () => {
  const house = await aHouse(own());
  await closesDns(house);
  expect(await checkpoints(house)).toEqual([]);
  expect((await house.stage('pods')).phase).toBe('asking');
});

test('every object on the console says how long the history was when it was approved, the same at every try', async () => {
  const house = await aVouchingHouse();
  await house.asking('dns');
  await house.approve('dns', 'apply-stage');
  const entries = await house.deps.lockdowns.history(house.id);
  const approval = entries.find(({ from, to }) => from === 'asking' && to === 'applying');
  await house.run('apply-stage', { lockdown: house.id, stage: 'dns' });
  await house.happens({ type: 'checkpoint-posted', size: 1, root: '', key: '', signature: '', ts: '1.2' });
  await house.run('apply-stage', { lockdown: house.id, stage: 'dns' });
  const objects = await house.objects();
  expect(objects.length).toBeGreaterThan(1);
  for (const { annotations } of objects)
    expect(annotations?.['lockstep.ledger']).toEqual([`${approval?.number}:${approval?.hash.slice(0, 16)}`]);
});

test('an auditor who asks Slack and the console finds the history that they know, and how much of it is gone', async () => {
  const house = await aVouchingHouse();
  await house.asking('dns');
  await house.approve('dns', 'verify-stage');
  await house.wish('boris', { verb: 'go-on-unproven', stage: 'dns' });
  await house.settle('verify-stage');
  const lockdown = await house.lockdown();
  const config = {
    settings: house.settings,
    secrets: { redisUrl: '', slackBotToken: house.slack.botToken, slackApiUrl: house.slack.apiUrl },
    hash: '',
  };
  const slack = await askSlack(config, lockdown);
  expect(slack).toEqual({
    notes: [{ text: expect.stringContaining('/chain'), at: expect.any(Number) }],
    objects: [],
    silent: [],
  });
  const onConsole = await askConsole(config, lockdown);
  expect(onConsole.objects.map(({ object }) => object).toSorted()).toEqual(['DNS', 'allow-dns']);

  const entries = await house.deps.lockdowns.history(house.id);
  const origin = originOf(house.id, commitments(lockdown.salt));
  const all = checkAnchors(together([slack, onConsole]), origin, entries, [verifierOf(raw)]);
  expect(all.findings).toEqual([]);
  expect({ held: all.held.size, agreeing: all.agreeing }).toEqual({ held: 1, agreeing: 2 });
  const few = checkAnchors(together([slack, onConsole]), origin, entries.slice(0, 3), [verifierOf(raw)]);
  expect(few.findings.map(({ verdict }) => verdict)).toEqual(['missing', 'missing', 'missing']);
});

test('a checkpoint that somebody with the bot’s token edited, and one that somebody else posted, count for nothing', async () => {
  const house = await aVouchingHouse();
  await closesDns(house);
  const [posted] = await checkpoints(house);
  const client = slackClient(house.slack.botToken, { slackApiUrl: house.slack.apiUrl });
  const event_payload = { lockdown: house.id, card: 'checkpoint-5', note: 'lockstep/0/chain' };
  const metadata = { event_type: 'lockstep_card', event_payload };
  await client.chat.update({ channel: CHANNEL, ts: posted?.ts ?? '', text: 'harmless', metadata });
  const found = await findCheckpoints(client, { channel: CHANNEL, lockdown: house.id });
  expect(found).toEqual({ found: [], edited: 1, complete: true });
  expect(await findCheckpoints(client, { channel: CHANNEL, lockdown: 'another-1' })).toMatchObject({ complete: false });
});
