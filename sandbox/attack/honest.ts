/** What honest people do to bring the lockdown on, and whether it works: without that, being stopped proves nothing. */
import { STAGES } from '#core/stage.ts';
import { answerAsAdvised } from '#sandbox/demo/people.ts';
import { advised } from '#sandbox/slack/advised.ts';
import type { Situation } from './attempt.ts';
import { talkAfterTheQuestion } from './credentials/any-pod.ts';
import { type Card, type Scene, skipped } from './scene.ts';
import type { Control } from './table.ts';

export async function bringOn(scene: Scene, situation: Situation): Promise<Control> {
  const { did, act } = ACTS[situation];
  try {
    return { did, worked: true, seen: await act(scene) };
  } catch (error) {
    return { did, worked: false, seen: error instanceof Error ? error.message : String(error) };
  }
}

type Act = { readonly did: string; act(scene: Scene): Promise<string> };

const LAST = 'disable-discovery';

const ACTS: Readonly<Record<Situation, Act>> = {
  asked: {
    did: 'Alice starts a lockdown and ends discovery; the first stage is asked about',
    async act(scene) {
      const { ask } = await scene.begin();
      return `a question that takes ${ask.rule.needed} approvals`;
    },
  },
  'asked to cut': {
    did: 'Boris and Chitra approve the first stage, and its rules are on the console; the last stage is asked about',
    async act(scene) {
      await approveFirst(scene);
      await scene.until('the first stage proven', async () => (await scene.stage('dns')).phase === 'allowed');
      await scene.settled();
      await answered(scene, await scene.asked(LAST));
      const created = (await scene.side.objects()).filter(
        ({ annotations }) => annotations?.['lockstep.stage']?.[0] === 'dns',
      );
      if (created.length === 0) throw new Error('nothing of the first stage is on the console');
      return `on the console: ${created.map(({ name }) => name).join(', ')}`;
    },
  },
  watching: {
    did: 'Boris and Chitra type the namespace’s name, and discovery mode is disabled',
    async act(scene) {
      // What was written by hand before is of a question that is no more.
      await answered(scene, await scene.askedAnew(LAST));
      await talkAfterTheQuestion(scene);
      for (const who of ['boris', 'chitra'] as const) {
        const { views } = await scene.press(who, await scene.asked(LAST), 'approve');
        const [view] = views.slice(-1);
        if (!view) throw new Error(`no modal opened for ${who}`);
        // What stands out is ticked, and takes its time to be read.
        const values = { ...advised(view), namespace: { text: scene.namespace } };
        await scene.until(`${who}’s vote`, async () => {
          const { errors } = await scene.as[who].submit(String(view.id), values);
          return Object.keys(errors).length === 0;
        });
      }
      await scene.until('watching', async () => (await scene.lockdown()).phase === 'watching');
      await scene.settled();
      return consoleSays(scene, 'Reject');
    },
  },
  'at the end': {
    did: 'Boris has the namespace given back, with a reason',
    async act(scene) {
      await scene.as.boris.command(scene.channel, `/lockdown release ${scene.namespace} everything was tried`);
      await scene.until('released', async () => (await scene.lockdown()).phase === 'released');
      await scene.settled();
      return consoleSays(scene, 'Allow');
    },
  },
};

/** The stages between the first and the last are left out by hand: they would go the same way as the first. */
async function approveFirst(scene: Scene): Promise<void> {
  const card = await scene.askedAnew('dns');
  await scene.rewrite(({ stages }) => ({ stages: skipped(stages, STAGES.slice(1, -1)) }));
  await approveForReal(scene, card);
}

/** Two approvers, the rules on the console, and the proof that what they allow is seen again. */
export async function approveForReal(scene: Scene, card: Card): Promise<void> {
  await scene.press('boris', card, 'approve');
  await scene.press('chitra', card, 'approve');
  await scene.until('the first stage applied', async () =>
    ['verifying', 'allowed'].includes((await scene.stage('dns')).phase),
  );
  await scene.side.control('POST', '/exercise', { noise: ['cron', 'time'] });
  await scene.until('the proof, or the question whether to go on without', async () => {
    const { phase, because } = await scene.stage('dns');
    return phase === 'allowed' || because !== undefined;
  });
  if ((await scene.stage('dns')).phase === 'allowed') return;
  const cards = await scene.around.messages(scene.channel);
  const asking = cards.findLast((message) => JSON.stringify(message).includes('lockstep.go-on-unproven'));
  if (asking) await scene.press('boris', { ts: String(asking.ts) }, 'go-on-unproven');
}

/** Diego answers for every edge that would be cut, and does not vote then. */
async function answered(scene: Scene, card: Card): Promise<void> {
  if (card.ask.undecided > 0) await answerAsAdvised(scene.as.diego, card);
  await scene.until('the answers', async () => (await scene.asked(LAST)).ask.undecided === 0);
  await scene.settled();
}

async function consoleSays(scene: Scene, action: 'Allow' | 'Reject'): Promise<string> {
  const actions = await scene.side.defaults();
  if (actions !== `incoming ${action}, outgoing ${action}`) throw new Error(`the console says ${actions}`);
  return `the console says ${actions}`;
}
