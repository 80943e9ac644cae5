/** The whole run: one lockdown, honest people who bring it on, and everything that is tried on the way. */
import { ATTEMPTS, NOT_TRIED } from './all-attempts.ts';
import { type Attempt, attempt, SITUATIONS, type Tried, type Witness } from './attempt.ts';
import { bringOn } from './honest.ts';
import type { Options } from './options.ts';
import { type Scene, sceneOn } from './scene.ts';
import type { Control, Findings } from './table.ts';
import { startTarget } from './target.ts';

export async function play({ app, seed, only }: Options, say: (words: string) => void): Promise<Findings> {
  const wanted = ({ case: id, credential, tried }: Pick<Attempt, 'case' | 'credential' | 'tried'>) =>
    only === undefined || only.some((words) => `${id} ${credential} ${tried}`.toLowerCase().includes(words));
  const attempts = ATTEMPTS.filter(wanted);
  if (attempts.length === 0) throw new Error(`--only: nothing that is tried contains ${only?.join(' or ')}`);
  const tried: Tried[] = [];
  const controls: Control[] = [];
  say('starting');
  const target = await startTarget({ app, seed });
  try {
    await target.ready();
    const scene = sceneOn(target);
    const last = Math.max(...attempts.map(({ when }) => SITUATIONS.indexOf(when)));
    for (const situation of SITUATIONS.slice(0, last + 1)) {
      say(`honest people bring it on: ${situation}`);
      const control = await bringOn(scene, situation);
      controls.push(control);
      if (!control.worked) break;
      for (const each of attempts.filter(({ when }) => when === situation)) {
        say(`${each.case} ${each.credential}: ${each.tried}`);
        tried.push(await attempt(each, scene, witnessOf(scene)));
      }
    }
  } finally {
    await target.stop();
  }
  return { tried, controls, notTried: NOT_TRIED.filter(wanted) };
}

/** Both are read from where they are kept, not from what the product says. */
function witnessOf({ side, history }: Scene): Witness {
  return {
    writes: side.writes,
    facts: async () => (await history()).map(({ event, number }) => `${event.type} (entry ${number})`),
  };
}
