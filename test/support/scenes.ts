/** Every kind of step just before it is done, in the middle of a lockdown that came there by itself. */

import { people } from '#sandbox/slack/seed.ts';
import type { JobData, JobName } from '#src/jobs.ts';
import { CHANNEL, type House, type HouseOptions } from './house.ts';

export type Scene<Step extends JobName = JobName> = {
  readonly step: Step;
  readonly what: string;
  readonly options?: HouseOptions;
  /** Brings the house there; gives the job's data. */
  readonly before: (house: House) => Promise<JobData<Step>>;
  /** What is not done afterwards, because it would come again and again. */
  readonly except: readonly JobName[];
};

const CUT = 'disable-discovery';
const HOUR = 3_600_000;
const LOOKING = ['shadow-stage', 'verify-stage', 'watch-lockdown'] as const;
const SHADOW: HouseOptions = { namespace: { stages: { dns: { shadow: true, shadowMinutes: 30 } } } };

function scene<Step extends JobName>(
  step: Step,
  what: string,
  before: (house: House) => Promise<JobData<Step>>,
  more: { except?: readonly JobName[]; options?: HouseOptions } = {},
): Scene {
  return { step, what, before, except: LOOKING, ...more } as unknown as Scene;
}

const ofLockdown = ({ id }: House) => ({ lockdown: id });

/** Started, used once in full, and the first stage opened: nothing of it done yet. */
async function opened(house: House): Promise<void> {
  await house.start();
  await house.exercise();
  await house.settle();
  await house.wish('alice', { verb: 'next' });
}

/** Answered for, approved, and both default actions set to Reject. */
async function cut(house: House): Promise<void> {
  await approvedToCut(house);
  await house.settle('watch-lockdown');
}

async function approvedToCut(house: House): Promise<void> {
  await house.asking(CUT);
  await house.answerAll('erin', ({ ports }) => ports.includes('udp/53'));
  await house.approve(CUT, 'apply-stage');
}

/** Approved to be observed only, and used. */
async function observed(house: House): Promise<void> {
  await house.asking('dns');
  await house.approve('dns', 'shadow-stage');
  await house.exercise();
}

async function request(house: House, who: 'alice' | 'chitra', wish: JobData<'record-request'>['wish']) {
  const { team } = await house.lockdown();
  const user = people[who];
  return { id: 'r1', lockdown: house.id, team, user, person: user, channel: CHANNEL, at: house.now(), wish };
}

