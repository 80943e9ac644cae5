/** A lockdown from its start until it is locked, kept in real Redis as the workers keep it, and its ledger as text. */
import type { Redis } from 'ioredis';
import { keyIdOf, publicPartOf } from '#config/receipt-key.ts';
import type { Ask, Vote } from '#core/approval.ts';
import { checkpointText, LEDGER, noteSignature, originOf, signedNote } from '#core/checkpoint.ts';
import { commitments } from '#core/commitment.ts';
import { findingDigest } from '#core/digest.ts';
import type { Change, Draft, EdgeGroup, Residual } from '#core/draft.ts';
import type { Event, EventOf } from '#core/events.ts';
import type { DraftFinding } from '#core/findings.ts';
import { advance } from '#core/lockdown.ts';
import { newLockdown, startOf } from '#core/lockdown-state.ts';
import type { Stage } from '#core/stage.ts';
import { cardStore } from '#redis/card-store.ts';
import { evidenceStore } from '#redis/evidence-store.ts';
import { hashOf, lockdownStore } from '#redis/lockdown-store.ts';
import { cardNames } from '#slack/card-names.ts';
import { publicKeyText, signVote } from '#slack/receipt.ts';
import { type Ledger, readLedger, writeLedger } from '#src/ledger/format.ts';
import { gather } from '#src/ledger/gather.ts';
import { A_BASIS } from '#test/support/lockdowns.ts';
import { aReceiptKey } from '#test/support/slack-process.ts';
import { record } from '#workers/recording.ts';

export const ID = 'hipster-shop-1';
export const SALT = 'salt of hipster-shop';
export const NAMESPACE = '/acme/aws-dev/k8s/hipster-shop';
const TEAM = 'T0ACME0001';
export const NOON = Date.UTC(2026, 10, 22, 12);
const [ALICE, BORIS, CHITRA, ERIN] = ['U0ALICE001', 'U0BORIS001', 'U0CHITRA01', 'U0ERIN0001'] as const;
const SECURITY = 'S0SECURITY1';
const HOUR = 3_600_000;

const { pem } = aReceiptKey();
export const receiptKey = { id: keyIdOf(publicPartOf(pem) ?? Buffer.alloc(0)), pem };
export const publicKeys = { [receiptKey.id]: publicKeyText(receiptKey) };

const aLedgerKey = aReceiptKey();
const ledgerRaw = publicPartOf(aLedgerKey.pem) ?? Buffer.alloc(0);
export const ledgerKey = { id: keyIdOf(ledgerRaw), pem: aLedgerKey.pem };
export const ledgerKeys = { [ledgerKey.id]: ledgerRaw.toString('base64') };

const RULE: Ask['rule'] = {
  users: [BORIS, ERIN],
  groups: [SECURITY],
  needed: 2,
  fromGroups: [{ group: SECURITY, needed: 1 }],
  requesterMayVote: false,
  reactions: true,
  expiresHours: 72,
};
const ELECTORATE: Ask['electorate'] = { users: RULE.users, groups: { [SECURITY]: [CHITRA, ALICE] } };

