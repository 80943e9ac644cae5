/** Who writes everything in Redis has approvals signed that nobody gave: a card of another draft, or no card at all. */
import { findingDigest } from '#core/digest.ts';
import { cardStore } from '#redis/card-store.ts';
import { evidenceStore } from '#redis/evidence-store.ts';
import { key } from '#redis/keys.ts';
import { cardNames } from '#slack/card-names.ts';
import { approvalCard } from '#slack/views/approval-card.ts';
import { textFingerprints } from '#slack/views/shown-text.ts';
import { type Attempt, WentThrough } from '../attempt.ts';
import type { Scene } from '../scene.ts';
import { inStage } from './redis-worker.ts';

const credential = 'Redis, writing everything';

export const redisForgedVotes: readonly Attempt[] = [
  {
    case: 'R-01',
    credential,
    when: 'asked',
    tried:
      'the draft of a question changed for a wider one with its digest, while the card shows the one that was asked about',
    honest: ['reopened'],
    async run(scene) {
      const card = await scene.askedAnew('dns');
      const [{ id, salt }, evidence] = [await scene.lockdown(), evidenceStore(scene.redis)];
      const honest = await evidence.draft(id, 'dns', card.ask.digest);
      if (!honest) throw new Error('the draft is not kept');
      const changes = honest.draft.changes.map((change) =>
        change.kind === 'create-external-network'
          ? { ...change, network: { ...change.network, entries: ['0.0.0.0/0'] } }
          : change,
      );
      const wider = { ...honest, draft: { ...honest.draft, changes } };
      const digest = findingDigest(wider, card.ask.rule, salt);
      const before = await scene.rewrite((lockdown) => inStage(lockdown, 'dns', { ask: { ...card.ask, digest } }));
      await evidence.keepDraft(id, { ...wider, digest });
      // What stands in Slack is said to be right.
      const drawn = approvalCard({ lockdown: before, stage: 'dns', finding: honest });
      const name = cardNames.approval('dns', before.stages.dns.revision);
      await cardStore(scene.redis).keepTexts(id, name, textFingerprints(drawn));
      const heard = scene.listening();
      const seen = await scene.press('boris', card, 'approve');
      const { votes } = await scene.stage('dns');
      await scene.restore(before);
      if (votes.length > 0) throw new WentThrough('an approval of the wider draft was signed');
      return `${heard(/card-altered/)}; ${seen.ephemerals.map(({ text }) => text).join(' ')}`;
    },
  },
  {
    case: 'R-01',
    credential,
    when: 'asked',
    tried: 'what somebody said about lunch, and two approvers liked, said to be the card that asks',
    honest: ['reopened'],
    async run(scene) {
      const card = await scene.askedAnew('dns');
      const { ts } = await scene.as.alice.say(scene.channel, 'Pizza for lunch?', card.thread_ts);
      await sayThatItIsTheCard(scene, ts, card.ask.nonce);
      const heard = scene.listening();
      for (const who of ['boris', 'chitra'] as const) await scene.as[who].react(scene.channel, ts, '+1');
      await scene.settled();
      const { votes } = await scene.stage('dns');
      const { id } = await scene.lockdown();
      await scene.redis.del(key.cardAt(scene.channel, ts));
      await scene.redis.hset(
        key.cards(id),
        await nameOfCard(scene),
        JSON.stringify(placeOf(scene, card.ts, card.ask.nonce)),
      );
      if (votes.length > 0) throw new WentThrough(`${votes.length} votes were signed`);
      return heard(/Slack has no such card there/);
    },
  },
];

async function sayThatItIsTheCard(scene: Scene, ts: string, nonce: string): Promise<void> {
  const { id } = await scene.lockdown();
  const card = await nameOfCard(scene);
  await scene.redis.hset(key.cards(id), card, JSON.stringify(placeOf(scene, ts, nonce)));
  const shown = { lockdown: id, card, stage: 'dns', nonce };
  await scene.redis.set(key.cardAt(scene.channel, ts), JSON.stringify(shown));
}

async function nameOfCard(scene: Scene): Promise<string> {
  return cardNames.approval('dns', (await scene.stage('dns')).revision);
}

function placeOf({ channel }: Scene, ts: string, nonce: string) {
  return { channel, ts, nonce };
}
