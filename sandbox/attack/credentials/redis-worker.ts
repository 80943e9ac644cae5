/** Who has the Redis password of the workers can write whatever is kept, and leave any job. */
import type { Lockdown } from '#core/lockdown-state.ts';
import type { Stage } from '#core/stage.ts';
import { evidenceStore } from '#redis/evidence-store.ts';
import { key } from '#redis/keys.ts';
import { people } from '#sandbox/slack/seed.ts';
import { JOB_NAMES } from '#src/jobs.ts';
import { type Attempt, WentThrough } from '../attempt.ts';
import type { Scene } from '../scene.ts';
import { dataFor, leaveAs, selfSignedVote } from './redis-slack.ts';

const credential = 'Redis, writing everything';

function inStage({ stages }: Lockdown, stage: Stage, change: Partial<Lockdown['stages'][Stage]>): Partial<Lockdown> {
  return { stages: { ...stages, [stage]: { ...stages[stage], ...change } } };
}

async function inject(scene: Scene, name: (typeof JOB_NAMES)[number], stage: Stage = 'dns'): Promise<void> {
  const { id } = await scene.lockdown();
  const data = dataFor(name, id) as Record<string, unknown>;
  await leaveAs(scene.redisUrls.worker, name, 'stage' in data ? { ...data, stage } : data);
  await scene.settled();
}

/** Votes that enough people would have given, the phase that follows, and the job that writes. */
async function applyWith(scene: Scene, votes: Lockdown['stages'][Stage]['votes']): Promise<string> {
  const heard = scene.listening();
  await scene.rewrite((lockdown) => inStage(lockdown, 'dns', { phase: 'applying', votes }));
  await inject(scene, 'apply-stage');
  await scene.asked('dns');
  return `${heard(/forged-vote-seen/)}; the stage is asked about anew`;
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
      return applyWith(scene, votes);
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
      return applyWith(scene, [real, { ...real, user: people.chitra, person: 'Chitra Chandran' }]);
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
      await scene.press('chitra', card, 'approve');
      await scene.settled();
      await scene.asked('dns');
      if (await writtenByProduct(scene)) throw new WentThrough('the wider draft was written');
      return 'the draft that was kept was not the one that was approved; the stage is asked about anew';
    },
  },
  {
    case: 'R-04',
    credential,
    when: 'asked',
    tried: 'every job, for the stage in every phase, without a vote',
    honest: ['reopened', 'nothing-to-allow', 'seen-allowed', 'undone', 'released'],
    async run(scene) {
      const before = await scene.lockdown();
      const phases = [
        'waiting',
        'drafting',
        'asking',
        'applying',
        'verifying',
        'allowed',
        'undoing',
        'failed',
      ] as const;
      const steps = JOB_NAMES.filter((name) => !['open-lockdown', 'record-request', 'record-event'].includes(name));
      for (const phase of phases) {
        await scene.rewrite((lockdown) => inStage(lockdown, 'dns', { phase, votes: [] }));
        await Promise.all(steps.map((name) => leaveAs(scene.redisUrls.worker, name, dataFor(name, before.id))));
        await scene.settled();
        await scene.restore(before);
      }
      await scene.askedAnew('dns');
      return `${steps.length} jobs in ${phases.length} phases, and the console was told nothing`;
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
      const votes = [await selfSignedVote(scene, people.boris), await selfSignedVote(scene, people.chitra)];
      const before = await scene.rewrite((lockdown) =>
        inStage(lockdown, 'disable-discovery', { phase: 'applying', votes }),
      );
      await inject(scene, 'apply-stage', 'disable-discovery');
      await scene.settled();
      const { defaults } = scene.side;
      const actions = await defaults();
      await scene.restore(before);
      if (/Reject/.test(actions)) throw new WentThrough(`the console says ${actions}`);
      return `the console says ${actions}`;
    },
  },
  {
    case: 'R-04',
    credential,
    when: 'asked to cut',
    tried: 'the lockdown written as watching, and the jobs of watching and releasing',
    async run(scene) {
      const before = await scene.rewrite(() => ({ phase: 'watching', phaseSince: Date.now() }));
      await inject(scene, 'watch-lockdown');
      await inject(scene, 'release-lockdown');
      await scene.restore(before);
      return `the console says ${await scene.side.defaults()}`;
    },
  },
  {
    case: 'T-11',
    credential,
    when: 'watching',
    tried: 'other former actions written for a release to give back, and the release',
    async run(scene) {
      const { id } = await scene.lockdown();
      const findings = key.findings(id);
      const former = await scene.redis.hget(findings, 'former');
      if (former === null) throw new Error('no former actions are kept');
      const kept = JSON.parse(former) as Record<string, unknown>;
      const heard = scene.listening();
      const actions = { incoming: 'Allow', outgoing: 'Reject' };
      await scene.redis.hset(findings, 'former', JSON.stringify({ ...kept, ...actions }));
      const before = await scene.rewrite(() => ({ phase: 'releasing' }));
      await inject(scene, 'release-lockdown');
      await scene.settled();
      await scene.redis.hset(findings, 'former', former);
      await scene.restore(before);
      return heard(/former default actions is not/);
    },
  },
  {
    case: 'A2',
    credential,
    when: 'watching',
    tried: 'a stage written as to be undone while the namespace is cut, and the job that takes its rules away',
    honest: ['undone'],
    async run(scene) {
      const before = await scene.rewrite((lockdown) => inStage(lockdown, 'dns', { phase: 'undoing', wrote: true }));
      await inject(scene, 'undo-stage', 'dns');
      await scene.settled();
      await scene.restore(before);
      return 'no rule was taken away';
    },
  },
];

async function writtenByProduct(scene: Scene): Promise<boolean> {
  const { id } = await scene.lockdown();
  return (await scene.side.objects()).some(({ annotations }) => annotations?.['lockstep.lockdown']?.includes(id));
}