/** Somebody who makes things happen to one lockdown, a minute after one another. */
export async function aLockdownIn(redis: Redis, id = ID) {
  const lockdowns = lockdownStore(redis);
  const evidence = evidenceStore(redis);
  const cards = cardStore(redis);
  let clock = NOON;
  let counter = 0;
  const quiet = { happened: () => undefined, changedNothing: () => undefined };
  const deps = {
    lockdowns,
    queues: { add: async () => undefined },
    journal: quiet,
    configHash: 'c0ffee',
    now: () => clock,
  };

  const begin = { id, salt: SALT, namespace: NAMESPACE, team: TEAM, channel: 'C0LOCKDOWN1', requestedBy: ALICE };
  const lockdown = newLockdown({ ...begin, startedAt: clock, days: 7 });
  await lockdowns.save(lockdown, [{ event: startOf(lockdown), from: '', to: 'discovering', steps: [] }], {
    at: clock,
    cause: id,
    config: 'c0ffee',
  });

  async function happens(...events: readonly Event[]): Promise<void> {
    for (const event of events) {
      clock += 60_000;
      counter += 1;
      const result = await record(deps, id, event, `${id}-job-${counter}`);
      if (result !== 'recorded') throw new Error(`${event.type} changes nothing`);
    }
  }

  /** Drafted and asked about; what was asked. */
  async function asks(draft: Draft, change: Partial<Ask> = {}): Promise<Ask> {
    const digest = findingDigest({ draft, localPrefixes: ['app='], basis: A_BASIS }, change.rule ?? RULE, SALT);
    await evidence.keepDraft(id, findingOf(draft, digest));
    const ask: Ask = {
      ...{ nonce: `nonce-${counter}`, digest, rule: RULE, electorate: ELECTORATE },
      ...{ askedAt: clock, expiresAt: clock + 72 * HOUR, undecided: 0, cuts: false },
      ...change,
    };
    await happens({ type: 'draft-ready', stage: draft.stage, ask });
    const { revision } = (await lockdowns.read(id))?.stages[draft.stage] ?? { revision: 0 };
    await cards.put(id, cardNames.approval(draft.stage, revision), { channel: 'C0LOCKDOWN1', ts: `${counter}.0` });
    return ask;
  }

  function signed(stage: Stage, user: string, ask: Ask, change: Partial<Vote> = {}): Vote {
    return signVote(
      {
        ...{ team: TEAM, user, person: user, decision: 'approve', gesture: 'button', lockdown: id, stage, revision: 1 },
        ...{ nonce: ask.nonce, digest: ask.digest, at: clock },
        ...change,
      },
      receiptKey,
      SALT,
    );
  }

  async function votes(stage: Stage, user: string, ask: Ask, change: Partial<Vote> = {}): Promise<void> {
    const { revision } = (await lockdowns.read(id))?.stages[stage] ?? { revision: 0 };
    await happens({ type: 'vote-cast', stage, vote: signed(stage, user, ask, { revision, ...change }) });
  }

  /** Many events in one save. */
  async function saves(events: readonly Event[]): Promise<void> {
    let lockdown = await lockdowns.read(id);
    const transitions = events.flatMap((event) => {
      const next = lockdown && advance(lockdown, event, clock);
      if (!next) throw new Error(`${event.type} changes nothing`);
      lockdown = next.lockdown;
      return next.transitions;
    });
    if (lockdown) await lockdowns.save(lockdown, transitions, { at: clock, cause: `${id}-many`, config: 'c0ffee' });
  }

  async function writes(stage: Stage, ...names: readonly string[]): Promise<void> {
    const objects = names.map((name) => `id-of-${name}`);
    for (const name of names)
      await evidence.keepWritten(id, stage, { kind: 'ruleset', id: `id-of-${name}`, name, at: clock });
    await happens({ type: 'applied', stage, objects, at: clock });
  }

  /** A worker posts a checkpoint of all there is, and says so. */
  async function vouches(key = ledgerKey, change: Partial<EventOf<'checkpoint-posted'>> = {}): Promise<string> {
    const last = (await lockdowns.history(id)).at(-1);
    const [size, root] = [last?.number ?? 0, last?.hash ?? ''];
    const text = checkpointText({ origin: originOf(id, commitments(SALT)), size, root });
    const signer = { name: LEDGER, pem: key.pem };
    const posted = { size, root, key: key.id, signature: noteSignature(text, signer), ts: `${clock / 1000}.000100` };
    await happens({ type: 'checkpoint-posted', ...posted, ...change });
    return signedNote(text, signer);
  }

  const permalink = async ({ channel, ts }: { channel: string; ts: string }) => ({
    url: `https://acme.slack.com/archives/${channel}/p${ts.replace('.', '')}`,
  });
  /** As `ledger export` writes it. */
  async function text(): Promise<string> {
    const ledger = await gather(
      { lockdowns, evidence, cards, permalink, receiptKeys: publicKeys, ledgerKeys, now: () => clock },
      id,
    );
    if (!ledger) throw new Error(`${id} is not kept`);
    return writeLedger(ledger);
  }
  return { happens, vouches, asks, signed, votes, saves, writes, text, lockdowns, evidence };
}

function findingOf(draft: Draft, digest: string): DraftFinding {
  const none = { edges: 0, flows: 0 };
  return {
    ...{ draft, digest, localPrefixes: ['app='], reach: [], basis: A_BASIS, kubernetes: 'not configured' },
    replay: { kept: none, cut: none, uncertain: none, cutGroups: [], uncertainGroups: [] },
    ...{ doubts: [], differences: [], completeness: { sentence: '', details: [] } },
  };
}

export function aDraft(stage: Stage, changes: readonly Change[], residual: readonly Residual[] = []): Draft {
  const nothing = { stopped: [], unallowed: [], allows: [], alreadyAllowed: [], leftOut: [], remarks: [] };
  return { namespace: NAMESPACE, stage, changes, residual, ...nothing };
}

export function rulesetNamed(name: string): Change {
  return {
    kind: 'create-ruleset',
    ruleset: {
      name,
      subject: [['$identity=processingunit', `$namespace=${NAMESPACE}`]],
      incomingRules: [],
      outgoingRules: [{ action: 'Allow', object: [['externalnetwork:name=dns']], protocolPorts: ['udp/53'] }],
    },
  };
}

/** Two stages written, one denied and left out, one drafted twice, and discovery mode disabled by typed names. */
export async function aWholeLockdown(redis: Redis): Promise<string> {
  return (await aLockedLockdown(redis)).text();
}

