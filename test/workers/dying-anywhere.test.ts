/** Every step dies before and after each thing it does, once and twice in a row, and ends as if nothing had happened. */
import { describe, expect, test } from 'vitest';
import { tinyGraphs } from '#sandbox/console/world/tiny.ts';
import type { JobName } from '#src/jobs.ts';
import { endState } from '#test/support/end-state.ts';
import { aHouse } from '#test/support/house.ts';
import { type Death, mortal } from '#test/support/mortal.ts';
import { ownRedisForTests } from '#test/support/redis.ts';
import { SCENES, type Scene } from '#test/support/scenes.ts';

const redis = ownRedisForTests();
const [SMALL = 'none'] = tinyGraphs(1);

/** Runs the step as a queue does: again under the same id after each death, until it ends by itself. */
async function played(scene: Scene, deaths: readonly Death[]) {
  const { through, live } = mortal();
  await redis().redis.flushdb();
  const house = await aHouse(redis(), { console: { app: SMALL }, ...scene.options, through });
  const data = await scene.before(house);
  const tries: { died: boolean; done: string[] }[] = [];
  for (const [index, death] of [...deaths, undefined].entries()) {
    const job = { id: 'the-job', attempt: index + 1 };
    tries.push(await live(death, () => house.run(scene.step, data, job)));
  }
  await house.settle(...scene.except);
  const end = await endState(house);
  await house.close();
  return { tries, end };
}

describe('wherever a worker dies, it ends the same:', () => {
  test.each(SCENES.map((scene) => [scene.step, scene.what, scene] as const))(
    '%s, %s',
    { timeout: 300_000 },
    async (_step, _what, scene) => {
      const undisturbed = await played(scene, []);
      const { done } = undisturbed.tries[0] ?? { done: [] };
      expect(done.length).toBeGreaterThan(0);
      const places = [{ at: 1, moment: 'before' } as const, ...done.map((_, index) => unheard(index + 1))];
      for (const place of places) {
        // The second worker dies at once, too, and so the third finds the most that two can leave.
        const { tries, end } = await played(scene, [place, unheard(1)]);
        const where = `${place.moment} ${done[place.at - 1]}: ${JSON.stringify(tries)}`;
        expect(tries[0]?.died, where).toBe(true);
        expect(end, where).toEqual(undisturbed.end);
      }
    },
  );
});

const unheard = (at: number): Death => ({ at, moment: 'unheard' });

test('no kind of step is left out', () => {
  const all: Record<JobName, true> = {
    'open-lockdown': true,
    'record-request': true,
    'record-event': true,
    'collect-flows': true,
    remind: true,
    'draft-stage': true,
    'ask-approval': true,
    'apply-stage': true,
    'shadow-stage': true,
    'verify-stage': true,
    'undo-stage': true,
    'watch-lockdown': true,
    'release-lockdown': true,
    'check-drift': true,
    announce: true,
    sweep: true,
  };
  expect([...new Set(SCENES.map(({ step }) => step))].sort()).toEqual(Object.keys(all).sort());
});