export const SCENES: readonly Scene[] = [
  scene('open-lockdown', 'for a namespace in discovery mode', async ({ id, namespace, now }) => ({
    id,
    namespace,
    days: 7,
    team: 'T0ACME0001',
    user: people.alice,
    channel: CHANNEL,
    at: now(),
  })),
  scene('record-request', 'the vote that makes it enough', async (house) => {
    await house.asking('dns');
    await house.vote('boris', 'dns');
    return request(house, 'chitra', { verb: 'vote', stage: 'dns', vote: await house.signedVote('chitra', 'dns') });
  }),
  scene('record-request', 'a wish to resume, after which everything goes on at once', async (house) => {
    await opened(house);
    await house.wish('alice', { verb: 'pause' });
    await house.settle();
    return request(house, 'alice', { verb: 'resume' });
  }),
  scene('record-request', 'a wish that is refused', async (house) => {
    await house.start();
    return request(house, 'alice', { verb: 'confirm' });
  }),
  scene('record-event', 'the end of discovery', async (house) => {
    await house.start();
    await house.exercise();
    return { lockdown: house.id, event: { type: 'discovery-ended' } };
  }),
  scene('collect-flows', 'for the first time', async (house) => {
    await house.start();
    await house.exercise();
    return ofLockdown(house);
  }),
  scene('remind', 'with the day’s digest', async (house) => {
    await house.start();
    await house.exercise();
    await house.settle();
    return ofLockdown(house);
  }),
  scene('remind', 'with a nudge that is neither lost nor posted twice', async (house) => {
    await house.asking('dns');
    house.later(5 * HOUR);
    return ofLockdown(house);
  }),
  scene('draft-stage', 'the first draft', async (house) => {
    await opened(house);
    await house.settle('draft-stage');
    return { ...ofLockdown(house), stage: 'dns' };
  }),
  scene('ask-approval', 'the first time', async (house) => {
    await opened(house);
    await house.settle('ask-approval');
    return { ...ofLockdown(house), stage: 'dns' };
  }),
  scene('ask-approval', 'about a newer draft', async (house) => {
    await house.asking('dns');
    await house.happens({ type: 'draft-outdated', stage: 'dns', because: 'Something has changed.' });
    await house.settle('ask-approval');
    return { ...ofLockdown(house), stage: 'dns' };
  }),
  scene('apply-stage', 'a network and a ruleset', async (house) => {
    await house.asking('dns');
    await house.approve('dns', 'apply-stage');
    return { ...ofLockdown(house), stage: 'dns' };
  }),
  scene('apply-stage', 'tag prefixes and rulesets', async (house) => {
    await house.changeNamespace({ tagPrefixes: ['team='] });
    await house.asking('web-server');
    await house.approve('web-server', 'apply-stage');
    return { ...ofLockdown(house), stage: 'web-server' };
  }),
  scene('apply-stage', 'the end of discovery mode', async (house) => {
    await approvedToCut(house);
    return { ...ofLockdown(house), stage: CUT };
  }),
  scene('apply-stage', 'that is approved no more after half of it was written', async (house) => {
    await house.asking('dns');
    await house.approve('dns', 'apply-stage');
    const refusing = { method: 'POST', path: '/networkrulesetpolicies', count: 0, status: 403 };
    await house.control('POST', '/faults', refusing);
    await house.settle();
    await house.control('DELETE', '/faults');
    await house.around.setPerson('chitra', { deleted: true });
    await house.wish('alice', { verb: 'try-again', stage: 'dns' });
    return { ...ofLockdown(house), stage: 'dns' };
  }),
  scene(
    'apply-stage',
    'rules that were in shadow',
    async (house) => {
      await observed(house);
      house.later(31 * 60_000);
      await house.settle();
      await house.approve('dns', 'apply-stage');
      return { ...ofLockdown(house), stage: 'dns' };
    },
    { options: SHADOW },
  ),
  scene(
    'shadow-stage',
    'whose agreed time is over',
    async (house) => {
      await observed(house);
      house.later(31 * 60_000);
      return { ...ofLockdown(house), stage: 'dns' };
    },
    { options: SHADOW },
  ),
  scene('verify-stage', 'that newer flows prove', async (house) => {
    await house.asking('dns');
    await house.approve('dns', 'verify-stage');
    await house.exercise();
    return { ...ofLockdown(house), stage: 'dns' };
  }),
  scene('verify-stage', 'that nothing has proven in time', async (house) => {
    await house.asking('dns');
    await house.approve('dns', 'verify-stage');
    house.later(2 * 60_000);
    return { ...ofLockdown(house), stage: 'dns' };
  }),
  scene('undo-stage', 'a network and a ruleset', async (house) => {
    await house.asking('dns');
    await house.approve('dns', 'verify-stage');
    await house.wish('boris', { verb: 'undo', stage: 'dns' });
    return { ...ofLockdown(house), stage: 'dns' };
  }),
  scene('undo-stage', 'tag prefixes and rulesets', async (house) => {
    await house.changeNamespace({ tagPrefixes: ['team='] });
    await house.asking('web-server');
    await house.approve('web-server', 'verify-stage');
    await house.wish('boris', { verb: 'undo', stage: 'web-server' });
    return { ...ofLockdown(house), stage: 'web-server' };
  }),
  scene('watch-lockdown', 'while something is rejected, which people read at once', async (house) => {
    await cut(house);
    await house.exercise();
    return ofLockdown(house);
  }),
  scene('watch-lockdown', 'when nobody confirmed in time', async (house) => {
    await cut(house);
    house.later(11 * 60_000);
    return ofLockdown(house);
  }),
  scene('watch-lockdown', 'for the last time, when it is confirmed', async (house) => {
    await cut(house);
    await house.exercise();
    await house.wish('boris', { verb: 'confirm' });
    return ofLockdown(house);
  }),
  scene('release-lockdown', 'to what it had before', async (house) => {
    await house.changeNamespace({ defaultPUIncomingTrafficAction: 'Allow' });
    await cut(house);
    await house.wish('boris', { verb: 'release', because: 'the shop is slow' });
    return ofLockdown(house);
  }),
  scene('check-drift', 'of a tag that somebody else carries, too', async (house) => {
    await house.asking('dns');
    await house.approve('dns', 'verify-stage');
    const body = { name: 'mine', entries: ['0.0.0.0/0'], associatedTags: ['externalnetwork:name=dns'] };
    await house.byHand({ method: 'POST', namespace: house.namespace, path: '/externalnetworks', body });
    return ofLockdown(house);
  }),
  scene('announce', 'a vote, a no and what was before', async (house) => {
    await house.asking('dns');
    await house.vote('boris', 'dns');
    await house.vote('chitra', 'dns', { decision: 'deny' });
    return ofLockdown(house);
  }),
  scene('sweep', 'of a lockdown whose queue was wiped', async (house) => {
    await opened(house);
    house.later(60_000);
    await house.forgetJobs();
    return {};
  }),
];
