/** A pod that is being watched can talk, and nothing else. */
import { setTimeout as sleep } from 'node:timers/promises';
import { key } from '#redis/keys.ts';
import { type Attempt, WentThrough } from '../attempt.ts';
import type { Scene } from '../scene.ts';

/** Any two workloads of the namespace, whichever application it is. */
function twoWorkloads({ console: { world } }: Scene): readonly string[] {
  return world.graph.services.slice(0, 2).map(({ name }) => name);
}

/** After people were asked, and before they answer: nobody has seen these on a card. */
export async function talkAfterTheQuestion(scene: Scene): Promise<void> {
  await talk(scene, AFTERWARDS);
  const { id } = await scene.lockdown();
  await scene.until('the edges that appeared after the question', async () => {
    const seen = await scene.redis.hvals(key.edges(id));
    return seen.filter((edge) => edge.includes(PLACES)).length >= AFTERWARDS.length;
  });
}

async function talk(scene: Scene, ports: readonly number[]): Promise<void> {
  const flows = twoWorkloads(scene).flatMap((from) =>
    ports.map((port) => ({ from, to: `${PLACES}${port % 250}`, port })),
  );
  while (flows.length > 0)
    await Promise.all(flows.splice(0, AT_ONCE).map((flow) => scene.side.control('POST', '/flows', flow)));
}

/** Of a network that no application calls. */
const PLACES = '198.51.100.';
const AT_ONCE = 25;

/** Long enough for the workers to look twice at what is rejected. */
const LOOKED_MS = 5000;

/** More places than the namespace is given back for. */
const AFTERWARDS = [41_001, 41_002, 41_003, 41_004, 41_005, 41_006, 41_007, 41_008];

async function stillCut(scene: Scene): Promise<string> {
  await scene.settled();
  await sleep(LOOKED_MS);
  const { phase } = await scene.lockdown();
  if (phase !== 'watching') throw new WentThrough(`the lockdown is ${phase}`);
  return `nothing was given back: ${await scene.side.defaults()}`;
}

export const anyPod: readonly Attempt[] = [
  {
    case: 'T-12',
    credential: 'any pod',
    when: 'watching',
    tried:
      'pods of two workloads, at places they first called after the question was asked, over and over, all rejected',
    async run(scene) {
      for (let round = 0; round < 3; round += 1) await talk(scene, AFTERWARDS);
      return stillCut(scene);
    },
  },
  {
    case: 'T-12',
    credential: 'any pod',
    when: 'watching',
    tried: 'three hundred connections to places it never called before, all rejected',
    async run(scene) {
      await talk(
        scene,
        Array.from({ length: 150 }, (_, at) => 40_000 + at),
      );
      return stillCut(scene);
    },
  },
  {
    case: 'T-13',
    credential: 'an approver alone',
    when: 'watching',
    tried: 'the lockdown paused, cancelled, and its first stage undone, while the namespace is cut',
    async run(scene) {
      const { namespace, channel } = scene;
      const words: string[] = [];
      for (const command of [`pause ${namespace}`, `cancel ${namespace} --keep`, `undo ${namespace} dns`]) {
        const { ephemerals } = await scene.as.boris.command(channel, `/lockdown ${command}`);
        words.push(`“${ephemerals.at(-1)?.text ?? ''}”`);
      }
      await scene.settled();
      const { phase, paused } = await scene.lockdown();
      if (phase !== 'watching' || paused) throw new WentThrough(`the lockdown is ${phase}${paused ? ', paused' : ''}`);
      return words.at(0) ?? '';
    },
  },
];
