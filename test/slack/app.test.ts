/** People against the real Slack process over a real socket: what they do, what is left for the workers, what they are told. */

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Ask } from '#core/approval.ts';
import { commitments } from '#core/commitment.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import type { Stage } from '#core/stage.ts';
import { advised } from '#sandbox/slack/advised.ts';
import { cardNames } from '#slack/card-names.ts';
import { slackClient } from '#slack/client.ts';
import { receiptIsValid } from '#slack/receipt.ts';
import { approvalCard } from '#slack/views/approval-card.ts';
import type { Message } from '#slack/views/build.ts';
import { lockdownCard } from '#slack/views/lockdown-card.ts';
import { askedInSlack, postCard } from '../support/asked-in-slack.ts';
import { draw } from '../support/draw.ts';
import {
  ALICE,
  aFinding,
  aLockdown,
  anAsk,
  aVote,
  BORIS,
  CHANNEL,
  CHITRA,
  DIEGO,
  DIGEST,
  disableFinding,
  dnsDraft,
  HOUR,
  inStage,
  NAMESPACE,
  watchFinding,
} from '../support/slack-lockdowns.ts';
import { type SlackProcess, slackProcess } from '../support/slack-process.ts';

let house: SlackProcess;
/** How much later it is for the Slack process. */
let laterMs: number;
beforeEach(async () => {
  laterMs = 0;
  house = await slackProcess({ now: () => Date.now() + laterMs });
});
afterEach(() => house.stop());

const LIVE = () => ({ askedAt: Date.now() - HOUR, expiresAt: Date.now() + 70 * HOUR });

const asking = (stage: Stage, change: Partial<Ask> = {}, drafted = aFinding()) =>
  askedInSlack(house, stage, change, drafted);

const post = (lockdown: Lockdown, card: string, message: Message, rest: object = {}) =>
  postCard(house, lockdown, card, message, rest);

/** As after an approval: something of these stages may be on the console. */
function wrote(lockdown: Lockdown, ...stages: Stage[]): Lockdown {
  const all = { ...lockdown.stages };
  for (const stage of stages) all[stage] = { ...all[stage], wrote: true };
  return { ...lockdown, stages: all };
}

const command = async (user: string, text: string) => told(await house.as(user).command(CHANNEL, `/lockdown ${text}`));
const wishes = () => house.memory.requests().map(({ wish }) => wish);

const told = ({ ephemerals }: { ephemerals: { text: string }[] }) => ephemerals.map(({ text }) => text).join('\n');

