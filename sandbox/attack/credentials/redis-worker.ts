/** Who has the Redis password of the workers can write whatever is kept, and leave any job. */
import { type Lockdown, STAGE_PHASES } from '#core/lockdown-state.ts';
import type { Stage } from '#core/stage.ts';
import { evidenceStore } from '#redis/evidence-store.ts';
import { people } from '#sandbox/slack/seed.ts';
import { type Attempt, WentThrough } from '../attempt.ts';
import type { Scene } from '../scene.ts';
import { dataFor, leaveAs, selfSignedVote, WORKERS_JOBS } from './redis-slack.ts';

const credential = 'Redis, writing everything';
const LAST = 'disable-discovery';

export function inStage(
  { stages }: Lockdown,
  stage: Stage,
  change: Partial<Lockdown['stages'][Stage]>,
): Partial<Lockdown> {
  return { stages: { ...stages, [stage]: { ...stages[stage], ...change } } };
}

export async function inject(
  scene: Scene,
  names: readonly (typeof WORKERS_JOBS)[number][],
  stage: Stage = 'dns',
): Promise<void> {
  const { id } = await scene.lockdown();
  const refused = await Promise.all(
    names.map((name) => leaveAs(scene.redisUrls.worker, name, dataFor(name, id, stage))),
  );
  for (const because of refused) if (because !== undefined) throw new Error(`a job could not be left: ${because}`);
  await scene.settled();
}

/** What the console holds, whoever wrote it: objects as they were last changed, and the default actions. */
async function onTheConsole({ side }: Scene): Promise<string> {
  const objects = (await side.objects())
    .map(({ ID, name, updateTime }) => `${name} ${ID} ${String(updateTime)}`)
    .sort();
  return [...objects, await side.defaults()].join('\n');
}

/** The votes, the phase that follows from them, and the job that writes. Gives why nothing was written. */
export async function applyWith(scene: Scene, votes: Lockdown['stages'][Stage]['votes']): Promise<string> {
  await scene.rewrite((lockdown) => inStage(lockdown, 'dns', { phase: 'applying', votes }));
  await inject(scene, ['apply-stage']);
  await scene.asked('dns');
  const outdated = (await scene.history()).findLast(({ event }) => event.type === 'draft-outdated')?.event;
  if (outdated?.type !== 'draft-outdated') throw new Error('nobody said why it was not written');
  return outdated.because;
}

/** The same, where the votes are to be told as forged. */
async function applyForged(scene: Scene, votes: Lockdown['stages'][Stage]['votes']): Promise<string> {
  const heard = scene.listening();
  const because = await applyWith(scene, votes);
  return `${heard(/forged-vote-seen/)}; ${because}`;
}

