/** The chaos run: its schedule can be replayed, and each of its seven promises can be found broken. */
import { beforeAll, describe, expect, test } from 'vitest';
import { checkpointText, LEDGER, noteOf, noteSignature, originOf } from '#core/checkpoint.ts';
import { commitments } from '#core/commitment.ts';
import type { Change } from '#core/draft.ts';
import { approvalHash } from '#core/spent.ts';
import { FAULT_KINDS } from '#sandbox/chaos/faults.ts';
import type { Notebook } from '#sandbox/chaos/notebook.ts';
import { type ConsoleObjects, type Observed, readLockdowns } from '#sandbox/chaos/observed.ts';
import { checkPromises } from '#sandbox/chaos/promises/promises.ts';
import { scheduleFor } from '#sandbox/chaos/schedule.ts';
import type { Namespace, Ruleset, Stored } from '#sandbox/console/objects.ts';
import type { Write } from '#sandbox/console/store.ts';
import type { Block, Message } from '#sandbox/slack/types.ts';
import { lockdownCard } from '#slack/views/lockdown-card.ts';
import {
  aWholeLockdown,
  ID,
  ledgerKey,
  ledgerKeys,
  NAMESPACE,
  NOON,
  publicKeys,
  SALT,
} from '#test/ledger/whole-lockdown.ts';
import { redisForTests } from '#test/support/redis.ts';

const { redis } = redisForTests(14);
const CHITRA = 'U0CHITRA01';
const THREAD = '1763812800.000100';
const DAY = 24 * 3_600_000;

/** A lockdown that came to its end without anything going wrong, as it is seen from outside. */
let calm: Observed;
beforeAll(async () => {
  await redis.flushdb();
  await aWholeLockdown(redis);
  calm = seen((await readLockdowns(redis, { receiptKeys: publicKeys, ledgerKeys }))[0]);
});

describe('what goes wrong', () => {
  const namespaces = ['/acme/a', '/acme/b', '/acme/c'];
  const asked = { seed: 7, runMs: 300_000, namespaces };

  test('is the same for the same seed, and another for another', () => {
    expect(scheduleFor(asked)).toEqual(scheduleFor(asked));
    expect(scheduleFor({ ...asked, seed: 8 }).hash).not.toBe(scheduleFor(asked).hash);
  });

  test('holds every kind of fault at least once in five minutes, none before people have begun or after the end', () => {
    const { faults } = scheduleFor(asked);
    expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(FAULT_KINDS));
    for (const { atMs } of faults) {
      expect(atMs).toBeGreaterThan(20_000);
      expect(atMs).toBeLessThan(280_000);
    }
  });
});

