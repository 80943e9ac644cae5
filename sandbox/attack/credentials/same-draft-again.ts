/** A draft that is voted for, becomes another one, and then is the first again: the old vote is for what was asked then. */
import type { Change } from '#core/draft.ts';
import { evidenceStore } from '#redis/evidence-store.ts';
import { type Attempt, WentThrough } from '../attempt.ts';
import type { Card, Scene } from '../scene.ts';
import { applyWith } from './redis-worker.ts';

const tried = 'a vote for draft A, which becomes B and then A again';
const path = '/externalnetworks';

export const sameDraftAgain: readonly Attempt[] = [
  {
    case: 'V-10',
    credential: 'an approver alone',
    when: 'asked',
    tried: `${tried}, and one more vote`,
    honest: ['reopened', 'vote-cast'],
    async run(scene) {
      const { again, words } = await thereAndBack(scene);
      await scene.press('chitra', again, 'approve');
      await scene.settled();
      const { phase, votes } = await scene.stage('dns');
      if (phase !== 'asking') throw new WentThrough(`the stage went on to ${phase}`);
      if (votes.length !== 1) throw new WentThrough(`${votes.length} votes are kept`);
      return words;
    },
  },
  {
    case: 'V-10',
    credential: 'Redis, writing everything',
    when: 'asked',
    tried: `${tried}, with that vote written beside a new one`,
    honest: ['reopened', 'vote-cast'],
    async run(scene) {
      const { again, old } = await thereAndBack(scene);
      await scene.press('chitra', again, 'approve');
      await scene.settled();
      return applyWith(scene, [...old, ...(await scene.stage('dns')).votes]);
    },
  },
];

/** Somebody has a network of the name that the draft would use; while it is there, the draft uses another. */
async function thereAndBack(scene: Scene) {
  const first = await scene.askedAnew('dns');
  await scene.press('boris', first, 'approve');
  await scene.settled();
  const { votes: old } = await scene.stage('dns');
  if (old.length !== 1) throw new Error('the vote for the first draft was not kept');
  const changes = await changesOf(scene, first);
  const network = changes.find((change) => change.kind === 'create-external-network')?.network;
  if (!network) throw new Error('the draft creates no network');
  const { namespace } = scene;
  const body = { ...network, entries: ['192.0.2.1/32'] };
  const theirs = await scene.side.byHand('observe', { method: 'POST', namespace, path, body });
  try {
    const other = await scene.askedAnew('dns');
    if (JSON.stringify(await changesOf(scene, other)) === JSON.stringify(changes))
      throw new Error('the draft did not become another one');
  } finally {
    await scene.side.byHand('observe', { method: 'DELETE', namespace, path: `${path}/${String(theirs.ID)}` });
  }
  const again = await scene.askedAnew('dns');
  if (JSON.stringify(await changesOf(scene, again)) !== JSON.stringify(changes))
    throw new Error('the draft did not become the first again');
  const { votes } = await scene.stage('dns');
  if (votes.length > 0) throw new WentThrough('the vote came back with the draft');
  return {
    again,
    old,
    words: `the same ${changes.length} changes are another question: the old vote is not among its`,
  };
}

async function changesOf(scene: Scene, { ask }: Card): Promise<readonly Change[]> {
  const { id } = await scene.lockdown();
  const finding = await evidenceStore(scene.redis).draft(id, 'dns', ask.digest);
  if (!finding) throw new Error('the draft is not kept');
  return finding.draft.changes;
}