export const redisAsWorker: readonly Attempt[] = [
  {
    case: 'R-01',
    credential,
    when: 'asked',
    tried: 'two votes written by hand, signed by a key that was made for it, the phase, and the job that writes',
    honest: ['reopened'],
    async run(scene) {
      await scene.askedAnew('dns');
      const votes = [await selfSignedVote(scene, people.boris), await selfSignedVote(scene, people.chitra)];
      return applyForged(scene, votes);
    },
  },
  {
    case: 'R-01',
    credential,
    when: 'asked',
    tried: 'the vote that one approver really gave, a second time as somebody else’s',
    honest: ['reopened', 'vote-cast'],
    async run(scene) {
      const card = await scene.askedAnew('dns');
      await scene.press('boris', card, 'approve');
      await scene.settled();
      const [real] = (await scene.stage('dns')).votes;
      if (!real) throw new Error('the real vote was not kept');
      return applyForged(scene, [real, { ...real, user: people.chitra, person: 'Chitra Chandran' }]);
    },
  },
  {
    case: 'T-03',
    credential,
    when: 'asked',
    tried: 'one real vote, and the rule it was asked under lowered to one approval',
    honest: ['reopened', 'vote-cast'],
    async run(scene) {
      const card = await scene.askedAnew('dns');
      await scene.press('boris', card, 'approve');
      await scene.settled();
      const { votes, ask } = await scene.stage('dns');
      if (!ask) throw new Error('nobody is asked about dns');
      const rule = { ...ask.rule, needed: 1, fromGroups: [] };
      await scene.rewrite((lockdown) => inStage(lockdown, 'dns', { ask: { ...ask, rule } }));
      return applyWith(scene, votes);
    },
  },
  {
    case: 'T-01',
    credential,
    when: 'asked',
    tried: 'two real votes, and a wider network written into the draft that they were for, before it is applied',
    honest: ['reopened', 'vote-cast', 'paused', 'resumed'],
    async run(scene) {
      const card = await scene.askedAnew('dns');
      const { id } = await scene.lockdown();
      const evidence = evidenceStore(scene.redis);
      const finding = await evidence.draft(id, 'dns', card.ask.digest);
      if (!finding) throw new Error('the draft is not kept');
      const changes = finding.draft.changes.map((change) =>
        change.kind === 'create-external-network'
          ? { ...change, network: { ...change.network, entries: ['0.0.0.0/0'] } }
          : change,
      );
      const wider = { ...finding, draft: { ...finding.draft, changes } };
      await evidence.keepDraft(id, wider as typeof finding);
      await scene.press('boris', card, 'approve');
      const { ephemerals } = await scene.press('chitra', card, 'approve');
      await scene.settled();
      await scene.asked('dns');
      if (await writtenByProduct(scene)) throw new WentThrough('the wider draft was written');
      return `nothing was written; Chitra reads: ${ephemerals.map(({ text }) => text).join(' ')}`;
    },
  },
  {
    case: 'R-04',
    credential,
    when: 'asked',
    tried: 'every job, for the stage in every phase, without a vote',
    honest: ['reopened', 'nothing-to-allow', 'seen-allowed', 'undone', 'released'],
    async run(scene) {
      const [before, stood] = [await scene.lockdown(), await onTheConsole(scene)];
      const steps = WORKERS_JOBS.filter((name) => name !== 'record-event');
      for (const phase of STAGE_PHASES) {
        const at = Date.now();
        const shadow = { since: at, minutes: 1, revision: before.stages.dns.revision };
        await scene.rewrite((lockdown) => inStage(lockdown, 'dns', { phase, votes: [], appliedAt: at, shadow }));
        await inject(scene, steps);
        await scene.restore(before);
        const stands = await onTheConsole(scene);
        if (stands !== stood) throw new WentThrough(`while it was ${phase}, the console came to hold ${stands}`);
      }
      await scene.askedAnew('dns');
      return `${steps.length} jobs in each of ${STAGE_PHASES.length} phases, and the console holds what it held`;
    },
  },
  {
    case: 'R-02',
    credential,
    when: 'asked',
    tried: 'facts that only people or the tables bring about, left where steps report theirs',
    async run(scene) {
      const { id: lockdown } = await scene.lockdown();
      const by = people.boris;
      const facts = [
        { type: 'confirmed', by },
        { type: 'release-requested', by, because: 'nobody said so' },
        { type: 'went-on-unproven', stage: 'dns', by },
        { type: 'left-out', stage: 'dns', by, because: 'nobody said so' },
        { type: 'stage-closed', stage: 'dns' },
        { type: 'discovery-disabled' },
        { type: 'vote-cast', stage: 'dns', vote: await selfSignedVote(scene, by) },
      ];
      const heard = scene.listening();
      for (const event of facts) await leaveAs(scene.redisUrls.worker, 'record-event', { lockdown, event });
      await scene.settled();
      return heard(/does not come in by this door/);
    },
  },
  {
    case: 'R-01',
    credential,
    when: 'asked to cut',
    tried: 'the last stage written as applying, with two votes signed by a key that was made for it',
    async run(scene) {
      await scene.asked(LAST);
      const votes = [await selfSignedVote(scene, people.boris, LAST), await selfSignedVote(scene, people.chitra, LAST)];
      const heard = scene.listening();
      const before = await scene.rewrite((lockdown) => inStage(lockdown, LAST, { phase: 'applying', votes }));
      await inject(scene, ['apply-stage'], LAST);
      const actions = await scene.side.defaults();
      await scene.restore(before);
      if (/Reject/.test(actions)) throw new WentThrough(`the console says ${actions}`);
      return `${heard(/forged-vote-seen/)}; the console says ${actions}`;
    },
  },
  {
    case: 'R-04',
    credential,
    when: 'asked to cut',
    tried: 'the lockdown written as watching, and the jobs of watching and releasing',
    async run(scene) {
      const stood = await onTheConsole(scene);
      const before = await scene.rewrite(() => ({ phase: 'watching', phaseSince: Date.now() }));
      await inject(scene, ['watch-lockdown', 'release-lockdown']);
      await scene.restore(before);
      if ((await onTheConsole(scene)) !== stood) throw new WentThrough('the console holds something else');
      return `the console says ${await scene.side.defaults()}`;
    },
  },
  {
    case: 'A2',
    credential,
    when: 'watching',
    tried: 'a stage written as to be undone while the namespace is cut, and the job that takes its rules away',
    honest: ['undone'],
    async run(scene) {
      const [stood, heard] = [await onTheConsole(scene), scene.listening()];
      const before = await scene.rewrite((lockdown) => inStage(lockdown, 'dns', { phase: 'undoing', wrote: true }));
      await inject(scene, ['undo-stage']);
      await scene.restore(before);
      if ((await onTheConsole(scene)) !== stood) throw new WentThrough('rules were taken away');
      return `${heard(/taking these rules away would cut/)}; no rule was taken away`;
    },
  },
];

async function writtenByProduct(scene: Scene): Promise<boolean> {
  const { id } = await scene.lockdown();
  return (await scene.side.objects()).some(({ annotations }) => annotations?.['lockstep.lockdown']?.includes(id));
}