describe('the promises', () => {
  /** What is said against each promise, by its number. */
  function against(observed: Observed): Record<number, readonly string[]> {
    const kept = checkPromises(observed, [NAMESPACE]);
    expect(kept).toHaveLength(7);
    return Object.fromEntries(kept.flatMap(({ broken }, at) => (broken.length > 0 ? [[at + 1, broken]] : [])));
  }

  test('all hold of a lockdown that nothing happened to', () => {
    expect(against(calm)).toEqual({});
  });

  test('a ruleset that was written before the votes is found', () => {
    const early = calm.writes.map((write) => ({ ...write, at: new Date(NOON).toISOString() }));
    expect(against({ ...calm, writes: early })[1]?.[0]).toContain('create of networkrulesetpolicy allow-dns: 0 of 2');
  });

  test('a ruleset under a digest that nobody was asked about is found', () => {
    const other = withAnnotations({ 'lockstep.digest': ['f'.repeat(64)] });
    const writes = calm.writes.map((write) => ({ ...write, object: other(write.object) }));
    expect(against({ ...calm, writes })[1]?.[0]).toContain('nobody was asked about the digest ffffffffffffffff');
  });

  test('an approved ruleset that is there twice is found, and one that is missing', () => {
    const [first] = calm.after.rulesets;
    if (!first) throw new Error('there should be a ruleset');
    const twice = { ...calm.after, rulesets: [...calm.after.rulesets, { ...first, ID: 'another' }] };
    expect(against({ ...calm, after: twice })).toEqual({
      2: [`dns of ${NAMESPACE} (locked, allowed): allow-dns is there 2 times`],
    });
    const missing = { ...calm.after, rulesets: calm.after.rulesets.slice(1) };
    expect(against({ ...calm, after: missing })[2]).toEqual([
      `dns of ${NAMESPACE} (locked, allowed): allow-dns is missing`,
    ]);
  });

  test('an object of somebody else that was changed or is gone is found', () => {
    const theirs = ruleset('by hand', {});
    const before = { ...calm.before, rulesets: [theirs] };
    const with_ = (more: readonly Ruleset[]) => ({ ...calm.after, rulesets: [...calm.after.rulesets, ...more] });
    expect(against({ ...calm, before, after: with_([theirs]) })).toEqual({});
    expect(against({ ...calm, before })[2]?.[0]).toContain('by hand of somebody else');
    expect(against({ ...calm, before, after: with_([{ ...theirs, disabled: true }]) })[2]?.[0]).toContain(
      'was changed',
    );
  });

  test('a vote that was answered “recorded” and is in no ledger is found', () => {
    const notebook = voted('recorded-and-lost', 'Your vote is recorded; the card shows it in a moment.');
    expect(against({ ...calm, notebook })).toEqual({
      3: [`chitra’s approve of dns in ${ID} by button: answered "recorded", and the ledger does not have it`],
    });
  });

  test('a vote that was answered “not recorded” and counts nevertheless is found', () => {
    const vote = calm.lockdowns[0]?.entries.flatMap(({ event }) => (event.type === 'vote-cast' ? [event.vote] : []));
    const counted = vote?.find(({ user, stage }) => user === CHITRA && stage === 'dns');
    const notebook = voted(counted?.nonce ?? '', 'This was not recorded: our memory does not answer.', counted?.at);
    expect(against({ ...calm, notebook })[3]?.[0]).toContain('and the ledger has it nevertheless');
  });

  test('a vote that was taken, never answered and not counted is found, unless Slack was hurt just then', () => {
    const { votes } = voted('taken-and-forgotten', '');
    const notebook: Notebook = { votes: votes.map((vote) => ({ ...vote, owed: true })), told: [] };
    expect(against({ ...calm, notebook })).toEqual({
      3: [`chitra’s approve of dns in ${ID} by button: nobody answered it, and the ledger does not have it`],
    });
    expect(against({ ...calm, notebook, answersLostAt: [NOON + 1000] })).toEqual({});
    const open: Notebook = { votes, told: [] };
    expect(against({ ...calm, notebook: open })).toEqual({});
  });

  test('a card that is there twice is found, and one that says something else than what is kept', () => {
    const [card] = calm.messages;
    if (!card) throw new Error('there should be a card');
    expect(against({ ...calm, messages: [...calm.messages, { ...card, ts: '2.0' }] })).toEqual({
      4: [`lockdown of ${ID} is there 2 times`],
    });
    const [state] = calm.lockdowns;
    if (!state) throw new Error('there should be a lockdown');
    const released = { ...state, lockdown: { ...state.lockdown, phase: 'watching' as const } };
    expect(against({ ...calm, lockdowns: [released], atMs: NOON })[4]?.[0]).toContain('does not say “Watching');
  });

  test('a lockdown that neither goes on nor says why is found, and one that was asked for and never opened', () => {
    const [state] = calm.lockdowns;
    if (!state) throw new Error('there should be a lockdown');
    const dns = { ...state.lockdown.stages.dns, phase: 'drafting' as const };
    const lockdown = {
      ...state.lockdown,
      phase: 'securing' as const,
      stages: { ...state.lockdown.stages, dns },
    };
    const messages = calm.messages.map((message) => ({ ...message, blocks: blocksOf(lockdown) }));
    const stuck = against({ ...calm, lockdowns: [{ ...state, lockdown }], messages });
    expect(stuck[5]?.[0]).toContain('its card does not say what it waits for');
    expect(checkPromises(calm, [NAMESPACE, '/acme/never'])[4]?.broken[0]).toContain('nobody ever opened a lockdown');
  });

  test('a lockdown that failed and does not say what would help is found', () => {
    const [state] = calm.lockdowns;
    if (!state) throw new Error('there should be a lockdown');
    const lockdown = { ...state.lockdown, phase: 'securing' as const, failedStep: 'The console does not answer.' };
    const says = (text: string): Message[] =>
      calm.messages.map((message) => ({
        ...message,
        blocks: [{ block_id: 'b', type: 'section', text: { type: 'mrkdwn', text } }],
      }));
    const stuck = (text: string) =>
      against({ ...calm, lockdowns: [{ ...state, lockdown }], messages: says(text) })[5]?.[0];
    expect(stuck('Failed: The console does not answer.')).toContain('what would help');
    expect(stuck('Waits for a while.')).toContain('what would help');
    expect(stuck('Waits for somebody to mend what failed in dns and to try again.')).toBeUndefined();
  });

  test('a ledger that no checkpoint vouches for is found, and one that a checkpoint in Slack contradicts', () => {
    const [state] = calm.lockdowns;
    const [card] = calm.messages;
    if (!state || !card) throw new Error('there should be a lockdown and its card');
    expect(against({ ...calm, messages: [card] })).toEqual({ 6: [`${ID}: no checkpoint vouches for it`] });
    const other = checkpointOf(state, 'f'.repeat(64));
    expect(against({ ...calm, messages: [card, other] })[6]?.[0]).toContain(`${ID}: entry`);
  });

  test('a ledger with a changed entry is found', () => {
    const lockdowns = calm.lockdowns.map((state) => ({
      ...state,
      ledger: state.ledger.replace('"type":"confirmed"', '"type":"confirmee"'),
    }));
    expect(against({ ...calm, lockdowns })[6]?.length).toBeGreaterThan(0);
  });

  test('a namespace whose prefixes are not given back is found', () => {
    const namespaces = calm.after.namespaces.map((each) => ({ ...each, tagPrefixes: [...each.tagPrefixes, 'left='] }));
    expect(against({ ...calm, after: { ...calm.after, namespaces } })[7]?.[0]).toContain(
      'is not as it has to be: tagPrefixes is ["app=","left=","role="]',
    );
  });

  test('a cut namespace that would be given back to something else than it had, or that lost what others wrote on it, is found', () => {
    const broken = (annotations: Namespace['annotations']) => {
      const namespaces = calm.after.namespaces.map((each) => ({ ...each, annotations }));
      return against({ ...calm, after: { ...calm.after, namespaces } })[7]?.[0];
    };
    const ours = calm.after.namespaces[0]?.annotations ?? {};
    expect(broken({ ...ours, 'lockstep.former': ['Allow', 'Allow'] })).toContain('annotations is');
    expect(broken({ ...ours, left: ['by somebody'] })).toContain('annotations is');
  });

  test('a namespace that says which of its approvals stand and which are spent is whole; what it says of others is found', () => {
    const [{ lockdown, entries } = {}] = calm.lockdowns;
    const asked = entries?.flatMap(({ event }) => (event.type === 'draft-ready' ? [event.ask.nonce] : [])) ?? [];
    const hashes = asked.map((nonce) => approvalHash({ lockdown: lockdown?.id ?? '', stage: 'dns' }, nonce));
    const broken = (annotations: Namespace['annotations']) => {
      const namespaces = calm.after.namespaces.map((each) => ({
        ...each,
        annotations: { ...each.annotations, ...annotations },
      }));
      return against({ ...calm, after: { ...calm.after, namespaces } })[7]?.[0];
    };
    const [hash = ''] = hashes;
    const until = '2026-11-30T00:00:00.000Z';
    expect(broken({ 'lockstep.applied.dns': [ID, hash, until], 'lockstep.spent': [`${hash} ${until}`] })).toBe(
      undefined,
    );
    expect(broken({ 'lockstep.spent': [`${'f'.repeat(32)} ${until}`] })).toContain('annotations is');
    expect(broken({ 'lockstep.applied.dns': ['another', hash, until] })).toContain('annotations is');
    expect(broken({ 'lockstep.applied.pods': [ID, 'f'.repeat(32), until] })).toContain('annotations is');
  });
});

