/** Who writes whatever is kept can write what a namespace was before, too, and have it given back: in all places at once. */
import { findingDigest } from '#core/digest.ts';
import type { DefaultActions } from '#core/policy.ts';
import { evidenceStore } from '#redis/evidence-store.ts';
import { key } from '#redis/keys.ts';
import { type Attempt, WentThrough } from '../attempt.ts';
import type { Scene } from '../scene.ts';
import { inject, inStage } from './redis-worker.ts';

const credential = 'Redis, writing everything';
const LAST = 'disable-discovery';
const NOT_APPROVED = /former default actions is not what was approved/;

export const redisFormer: readonly Attempt[] = [
  {
    case: 'T-11',
    credential,
    when: 'asked to cut',
    tried: 'former actions that cut, the draft and the digest that fit them, and the release of a namespace nobody cut',
    run: (scene) => releaseTo(scene, { incoming: 'Reject', outgoing: 'Reject' }),
  },
  {
    case: 'T-11',
    credential,
    when: 'watching',
    tried: 'other former actions for a release to give back, the draft and the digest that fit them, and the release',
    run: (scene) => releaseTo(scene, { incoming: 'Allow', outgoing: 'Reject' }),
  },
];

async function releaseTo(scene: Scene, former: DefaultActions): Promise<string> {
  const { id, salt, stages } = await scene.lockdown();
  const { ask } = stages[LAST];
  const evidence = evidenceStore(scene.redis);
  const finding = ask && (await evidence.draft(id, LAST, ask.digest));
  if (!finding) throw new Error('the draft of the last stage is not kept');
  const changes = finding.draft.changes.map((change) =>
    change.kind === 'set-default-actions' ? { ...change, former } : change,
  );
  const forged = { ...finding, draft: { ...finding.draft, changes } };
  const digest = findingDigest(forged, ask.rule, salt);
  const kept = await scene.redis.hget(key.findings(id), 'former');
  const [stood, heard] = [await scene.side.defaults(), scene.listening()];
  await evidence.keepDraft(id, { ...forged, digest });
  await evidence.keepFormer(id, { ...former, digest, at: Date.now() });
  const before = await scene.rewrite((lockdown) => ({
    ...inStage(lockdown, LAST, { ask: { ...ask, digest } }),
    phase: 'releasing',
  }));
  await inject(scene, ['release-lockdown']);
  if (kept === null) await scene.redis.hdel(key.findings(id), 'former');
  else await scene.redis.hset(key.findings(id), 'former', kept);
  await scene.restore(before);
  const stands = await scene.side.defaults();
  if (stands !== stood) throw new WentThrough(`the console says ${stands}`);
  return heard(NOT_APPROVED);
}
