/** Who writes whatever is kept can put back what is over, with votes that were really given: approved, and not yet written. */
import type { Lockdown } from '#core/lockdown-state.ts';
import { type Attempt, WentThrough } from '../attempt.ts';
import type { Scene } from '../scene.ts';
import { inject, inStage } from './redis-worker.ts';

const credential = 'Redis, writing everything';
const LAST = 'disable-discovery';

export const redisPutBack: readonly Attempt[] = [
  {
    case: 'R-01',
    credential,
    when: 'at the end',
    tried: 'a released lockdown put back to where the cut was approved and not yet made, and the job that makes it',
    // A stage may be taken back while nothing is cut, its tag prefixes too: whether it was cut is looked at below.
    approved: /^(delete (networkrulesetpolicy|externalnetwork)|update namespace) /,
    run: cutAgain,
  },
];

async function cutAgain(scene: Scene): Promise<string> {
  const before = await scene.rewrite((lockdown): Partial<Lockdown> => {
    const { votes } = lockdown.stages[LAST];
    if (votes.length < 2) throw new Error('the votes are not kept, so nothing can be put back');
    return { ...inStage(lockdown, LAST, { phase: 'applying' }), phase: 'securing', phaseSince: Date.now() };
  });
  const known = (await scene.history()).length;
  await inject(scene, ['apply-stage'], LAST);
  const actions = await scene.side.defaults();
  const outdated = await scene.until('an answer to the second application', async () =>
    (await scene.history())
      .slice(known)
      .find(({ event }) => event.type === 'draft-outdated' || event.type === 'applied'),
  );
  await scene.restore(before);
  if (/Reject/.test(actions)) throw new WentThrough(`the console says ${actions}`);
  if (outdated.event.type !== 'draft-outdated' || !/used up/.test(outdated.event.because))
    throw new Error(`something else than the console’s memory stopped it: ${JSON.stringify(outdated.event)}`);
  return `“${outdated.event.because}”; the console says ${actions}`;
}