function seen(state: Observed['lockdowns'][number] | undefined): Observed {
  if (!state) throw new Error('there should be a lockdown');
  const { lockdown, entries, drafts } = state;
  const applied = entries.flatMap(({ event, at }) => (event.type === 'applied' ? [{ stage: event.stage, at }] : []));
  const written = applied.flatMap(({ stage, at }) => {
    const digest = lockdown.stages[stage].ask?.digest ?? '';
    const mark = withAnnotations({
      'lockstep.lockdown': [ID],
      'lockstep.stage': [stage],
      'lockstep.digest': [digest],
    });
    const changes = drafts.get(digest)?.draft.changes ?? [];
    return changes.flatMap((change) => rulesetOf(change)).map((object) => ({ at, object: mark(object) }));
  });
  const before: ConsoleObjects = { namespaces: [namespace('Inherit', [])], rulesets: [], externalNetworks: [] };
  const writes = written.map(({ at, object }): Write => {
    const by = { credential: 'observe', claims: [], namespace: NAMESPACE };
    return {
      at: new Date(at).toISOString(),
      operation: 'create',
      identity: 'networkrulesetpolicy',
      ...by,
      object,
    };
  });
  return {
    atMs: NOON + DAY,
    lockdowns: [state],
    before,
    after: {
      namespaces: [{ ...namespace('Reject', ['app=', 'role=']), annotations: saying(lockdown.id) }],
      rulesets: written.map(({ object }) => object),
      externalNetworks: [],
    },
    writes,
    messages: [cardOf(lockdown), checkpointOf(state, entries.at(-1)?.hash ?? '')],
    notebook: { votes: [], told: [] },
    receiptKeys: publicKeys,
    ledgerKeys,
    answersLostAt: [],
  };
}

