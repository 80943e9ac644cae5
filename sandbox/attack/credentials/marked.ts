/** Who may write rules on the console puts our marks on them, and waits for a stage that really was approved to be taken back. */
import { type Attempt, WentThrough } from '../attempt.ts';
import { approveForReal } from '../honest.ts';
import type { Scene } from '../scene.ts';

const HONEST = ['reopened', 'vote-cast', 'applied', 'seen-allowed', 'not-seen', 'went-on-unproven', 'stage-closed'];
const NEXT_STAGES = ['opened', 'nothing-to-allow'];

export const markedByHand: readonly Attempt[] = [
  {
    case: 'T-10',
    credential: 'console, observing',
    when: 'asked',
    tried: 'a ruleset of their own under our marks for this lockdown and stage, and the stage approved and taken back',
    honest: [...HONEST, ...NEXT_STAGES, 'undo-requested', 'undone'],
    approved: /^\S+ \S+ (?!somebody-elses)/,
    async run(scene) {
      await approveForReal(scene, await scene.askedAnew('dns'));
      await scene.until('the first stage proven', async () => (await scene.stage('dns')).phase === 'allowed');
      await scene.settled();
      const { id } = await scene.lockdown();
      const annotations = { 'lockstep.lockdown': [id], 'lockstep.stage': ['dns'] };
      const body = { name: 'somebody-elses', subject: [['$namespace=/nowhere']], annotations };
      const { namespace } = scene;
      const path = '/networkrulesetpolicies';
      const theirs = await scene.side.byHand('observe', { method: 'POST', namespace, path, body });
      const one = `${path}/${String(theirs.ID)}`;
      try {
        await takenBack(scene);
        const [left, ...more] = await underOurMarks(scene, id);
        if (!left || left.ID !== theirs.ID) throw new WentThrough('it was taken away with the stage');
        if (left.updateTime !== theirs.updateTime) throw new WentThrough('it was changed');
        if (more.length > 0) throw new WentThrough(`of ours is left: ${more.map(({ name }) => name).join(', ')}`);
      } finally {
        await scene.side.byHand('observe', { method: 'DELETE', namespace, path: one });
      }
      const undone = (await scene.history()).findLast(({ event }) => event.type === 'undone')?.event;
      const named = undone?.type === 'undone' ? undone.left?.join(', ') : undefined;
      if (named !== 'somebody-elses') throw new WentThrough(`nobody was told of it, but of ${named}`);
      return 'what was approved is gone; theirs stands as it was, and is named as left alone';
    },
  },
];

async function takenBack(scene: Scene): Promise<void> {
  await scene.as.boris.command(scene.channel, `/lockdown undo ${scene.namespace} dns`);
  await scene.until('the stage taken back', async () => (await scene.stage('dns')).phase === 'waiting');
  await scene.settled();
}

/** Of the first stage, theirs first. */
async function underOurMarks(scene: Scene, id: string) {
  const marked = (await scene.side.objects()).filter(
    ({ annotations = {} }) =>
      annotations['lockstep.lockdown']?.includes(id) && annotations['lockstep.stage']?.includes('dns'),
  );
  return marked.sort((a, b) => Number(b.name === 'somebody-elses') - Number(a.name === 'somebody-elses'));
}