/** Reactions are told about a moment later. */
async function whispered(user: string, count = 1): Promise<string> {
  for (let tries = 0; tries < 100; tries++) {
    const { people } = (await house.around.state()) as unknown as {
      people: { id: string; ephemerals: { text: string }[] }[];
    };
    const own = people.find(({ id }) => id === user)?.ephemerals ?? [];
    if (own.length >= count) return own.map(({ text }) => text).join('\n');
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  throw new Error(`nothing was whispered to ${user}`);
}

test('whoever may start a lockdown leaves one job and reads what happens next', async () => {
  const seen = await house.as(ALICE).command(CHANNEL, `/lockdown start ${NAMESPACE} --days 3`);
  expect(told(seen)).toBe(`The lockdown of ${NAMESPACE} is being opened`);
  expect(house.memory.opened()).toMatchObject([
    { namespace: NAMESPACE, days: 3, user: ALICE, team: 'T0ACME0001', channel: CHANNEL },
  ]);
  const [left] = house.memory.left;
  expect(left?.id).toMatch(/^open-hipster-shop-[0-9a-f]{8}-[0-9a-f]{16}$/);
});

test('a start is refused for who may not, for what is not configured, and where we are not in the channel', async () => {
  expect(told(await house.as(BORIS).command(CHANNEL, `/lockdown start ${NAMESPACE}`))).toBe(
    'Not started: the configuration lets requesters of this namespace do this, and you are none of them.',
  );
  expect(told(await house.as(ALICE).command(CHANNEL, '/lockdown start /acme/other'))).toContain(
    'is not in the configuration',
  );
  expect(told(await house.as(ALICE).command('C0GENERAL01', '/lockdown start /acme/aws-dev/k8s/elsewhere'))).toContain(
    '/invite @lockstep',
  );
  expect(house.memory.left).toEqual([]);
});

test('a second start for an open lockdown answers with the way to the first', async () => {
  const { root } = await asking('dns');
  const seen = await house.as(ALICE).command(CHANNEL, `/lockdown start ${NAMESPACE}`);
  expect(told(seen)).toContain('is open already');
  expect(JSON.stringify(seen.ephemerals[0]?.blocks)).toContain(root.ts.replace('.', ''));
  expect(house.memory.left).toEqual([]);
});

test('a command typed elsewhere changes nothing and says where it is typed; a question is answered', async () => {
  const typed = (text: string) => house.as(ALICE).command('C0GENERAL01', `/lockdown ${text}`);
  const start = await typed(`start ${NAMESPACE}`);
  expect(told(start)).toContain('is typed in the channel of its cards');
  expect(draw({ blocks: start.ephemerals[0]?.blocks ?? [] })).toContain(`#${CHANNEL}`);
  await asking('dns');
  for (const text of [
    `pause ${NAMESPACE}`,
    `next ${NAMESPACE}`,
    `cancel ${NAMESPACE} --keep`,
    `reopen ${NAMESPACE} dns`,
  ])
    expect(told(await typed(text))).toContain('Nothing was changed');
  expect(house.memory.left).toEqual([]);
  expect(told(await typed(`flows ${NAMESPACE} dns`))).toContain('2 kinds of traffic');
});

test.each([
  ['archived', () => house.around.archive(CHANNEL), 'is archived'],
  [
    'shared with another organisation',
    () => house.around.setChannel(CHANNEL, { shared: true }),
    'another organisation',
  ],
])('while the channel is %s, approvals are held with the reason, and a no is not', async (_, change, why) => {
  const { card } = await asking('dns');
  const opened = await house.as(CHITRA).click(CHANNEL, card.ts, 'lockstep.deny');
  await change();
  const seen = await house.as(BORIS).click(CHANNEL, card.ts, 'lockstep.approve');
  expect(told(seen)).toContain(why);
  expect(house.memory.left).toEqual([]);
  await house.as(CHITRA).submit(String(opened.views.at(-1)?.id), { reason: { text: 'Not in front of them.' } });
  expect(wishes()).toMatchObject([{ verb: 'vote', vote: { decision: 'deny' } }]);
});

test('a word that is none of ours gets the nearest command', async () => {
  expect(told(await house.as(ALICE).command(CHANNEL, '/lockdown pasue /acme/x'))).toContain('Did you mean `pause`?');
});

test('a guest is refused by what Slack says about them, whatever the configuration says', async () => {
  await house.around.setPerson(ALICE, { is_restricted: true });
  const seen = await house.as(ALICE).command(CHANNEL, `/lockdown start ${NAMESPACE}`);
  expect(told(seen)).toBe('Guests of this workspace decide nothing here.');
});

test('who presses Approve once more is told that the vote was recorded before, and no second one is left', async () => {
  const { card, lockdown } = await asking('dns');
  const { ask } = lockdown.stages.dns;
  if (!ask) throw new Error('nothing is asked');
  house.memory.keep(
    inStage('dns', { phase: 'asking', ask, votes: [aVote(BORIS, { gesture: 'button', digest: ask.digest })] }),
  );
  const seen = await house.as(BORIS).click(CHANNEL, card.ts, 'lockstep.approve');
  expect(told(seen)).toBe('Your vote is recorded already; it counts once.');
  expect(house.memory.left).toEqual([]);
  await house.as(CHITRA).click(CHANNEL, card.ts, 'lockstep.approve');
  expect(wishes()).toMatchObject([{ verb: 'vote', vote: { user: CHITRA } }]);
});

test('an approver’s click becomes a signed vote for exactly this draft', async () => {
  const { card, root, lockdown } = await asking('dns');
  const { digest = '' } = lockdown.stages.dns.ask ?? {};
  const seen = await house.as(BORIS).click(CHANNEL, card.ts, 'lockstep.approve');
  expect(seen.warning).toBeUndefined();
  expect(told(seen)).toBe('Your vote is recorded; the card shows it in a moment.');
  const [request] = house.memory.requests();
  if (request?.wish.verb !== 'vote') throw new Error('no vote was left');
  expect(request).toMatchObject({ user: BORIS, team: 'T0ACME0001', channel: CHANNEL, thread: root.ts });
  const { vote } = request.wish;
  expect(vote).toMatchObject({ user: BORIS, decision: 'approve', gesture: 'button', nonce: 'nonce-1', digest });
  const commit = commitments(aLockdown().salt);
  expect(receiptIsValid(vote, house.publicKeys, commit)).toBe(true);
  expect(receiptIsValid({ ...vote, digest: DIGEST }, house.publicKeys, commit)).toBe(false);
});

test('the requester, an outsider and an approver who became a guest are each told why they do not vote', async () => {
  const { card } = await asking('dns');
  expect(told(await house.as(ALICE).click(CHANNEL, card.ts, 'lockstep.approve'))).toContain('somebody else has to');
  expect(told(await house.as('erin').click(CHANNEL, card.ts, 'lockstep.approve'))).toContain('not among the approvers');
  await house.around.setPerson(DIEGO, { is_restricted: true });
  expect(told(await house.as(DIEGO).click(CHANNEL, card.ts, 'lockstep.approve'))).toContain('Guests');
  expect(house.memory.left).toEqual([]);
});

test('a click on an outdated card changes nothing and says where the newer one is', async () => {
  const { card, lockdown } = await asking('dns');
  const ask = anAsk({ ...LIVE(), nonce: 'nonce-2' });
  house.memory.keep(inStage('dns', { phase: 'asking', revision: 2, ask }, { id: lockdown.id }));
  const seen = await house.as(BORIS).click(CHANNEL, card.ts, 'lockstep.approve');
  expect(told(seen)).toContain('This card is outdated');
  expect(JSON.stringify(seen.ephemerals[0]?.blocks)).toContain('See how it stands.');
  expect(house.memory.left).toEqual([]);
});

test('a button on a message that is no card of ours is refused and noted', async () => {
  const { lockdown } = await asking('dns');
  const client = slackClient(house.slack.botToken, { slackApiUrl: house.slack.apiUrl });
  const copy = approvalCard({ lockdown, stage: 'dns', finding: aFinding() });
  const { ts } = await client.chat.postMessage({ channel: CHANNEL, ...copy });
  const seen = await house.as(BORIS).click(CHANNEL, ts ?? '', 'lockstep.approve');
  expect(told(seen)).toContain('none of our cards');
  expect(house.lines).toContainEqual(expect.stringContaining('no card of it'));
});

test('a card that somebody rewrote with our token is voted on by nobody, and the alarm is raised', async () => {
  const { card, lockdown } = await asking('dns');
  const harmless = approvalCard({ lockdown, stage: 'dns', finding: aFinding({ draft: { ...dnsDraft, changes: [] } }) });
  const client = slackClient(house.slack.botToken, { slackApiUrl: house.slack.apiUrl });
  await client.chat.update({ ...card, ...harmless });
  for (const button of ['lockstep.approve', 'lockstep.deny']) {
    const seen = await house.as(BORIS).click(CHANNEL, card.ts, button);
    expect(told(seen)).toContain('does not read as we posted it');
    expect(seen.views).toEqual([]);
  }
  expect(house.memory.left).toEqual([]);
  expect(house.lines).toContain(`card-altered ${cardNames.approval('dns', 1)}, pressed by ${BORIS}`);
  expect([...house.memory.altered]).toEqual([`${lockdown.id} ${cardNames.approval('dns', 1)}`]);
});

test('denying asks for a reason and records it', async () => {
  const { card } = await asking('dns');
  const opened = await house.as(CHITRA).click(CHANNEL, card.ts, 'lockstep.deny');
  const view = String(opened.views.at(-1)?.id);
  const seen = await house.as(CHITRA).submit(view, { reason: { text: 'The resolver\nis the wrong one.' } });
  expect(seen.errors).toEqual({});
  const [request] = house.memory.requests();
  expect(request?.wish).toMatchObject({
    verb: 'vote',
    vote: { decision: 'deny', gesture: 'button', reason: 'The resolver is the wrong one.' },
  });
});

test('a reason of nothing but spaces is no reason', async () => {
  const { card } = await asking('dns');
  const opened = await house.as(CHITRA).click(CHANNEL, card.ts, 'lockstep.deny');
  const view = String(opened.views.at(-1)?.id);
  const seen = await house.as(CHITRA).submit(view, { reason: { text: `no${' '.repeat(20)}` } });
  expect(seen.errors).toEqual({ reason: 'Please say in at least 10 characters why.' });
  expect(house.memory.left).toEqual([]);
});

test('ending discovery mode takes the namespace’s name, typed exactly', async () => {
  const finding = disableFinding([]);
  const { card } = await asking('disable-discovery', { cuts: true }, finding);
  const opened = await house.as(BORIS).click(CHANNEL, card.ts, 'lockstep.approve');
  expect(house.memory.left).toEqual([]);
  const view = String(opened.views.at(-1)?.id);
  const wrong = await house.as(BORIS).submit(view, { namespace: { text: 'hipster-shop' } });
  expect(wrong.errors.namespace).toContain(NAMESPACE);
  const right = await house.as(BORIS).submit(view, { namespace: { text: NAMESPACE } });
  expect(right.errors).toEqual({});
  expect(house.memory.requests().map(({ wish }) => wish)).toMatchObject([
    { verb: 'vote', vote: { decision: 'approve', gesture: 'typed-name', stage: 'disable-discovery' } },
  ]);
});

/** A draft in which two things stand out. */
const STANDS_OUT = aFinding({
  draft: {
    ...aFinding().draft,
    remarks: [
      { level: 'look', text: 'redis-cart → api.example.com tcp/443: it never called out before.' },
      { level: 'look', text: 'allow-web-server opens 8080 to everybody.' },
    ],
  },
});
const TICKED = { 'look-0': { seen: ['seen'] }, 'look-1': { seen: ['seen'] } };

test('where something stands out, Approve asks to look at each such thing, and takes nothing less', async () => {
  const { card } = await asking('dns', { rule: { ...anAsk().rule, looks: 2 } }, STANDS_OUT);
  const opened = await house.as(BORIS).click(CHANNEL, card.ts, 'lockstep.approve');
  const view = String(opened.views.at(-1)?.id);
  const half = await house.as(BORIS).submit(view, { 'look-0': { seen: ['seen'] } });
  expect(Object.keys(half.errors)).toEqual(['look-1']);
  expect(house.memory.left).toEqual([]);
});

test('what stands out is not approved within the first twenty seconds', async () => {
  const { card } = await asking('dns', { rule: { ...anAsk().rule, looks: 2 } }, STANDS_OUT);
  const opened = await house.as(BORIS).click(CHANNEL, card.ts, 'lockstep.approve');
  const view = String(opened.views.at(-1)?.id);
  const hasty = await house.as(BORIS).submit(view, TICKED);
  expect(hasty.errors['look-1']).toMatch(/you can approve in \d+ seconds/);
  expect(house.memory.left).toEqual([]);
  laterMs = 20_000;
  const patient = await house.as(BORIS).submit(view, TICKED);
  expect(patient.errors).toEqual({});
  expect(wishes()).toMatchObject([{ verb: 'vote', vote: { decision: 'approve', gesture: 'looked', user: BORIS } }]);
});

test('a reaction on a draft in which something stands out is no vote, and its owner reads why', async () => {
  const { card } = await asking('dns', { rule: { ...anAsk().rule, looks: 2 } }, STANDS_OUT);
  await house.as(BORIS).react(CHANNEL, card.ts, 'white_check_mark');
  expect(await whispered(BORIS)).toContain('something in this draft stands out');
  expect(house.memory.left).toEqual([]);
  await house.as(BORIS).react(CHANNEL, card.ts, 'x');
  await whispered(BORIS, 2);
  expect(wishes()).toMatchObject([{ verb: 'vote', vote: { decision: 'deny', gesture: 'reaction' } }]);
});

test('whoever closes a dialog before it is ready reads nothing of a vote that was not recorded', async () => {
  const { card } = await asking('dns', { rule: { ...anAsk().rule, looks: 2 } }, STANDS_OUT);
  await house.around.fault({ method: 'views.update', error: 'not_found', count: 1 });
  await house.as(BORIS).click(CHANNEL, card.ts, 'lockstep.approve');
  await expect.poll(async () => (await house.around.calls('views.update')).length).toBe(1);
  await command(BORIS, 'help');
  expect(await whispered(BORIS)).not.toContain('not recorded');
});

test('ending discovery mode, too, takes a look at what stands out', async () => {
  const plain = disableFinding([]);
  const finding = { ...plain, draft: { ...plain.draft, remarks: STANDS_OUT.draft.remarks } };
  const { card } = await asking('disable-discovery', { cuts: true, rule: { ...anAsk().rule, looks: 2 } }, finding);
  const opened = await house.as(BORIS).click(CHANNEL, card.ts, 'lockstep.approve');
  const view = String(opened.views.at(-1)?.id);
  const named = { namespace: { text: NAMESPACE } };
  expect(Object.keys((await house.as(BORIS).submit(view, named)).errors)).toEqual(['look-0', 'look-1']);
  laterMs = 20_000;
  expect((await house.as(BORIS).submit(view, { ...TICKED, ...named })).errors).toEqual({});
  expect(wishes()).toMatchObject([{ verb: 'vote', vote: { gesture: 'typed-name' } }]);
});

test('where a safeguard is weaker than usual, whoever approves says why', async () => {
  const extraApprovers = [{ because: 'Only 2 hours of flows were seen.', without: [] }];
  const rule = { ...anAsk().rule, askWhy: true as const, extraApprovers };
  const { card } = await asking('disable-discovery', { cuts: true, rule }, disableFinding([]));
  const opened = await house.as(BORIS).click(CHANNEL, card.ts, 'lockstep.approve');
  expect(JSON.stringify(opened.views.at(-1))).toContain('Only 2 hours of flows were seen.');
  const view = String(opened.views.at(-1)?.id);
  const named = { namespace: { text: NAMESPACE } };
  const short = await house.as(BORIS).submit(view, { ...named, reason: { text: 'because      ' } });
  expect(short.errors).toEqual({ reason: 'Please say in at least 10 characters why.' });
  expect(house.memory.left).toEqual([]);
  await house.as(BORIS).submit(view, { ...named, reason: { text: 'It was rehearsed on its twin.' } });
  expect(wishes()).toMatchObject([{ verb: 'vote', vote: { reason: 'It was rehearsed on its twin.' } }]);
});

test('somebody answers for what was kept out, with a reason that is long enough', async () => {
  const [group] = aFinding().draft.unallowed;
  if (!group) throw new Error('there is traffic');
  const stopped = [{ group: { ...group, id: 'g-drop' }, because: 'anybody can drop data there' }];
  const { card } = await asking('external-services', {}, { ...aFinding(), draft: { ...aFinding().draft, stopped } });
  const opened = await house.as(BORIS).click(CHANNEL, card.ts, 'lockstep.sponsor');
  const view = String(opened.views.at(-1)?.id);
  const short = await house
    .as(BORIS)
    .submit(view, { group: { choice: 'g-drop' }, reason: { text: 'I know         ' } });
  expect(short.errors).toEqual({ reason: 'Please say in at least 10 characters why.' });
  await house.as(BORIS).submit(view, { group: { choice: 'g-drop' }, reason: { text: 'The export goes there.' } });
  expect(wishes()).toMatchObject([{ verb: 'sponsor', group: 'g-drop', because: 'The export goes there.' }]);
});

test('answers for the residual are gathered over all pages and left as one wish', async () => {
  const residual = Array.from({ length: 45 }, (_, at) => ({
    ...(disableFinding().draft.residual[0] as NonNullable<ReturnType<typeof disableFinding>['draft']['residual'][0]>),
    group: { ...aFinding().draft.unallowed[0], id: `g${at}` } as ReturnType<typeof aFinding>['draft']['unallowed'][0],
    advice: at === 44 ? ('block' as const) : ('allow' as const),
  }));
  const { card } = await asking('disable-discovery', { cuts: true, undecided: 45 }, disableFinding(residual));
  const opened = await house.as(BORIS).click(CHANNEL, card.ts, 'lockstep.decide');
  const first = opened.views.at(-1) ?? {};
  const view = String(first.id);
  const unanswered = await house.as(BORIS).submit(view);
  expect(Object.keys(unanswered.errors)).toHaveLength(40);
  const second = await house.as(BORIS).submit(view, { ...advised(first), 'residual-0': { answer: 'block' } });
  expect(second.errors).toEqual({});
  expect(house.memory.left).toEqual([]);
  const done = await house.as(BORIS).submit(view, advised(second.views.at(-1) ?? {}));
  expect(done.errors).toEqual({});
  const [request] = house.memory.requests();
  if (request?.wish.verb !== 'decide-residual') throw new Error('no answers were left');
  const { answers, nonce } = request.wish;
  expect(nonce).toBe('nonce-1');
  expect(Object.keys(answers)).toHaveLength(45);
  expect([answers.g0, answers.g1, answers.g44]).toEqual(['block', 'allow', 'block']);
});

test('answers that were given can be changed, and only the changed one is left', async () => {
  const finding = disableFinding(disableFinding().draft.residual.filter(({ decision }) => decision));
  const { card } = await asking('disable-discovery', { cuts: true }, finding);
  const opened = await house.as(BORIS).click(CHANNEL, card.ts, 'lockstep.change-answers');
  const view = String(opened.views.at(-1)?.id);
  const same = await house.as(BORIS).submit(view);
  expect(same.errors).toEqual({ 'residual-0': 'All answers are as they were, so nothing was recorded.' });
  expect(house.memory.left).toEqual([]);
  await house.as(BORIS).submit(view, { 'residual-0': { answer: 'allow' } });
  const changed = finding.draft.residual[0]?.group.id ?? '';
  expect(wishes()).toMatchObject([{ verb: 'decide-residual', answers: { [changed]: 'allow' } }]);
  const [wish] = wishes();
  expect(Object.keys(wish?.verb === 'decide-residual' ? wish.answers : {})).toEqual([changed]);
});

test('whoever would leave too few to approve by answering is warned before', async () => {
  const finding = disableFinding();
  const { card, lockdown } = await asking('disable-discovery', { cuts: true, undecided: 1 }, finding);
  const calm = await house.as(BORIS).click(CHANNEL, card.ts, 'lockstep.decide');
  expect(JSON.stringify(calm.views.at(-1))).not.toContain('Take care');
  const { stages } = lockdown;
  const state = { ...stages['disable-discovery'], shapedBy: [DIEGO] };
  house.memory.keep({ ...lockdown, stages: { ...stages, 'disable-discovery': state } });
  const warned = await house.as(BORIS).click(CHANNEL, card.ts, 'lockstep.decide');
  expect(JSON.stringify(warned.views.at(-1))).toContain('only 1 person may still approve, and 2 have to');
});

test('who answered for edges of the draft reads that, and not that they asked for the lockdown', async () => {
  const { card, lockdown } = await asking('dns');
  const { stages } = lockdown;
  house.memory.keep({ ...lockdown, stages: { ...stages, dns: { ...stages.dns, shapedBy: [BORIS] } } });
  const seen = await house.as(BORIS).click(CHANNEL, card.ts, 'lockstep.approve');
  expect(told(seen)).toBe('You answered for edges of this draft, so somebody else has to approve it.');
});

test('a draft that nobody may approve can still be denied', async () => {
  const { card } = await asking('dns', { barred: 'There are too many warnings.' });
  const seen = await house
    .as(BORIS)
    .react(CHANNEL, card.ts, 'white_check_mark')
    .then(() => whispered(BORIS));
  expect(seen).toBe('There are too many warnings.');
  const opened = await house.as(BORIS).click(CHANNEL, card.ts, 'lockstep.deny');
  await house.as(BORIS).submit(String(opened.views.at(-1)?.id), { reason: { text: 'Too many warnings.' } });
  expect(wishes()).toMatchObject([{ verb: 'vote', vote: { decision: 'deny' } }]);
});

test('a reaction on the list is a vote, and taking it away withdraws that vote', async () => {
  const { card, lockdown } = await asking('dns');
  await house.as(BORIS).react(CHANNEL, card.ts, '+1');
  expect(await whispered(BORIS)).toContain('recorded');
  const [added] = house.memory.requests();
  expect(added?.wish).toMatchObject({ verb: 'vote', vote: { gesture: 'reaction', decision: 'approve' } });
  const ask = lockdown.stages.dns.ask;
  if (!ask) throw new Error('nothing is asked');
  const votes = [aVote(BORIS, { gesture: 'reaction', digest: ask.digest })];
  house.memory.keep(inStage('dns', { phase: 'asking', ask, votes }));
  await house.as(BORIS).unreact(CHANNEL, card.ts, '+1');
  await whispered(BORIS, 2);
  expect(house.memory.requests().at(-1)?.wish).toEqual({
    verb: 'withdraw-vote',
    stage: 'dns',
    person: BORIS,
    nonce: 'nonce-1',
  });
});

test('a reaction that Slack delivers once more, however late, is the same request', async () => {
  const { card } = await asking('dns');
  const { event_id } = await house.as(BORIS).react(CHANNEL, card.ts, '+1');
  expect(await whispered(BORIS)).toContain('recorded');
  await house.around.redeliver(event_id ?? '');
  expect(await whispered(BORIS, 2)).toContain('recorded');
  expect(house.memory.requests()).toHaveLength(1);
});

test('taking a reaction away does not withdraw the vote of a button', async () => {
  const { card, lockdown } = await asking('dns');
  await house.as(BORIS).react(CHANNEL, card.ts, 'white_check_mark');
  await whispered(BORIS);
  const ask = lockdown.stages.dns.ask;
  if (!ask) throw new Error('nothing is asked');
  house.memory.keep(
    inStage('dns', { phase: 'asking', ask, votes: [aVote(BORIS, { gesture: 'button', digest: ask.digest })] }),
  );
  await house.as(BORIS).unreact(CHANNEL, card.ts, 'white_check_mark');
  await house.as(BORIS).react(CHANNEL, card.ts, 'x');
  await whispered(BORIS, 2);
  expect(house.memory.requests().map(({ wish }) => wish.verb)).toEqual(['vote', 'vote']);
});

test('reactions given while the Slack process was down are votes once it is back, and their owners are told', async () => {
  const { card } = await asking('dns');
  await house.goDown();
  await house.as(BORIS).react(CHANNEL, card.ts, '+1::skin-tone-4');
  await house.as(ALICE).react(CHANNEL, card.ts, 'white_check_mark');
  await house.as(CHITRA).react(CHANNEL, card.ts, 'eyes');
  await house.comeBack();
  expect(await whispered(BORIS)).toContain('Your vote is recorded');
  expect(await whispered(ALICE)).toContain('somebody else has to approve it');
  const [request, ...more] = house.memory.requests();
  expect(more).toEqual([]);
  if (request?.wish.verb !== 'vote') throw new Error('no vote was left');
  const { vote } = request.wish;
  expect(vote).toMatchObject({ user: BORIS, team: 'T0ACME0001', decision: 'approve', gesture: 'reaction' });
  expect(receiptIsValid(vote, house.publicKeys, commitments(aLockdown().salt))).toBe(true);
});

test('a no that was given while the Slack process was down is a no, also of who had approved before', async () => {
  const { card, lockdown } = await asking('dns');
  const { ask } = lockdown.stages.dns;
  if (!ask) throw new Error('nothing is asked');
  house.memory.keep(inStage('dns', { phase: 'asking', ask, votes: [aVote(BORIS)] }));
  await house.goDown();
  await house.as(BORIS).react(CHANNEL, card.ts, 'x');
  await house.comeBack();
  await whispered(BORIS);
  expect(wishes()).toMatchObject([{ verb: 'vote', vote: { user: BORIS, decision: 'deny' } }]);
});

test('a vote whose reaction was taken off while the Slack process was down is withdrawn, and no other', async () => {
  const { card, lockdown } = await asking('dns');
  const { ask } = lockdown.stages.dns;
  if (!ask) throw new Error('nothing is asked');
  await house.as(CHITRA).react(CHANNEL, card.ts, '+1');
  await whispered(CHITRA);
  const votes = [
    aVote(BORIS, { gesture: 'reaction', digest: ask.digest }),
    aVote(CHITRA, { gesture: 'reaction', digest: ask.digest }),
    aVote(DIEGO, { gesture: 'button', digest: ask.digest }),
  ];
  house.memory.keep(inStage('dns', { phase: 'asking', ask, votes }));
  await house.goDown();
  await house.comeBack();
  await whispered(BORIS);
  expect(wishes().slice(1)).toEqual([{ verb: 'withdraw-vote', stage: 'dns', person: BORIS, nonce: ask.nonce }]);
});

test('what was missed is read again when the socket comes back', { timeout: 60_000 }, async () => {
  const { card } = await asking('dns');
  await house.around.socket('drop');
  await house.as(BORIS).react(CHANNEL, card.ts, 'white_check_mark');
  await vi.waitFor(() => expect(wishes()).toHaveLength(1), 30_000);
  expect(await whispered(BORIS)).toContain('Your vote is recorded');
});

test('while Slack does not say what is on a card, nothing is made of it', async () => {
  const { card } = await asking('dns');
  await house.goDown();
  await house.as(BORIS).react(CHANNEL, card.ts, 'white_check_mark');
  await house.around.fault({ method: 'reactions.get', error: 'fatal_error', count: 1 });
  await house.comeBack();
  await vi.waitFor(
    () => expect(house.lines).toContainEqual(expect.stringContaining('reading reactions again')),
    10_000,
  );
  expect(house.memory.left).toEqual([]);
});

test('a reaction that is none of the list, or on a message that is no approval card, is none of our business', async () => {
  const { card, root } = await asking('dns');
  await house.as(BORIS).react(CHANNEL, card.ts, 'eyes');
  await house.as(BORIS).react(CHANNEL, root.ts, 'white_check_mark');
  await house.as(BORIS).react(CHANNEL, card.ts, 'x');
  await whispered(BORIS);
  expect(house.memory.requests().map(({ wish }) => wish.verb)).toEqual(['vote']);
});

test('a reaction does not end discovery mode, and its owner reads why', async () => {
  const { card } = await asking('disable-discovery', { cuts: true }, disableFinding([]));
  await house.as(BORIS).react(CHANNEL, card.ts, 'white_check_mark');
  expect(await whispered(BORIS)).toContain('A reaction does not count here');
  expect(house.memory.left).toEqual([]);
});

test('while the memory is down, everybody is told within three seconds that nothing was recorded', async () => {
  const { card } = await asking('dns');
  house.memory.goDown();
  const [click, command] = await Promise.all([
    house.as(BORIS).click(CHANNEL, card.ts, 'lockstep.approve'),
    house.as(ALICE).command(CHANNEL, `/lockdown pause ${NAMESPACE}`),
  ]);
  expect(click.warning ?? command.warning).toBeUndefined();
  const said = `${await whispered(BORIS)} ${await whispered(ALICE)}`;
  expect(said.match(/not recorded/g)).toHaveLength(2);
  house.memory.comeBack();
  expect(house.memory.left).toEqual([]);
});

test('the verbs of the card are for whom the matrix names', async () => {
  const lockdown = inStage('pods', { phase: 'verifying', because: 'no newer flow was seen' });
  house.memory.keep(lockdown);
  const { ts } = await post(lockdown, cardNames.lockdown, lockdownCard({ lockdown }));
  const asked = await house.as(BORIS).click(CHANNEL, ts, 'lockstep.go-on-unproven');
  expect(asked.confirm?.title?.text).toBe('Go on without proof?');
  expect(told(await house.as('erin').click(CHANNEL, ts, 'lockstep.undo', { confirmed: true }))).toContain('Recorded');
  await house.as(BORIS).click(CHANNEL, ts, 'lockstep.go-on-unproven', { confirmed: true });
  expect(house.memory.requests().map(({ wish, user }) => [user, wish.verb])).toEqual([
    ['U0ERIN0001', 'undo'],
    [BORIS, 'go-on-unproven'],
  ]);
  const refused = await house.as('gus').click(CHANNEL, ts, 'lockstep.undo', { confirmed: true });
  expect(told(refused)).toBe('Guests of this workspace decide nothing here.');
});

test('cancelling a lockdown that has written something asks what becomes of it', async () => {
  house.memory.keep(wrote(inStage('pods', { phase: 'asking', ask: anAsk(LIVE()) }), 'dns'));
  expect(told(await house.as(ALICE).command(CHANNEL, `/lockdown cancel ${NAMESPACE}`))).toContain('--take-back');
  await house.as(ALICE).command(CHANNEL, `/lockdown cancel ${NAMESPACE} –take-back`);
  expect(house.memory.requests().map(({ wish }) => wish)).toEqual([{ verb: 'cancel', written: 'take-back' }]);
});

test('a released or never begun namespace cannot be released', async () => {
  expect(told(await house.as(ALICE).command(CHANNEL, `/lockdown release ${NAMESPACE}`))).toContain('No lockdown of');
  house.memory.keep(aLockdown());
  expect(told(await house.as(ALICE).command(CHANNEL, `/lockdown release ${NAMESPACE}`))).toContain(
    'nothing to release',
  );
  house.memory.keep(aLockdown({ phase: 'locked' }));
  expect(told(await house.as(ALICE).command(CHANNEL, `/lockdown release ${NAMESPACE}`))).toContain('Say why');
  expect(house.memory.left).toEqual([]);
  await house.as(ALICE).command(CHANNEL, `/lockdown release ${NAMESPACE} payments are down`);
  expect(house.memory.requests().map(({ wish }) => wish)).toEqual([{ verb: 'release', because: 'payments are down' }]);
});

test('a namespace that may be cut already can be released, and is not paused', async () => {
  house.memory.keep(
    wrote(inStage('disable-discovery', { phase: 'applying', ask: anAsk(LIVE()) }), 'disable-discovery'),
  );
  expect(await command(ALICE, `pause ${NAMESPACE}`)).toContain('may be off already');
  expect(await command(ALICE, `cancel ${NAMESPACE} --keep`)).toContain('may be off already');
  expect(await command(ALICE, `release ${NAMESPACE}`)).toContain('Say why');
  await command(ALICE, `release ${NAMESPACE} the shop does not answer`);
  expect(wishes()).toEqual([{ verb: 'release', because: 'the shop does not answer' }]);
});

test('a stage that has written something is undone by a command, and no other', async () => {
  house.memory.keep(wrote(inStage('pods', { phase: 'asking', ask: anAsk(LIVE()) }), 'dns'));
  expect(await command(ALICE, `undo ${NAMESPACE} pods`)).toContain('has written nothing');
  expect(await command(ALICE, `undo ${NAMESPACE} dns`)).toContain('Recorded');
  expect(wishes()).toEqual([{ verb: 'undo', stage: 'dns' }]);
  house.memory.keep(wrote(aLockdown({ phase: 'watching' }), 'dns'));
  expect(await command(ALICE, `undo ${NAMESPACE} dns`)).toContain('/lockdown release');
});

test('a stage is reopened by a command where that can be, and else the person reads what stands in the way', async () => {
  house.memory.keep(inStage('pods', { phase: 'asking', ask: anAsk(LIVE()) }));
  expect(await command(ALICE, `reopen ${NAMESPACE} dns`)).toContain('undo it first');
  expect(await command(ALICE, `reopen ${NAMESPACE} metadata`)).toContain('not the turn');
  const { stages, ...rest } = inStage('pods', { phase: 'asking', ask: anAsk(LIVE()) });
  house.memory.keep({ ...rest, stages: { ...stages, dns: { ...stages.dns, phase: 'skipped' } } });
  expect(await command(ALICE, `reopen ${NAMESPACE} dns`)).toContain('`pods` is under way');
  expect(house.memory.left).toEqual([]);
  await command(ALICE, `reopen ${NAMESPACE} pods`);
  expect(wishes()).toEqual([{ verb: 'reopen', stage: 'pods' }]);
});

test('during a vote there is no next stage, and the answer leads to the card', async () => {
  const { card } = await asking('dns');
  const seen = await house.as(ALICE).command(CHANNEL, `/lockdown next ${NAMESPACE}`);
  expect(told(seen)).toBe('dns waits for votes, so there is nothing to open yet.');
  expect(JSON.stringify(seen.ephemerals[0]?.blocks)).toContain(card.ts.replace('.', ''));
  expect(house.memory.left).toEqual([]);
});

test('while watching, status and App Home say until when somebody has to confirm', async () => {
  house.memory.keep(aLockdown({ phase: 'watching' }));
  house.memory.find({ watch: watchFinding });
  const status = await house.as(ALICE).command(CHANNEL, `/lockdown status ${NAMESPACE}`);
  expect(JSON.stringify(status.ephemerals)).toContain('Somebody has to confirm by 22 Nov 15:05 UTC');
  const { home } = await house.as(BORIS).home();
  expect(JSON.stringify(home)).toContain('Somebody has to confirm by 22 Nov 15:05 UTC');
});

test('App Home shows an approver what waits for them, and not what they have voted on', async () => {
  const { lockdown } = await asking('dns');
  const before = await house.as(BORIS).home();
  expect(JSON.stringify(before.home)).toContain('Vote on dns');
  const ask = lockdown.stages.dns.ask;
  if (!ask) throw new Error('nothing is asked');
  house.memory.keep(inStage('dns', { phase: 'asking', ask, votes: [aVote(BORIS, { digest: ask.digest })] }));
  const after = await house.as(BORIS).home();
  expect(JSON.stringify(after.home)).toContain('Nothing waits for you');
});

test('the self-test names what is wrong, and its button answers', async () => {
  const seen = await house.as(ALICE).command(CHANNEL, '/lockdown selftest');
  const [result] = seen.ephemerals;
  expect(draw({ blocks: result?.blocks ?? [] })).toContain('To mend: Channel `C0GENERAL01`: I am not in it');
  const clicked = await house.as(ALICE).click(CHANNEL, result?.ts ?? '', 'lockstep.selftest');
  expect(told(clicked)).toBe('Your click arrived, so interactivity works.');
});

test('status and flows answer for one namespace and for all', async () => {
  await asking('dns');
  const all = await house.as(ALICE).command(CHANNEL, '/lockdown status');
  expect(JSON.stringify(all.ephemerals)).toContain('dns has 0 of 2 approvals.');
  const flows = await house.as(ALICE).command(CHANNEL, `/lockdown flows ${NAMESPACE} dns`);
  expect(told(flows)).toBe(`dns of ${NAMESPACE}: 2 kinds of traffic`);
});