/** The same, for what happens to it after that. */
export async function aLockedLockdown(redis: Redis) {
  const lockdown = await aLockdownIn(redis);
  const { happens, asks, votes, writes } = lockdown;
  await happens({ type: 'discovery-ended' });

  const dns = await asks(
    aDraft('dns', [rulesetNamed('allow-dns'), { kind: 'add-tag-prefixes', prefixes: ['app=', 'role='] }]),
  );
  await votes('dns', BORIS, dns);
  await votes('dns', CHITRA, dns, { gesture: 'reaction' });
  await writes('dns', 'allow-dns');
  await happens({ type: 'seen-allowed', stage: 'dns', proof: 'Newer flows carry our ruleset.' });

  await happens({ type: 'nothing-to-allow', stage: 'pods', because: 'Nothing was seen.' });

  const metadata = await asks(aDraft('metadata', [rulesetNamed('allow-metadata')]));
  await votes('metadata', CHITRA, metadata, { decision: 'deny', reason: 'Nobody needs that.' });
  await happens({ type: 'left-out', stage: 'metadata', by: BORIS, because: 'As Chitra says.' });

  await asks(aDraft('external-services', [rulesetNamed('allow-external-1')]));
  await happens({ type: 'draft-outdated', stage: 'external-services', because: 'A new host was seen.' });
  const external = await asks(aDraft('external-services', [rulesetNamed('allow-external-2')]));
  await votes('external-services', BORIS, external, { gesture: 'reaction' });
  const withdrawn = { person: BORIS, nonce: external.nonce, at: NOON + HOUR };
  await happens({ type: 'vote-withdrawn', stage: 'external-services', ...withdrawn });
  await votes('external-services', CHITRA, external);
  await votes('external-services', ERIN, external);
  await writes('external-services', 'allow-external-2');
  await happens(
    { type: 'not-seen', stage: 'external-services', because: 'No newer flows.' },
    { type: 'went-on-unproven', stage: 'external-services', by: CHITRA },
    { type: 'nothing-to-allow', stage: 'web-server', because: 'Nothing comes in.' },
    { type: 'nothing-to-allow', stage: 'kubelets', because: 'No probes.' },
  );

  await asks(cutting(undefined), { undecided: 1, cuts: true });
  await happens({ type: 'residual-decided', stage: 'disable-discovery', by: ERIN, answers: { g1: 'block' } });
  const cut = await asks(cutting({ answer: 'block', by: ERIN }), { cuts: true });
  await votes('disable-discovery', BORIS, cut, { gesture: 'typed-name' });
  await votes('disable-discovery', CHITRA, cut, { gesture: 'typed-name' });
  await writes('disable-discovery');
  await happens({ type: 'confirmed', by: BORIS });
  return lockdown;
}

function cutting(decision: Residual['decision']): Draft {
  const REJECT = { incoming: 'Reject', outgoing: 'Reject' } as const;
  const former = { incoming: 'Inherit', outgoing: 'Allow' } as const;
  const residual: Residual = {
    group: GROUP,
    ...{ because: 'no rule allows it', advice: 'block', adviceBecause: 'seen once', changes: [] },
    ...(decision ? { decision } : {}),
  };
  return aDraft('disable-discovery', [{ kind: 'set-default-actions', actions: REJECT, former }], [residual]);
}

const GROUP: EdgeGroup = {
  ...{ id: 'g1', source: 'frontend', destination: 'internet', ports: ['tcp/443'], names: [] },
  ...{ addresses: ['203.0.113.7'], edges: ['e1'], count: 12, firstSeen: 1, lastSeen: 2, days: 1 },
};

export type Changing = { -readonly [Part in keyof Ledger]: Ledger[Part] };

/** The same ledger after somebody who knows the format had it, sealed again as an export seals it. */
export function tampered(text: string, change: (ledger: Changing) => void): string {
  const { ledger } = readLedger(text);
  if (!ledger) throw new Error('not a ledger');
  const copy = structuredClone(ledger) as Changing;
  change(copy);
  return writeLedger(copy);
}

/** Every hash computed anew, as somebody would who can write to Redis. */
export function rehashed(ledger: Changing): void {
  let previous = '0'.repeat(64);
  ledger.entries = ledger.entries.map((line, index) => {
    const entry = JSON.parse(JSON.stringify({ ...line.entry, number: index + 1, previous }));
    previous = hashOf(entry, commitments(SALT));
    return { ...line, entry: { ...entry, hash: previous } };
  });
  ledger.header = { ...ledger.header, entries: ledger.entries.length };
}

/** What somebody who writes to Redis can make up. */
export function withoutReceipt(user: string, { nonce, digest }: Ask): Vote {
  return {
    ...{ team: TEAM, user, person: user, decision: 'approve', gesture: 'button', lockdown: ID, stage: 'dns' },
    ...{ revision: 1, nonce, digest, at: NOON },
    receipt: { key: receiptKey.id, signature: Buffer.alloc(64).toString('base64') },
  };
}