function blocksOf(lockdown: Observed['lockdowns'][number]['lockdown']): Block[] {
  return lockdownCard({ lockdown }).blocks as unknown as Block[];
}

/** As the product posts it: signed, for everything up to the last entry. */
function checkpointOf({ lockdown, entries }: Observed['lockdowns'][number], root: string): Message {
  const size = entries.length;
  const text = checkpointText({ origin: originOf(ID, commitments(SALT)), size, root });
  const note = noteOf(text, LEDGER, noteSignature(text, { name: LEDGER, pem: ledgerKey.pem }));
  const payload = { lockdown: ID, card: `checkpoint-${size}`, note };
  const ts = `${(NOON + DAY) / 1000}.000100`;
  return { ...cardOf(lockdown), ts, metadata: { event_type: 'lockstep_card', event_payload: payload } };
}

function cardOf(lockdown: Observed['lockdowns'][number]['lockdown']): Message {
  return {
    ts: THREAD,
    channel: lockdown.channel,
    user: 'U0LOCKSTEP',
    text: lockdownCard({ lockdown }).text,
    blocks: blocksOf(lockdown),
    attachments: [],
    metadata: { event_type: 'lockstep_card', event_payload: { lockdown: ID, card: 'lockdown' } },
    broadcast: false,
    files: [],
    reactions: [],
  };
}

function stored(name: string): Stored {
  const time = new Date(NOON).toISOString();
  return {
    ID: `id-of-${name}`,
    namespace: NAMESPACE,
    name,
    description: '',
    annotations: {},
    associatedTags: [],
    metadata: [],
    normalizedTags: [],
    protected: false,
    createTime: time,
    updateTime: time,
  };
}

/** What a cut namespace says of it. */
function saying(lockdown: string): Namespace['annotations'] {
  return { 'lockstep.lockdown': [lockdown], 'lockstep.former': ['Inherit', 'Inherit'], 'lockstep.ledger': ['9:0'] };
}

function namespace(action: Namespace['defaultPUIncomingTrafficAction'], tagPrefixes: string[]): Namespace {
  return {
    ...stored(NAMESPACE),
    type: 'Kubernetes',
    defaultPUIncomingTrafficAction: action,
    defaultPUOutgoingTrafficAction: action,
    tagPrefixes,
    organizationalMetadata: [],
  };
}

function ruleset(name: string, content: Partial<Ruleset>): Ruleset {
  const empty = { subject: [], incomingRules: [], outgoingRules: [] };
  return { ...stored(name), ...empty, propagate: false, fallback: false, disabled: false, ...content };
}

function rulesetOf(change: Change): Ruleset[] {
  if (change.kind !== 'create-ruleset') return [];
  const { name, ...content } = structuredClone(change.ruleset) as unknown as Ruleset;
  return [ruleset(name, content)];
}

function withAnnotations(annotations: Record<string, string[]>) {
  return <Kind extends Stored>(object: Kind): Kind => ({
    ...object,
    annotations: { ...object.annotations, ...annotations },
  });
}

function voted(nonce: string, told: string, atMs = NOON): Notebook {
  return {
    votes: [
      { person: CHITRA, lockdown: ID, stage: 'dns', nonce, decision: 'approve', how: 'button', thread: THREAD, atMs },
    ],
    told: [{ person: CHITRA, thread: THREAD, atMs: atMs + 10, text: told }],
  };
}
