/** Who has the Redis password of the Slack process reads all it reads, and leaves jobs in two queues. */
import { generateKeyPairSync } from 'node:crypto';
import { Redis } from 'ioredis';
import type { Vote } from '#core/approval.ts';
import type { Wish } from '#core/request.ts';
import type { Stage } from '#core/stage.ts';
import { key } from '#redis/keys.ts';
import { openQueues } from '#redis/queue.ts';
import { people } from '#sandbox/slack/seed.ts';
import { signVote } from '#slack/receipt.ts';
import { FROM_SLACK, JOB_NAMES, type JobData, type JobName } from '#src/jobs.ts';
import { type Attempt, WentThrough } from '../attempt.ts';
import type { Scene } from '../scene.ts';
import { CHANNEL } from '../target.ts';

const credential = 'Redis, writing as the Slack process';

const ignored = () => undefined;

type WorkersJob = Exclude<JobName, (typeof FROM_SLACK)[number]>;

/** Does each with this password, and gives what Redis said to the last; one that is not refused went through. */
export async function refusedByRedis(
  scene: Pick<Scene, 'redisUrls'>,
  commands: Readonly<Record<string, (redis: Redis) => Promise<unknown>>>,
): Promise<string> {
  const redis = new Redis(scene.redisUrls.slack, { maxRetriesPerRequest: 1 });
  redis.on('error', ignored);
  let words = '';
  try {
    for (const [what, command] of Object.entries(commands)) {
      const answer = await command(redis).then(
        () => undefined,
        (error: Error) => error.message,
      );
      if (answer === undefined) throw new WentThrough(`${what} was not refused`);
      if (!/NOPERM|ACL|EXECABORT|can't access|not allowed/i.test(answer)) throw new Error(`${what}: ${answer}`);
      words = answer;
    }
  } finally {
    redis.disconnect();
  }
  return `${Object.keys(commands).length} commands refused, the last with ${words}`;
}

/** Leaves one job; gives why Redis did not let it. */
export async function leaveAs(
  url: string,
  name: JobName,
  data: unknown,
  id = `forged-${name}-${Date.now()}-${Math.floor(Math.random() * 1e6)}`,
): Promise<string | undefined> {
  let refused: string | undefined;
  const queues = openQueues(url, [name], ignored);
  try {
    await queues.add(name, data as JobData<typeof name>, id);
  } catch (error) {
    refused = error instanceof Error ? error.message : String(error);
  } finally {
    await queues.close().catch(ignored);
  }
  return refused;
}

/**
 * A vote as the Slack process would sign it, given in the way that the question takes, but by a key that the attacker has
 * made: nothing but that key is wrong with it.
 */
export async function selfSignedVote(
  scene: Pick<Scene, 'lockdown' | 'base' | 'receipts'>,
  user: string,
  stage: Stage = 'dns',
  pem = keyOfTheirOwn(),
): Promise<Vote> {
  const { id, team, salt, stages } = await scene.lockdown();
  const { ask, revision } = stages[stage];
  if (!ask) throw new Error(`nobody is asked about ${stage}`);
  const person = Object.entries(scene.base.people as Record<string, string[]>).find(([, ids]) => ids.includes(user));
  return signVote(
    {
      team,
      user,
      person: person?.[0] ?? user,
      decision: 'approve',
      gesture: ask.cuts ? 'typed-name' : ask.rule.looks === undefined ? 'button' : 'looked',
      ...(ask.rule.askWhy ? { reason: 'it was looked at by both of us' } : {}),
      lockdown: id,
      stage,
      revision,
      nonce: ask.nonce,
      digest: ask.digest,
      at: Date.now(),
    },
    { id: scene.receipts.id, pem },
    salt,
  );
}

function keyOfTheirOwn(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

async function forgedWish(scene: Scene, user: string, wish: Wish): Promise<void> {
  const { id: lockdown, team } = await scene.lockdown();
  const id = `forged-${wish.verb}-${Date.now()}-${user}`;
  const person = 'vote' in wish ? wish.vote.person : user;
  const request = { id, lockdown, team, user, person, channel: CHANNEL, at: Date.now(), wish };
  await leaveAs(scene.redisUrls.slack, 'record-request', request, id);
  await scene.settled();
}

export const redisAsSlack: readonly Attempt[] = [
  {
    case: 'R-03',
    credential,
    when: 'asked',
    tried: 'change a lockdown, its history, its draft, its former actions and its cards, by command and by script',
    async run(scene) {
      const { id } = await scene.lockdown();
      return refusedByRedis(scene, {
        'SET of the lockdown': (redis) => redis.set(key.lockdown(id), '{}'),
        'RPUSH to its history': (redis) => redis.rpush(key.history(id), '{}'),
        'LTRIM of its history': (redis) => redis.ltrim(key.history(id), 0, 0),
        'HSET of its former actions': (redis) => redis.hset(key.findings(id), 'former', '{}'),
        'HSET of its edges': (redis) => redis.hset(key.edges(id), 'e', '{}'),
        'HSET of its cards': (redis) => redis.hset(key.cards(id), 'lockdown', '{}'),
        'DEL of the open ones': (redis) => redis.del(key.open()),
        'EVAL that sets it': (redis) => redis.eval("return redis.call('SET', KEYS[1], '{}')", 1, key.lockdown(id)),
        'EVAL with a key that is not declared': (redis) =>
          redis.eval(`return redis.call('SET', '${key.lockdown(id)}', '{}')`, 0),
        'a transaction that sets it': async (redis) => {
          const results = await redis.multi().set(key.lockdown(id), '{}').exec();
          for (const [error] of results ?? []) if (error) throw error;
        },
      });
    },
  },
  {
    case: 'R-03',
    credential,
    when: 'asked',
    tried: 'watch, empty, stop and reconfigure the server',
    run: (scene) =>
      refusedByRedis(
        scene,
        Object.fromEntries(
          ['MONITOR', 'FLUSHALL', 'FLUSHDB', 'SHUTDOWN NOSAVE', 'KEYS *', 'CONFIG SET dir /tmp', 'ACL LIST']
            .concat(['FUNCTION LIST', 'SCRIPT FLUSH', 'CLIENT LIST', 'DEBUG SLEEP 0', 'REPLICAOF 127.0.0.1 1'])
            .map((command) => [
              command,
              (redis: Redis) => {
                const [name = '', ...words] = command.split(' ');
                return redis.call(name, ...words);
              },
            ]),
        ),
      ),
  },
  {
    case: 'R-02',
    credential,
    when: 'asked',
    tried: 'leave a job in each queue of the workers',
    async run(scene) {
      const { id: lockdown } = await scene.lockdown();
      let words = '';
      for (const name of WORKERS_JOBS) {
        const data = dataFor(name, lockdown);
        const refused = await leaveAs(scene.redisUrls.slack, name, data);
        if (refused === undefined) throw new WentThrough(`a job was left in ${name}`);
        words = refused;
      }
      return `${WORKERS_JOBS.length} queues refused, the last with ${words}`;
    },
  },
  {
    case: 'R-01',
    credential,
    when: 'asked',
    tried: 'votes of two approvers left as jobs, signed by a key that was made for it',
    async run(scene) {
      const heard = scene.listening();
      for (const user of [people.boris, people.chitra]) {
        const vote = await selfSignedVote(scene, user);
        await forgedWish(scene, user, { verb: 'vote', stage: 'dns', vote });
      }
      return heard(/forged-job-seen/);
    },
  },
  {
    case: 'R-02',
    credential,
    when: 'asked',
    tried:
      'wishes left as jobs in the names of those who may: to deny nothing, to leave a stage out, to cancel, to go on',
    async run(scene) {
      const heard = scene.listening();
      const wishes: Wish[] = [
        { verb: 'reopen', stage: 'dns' },
        { verb: 'undo', stage: 'dns' },
        { verb: 'next' },
        { verb: 'pause' },
        { verb: 'cancel', written: 'keep' },
      ];
      for (const wish of wishes) await forgedWish(scene, people.alice, wish);
      return heard(/forged-job-seen/);
    },
  },
  {
    case: 'R-02',
    credential,
    when: 'watching',
    tried: 'confirm and release left as jobs in an approver’s name',
    async run(scene) {
      const heard = scene.listening();
      await forgedWish(scene, people.boris, { verb: 'confirm' });
      await forgedWish(scene, people.boris, { verb: 'release', because: 'nobody said so' });
      return heard(/forged-job-seen/);
    },
  },
];

/** A job’s data as its queue takes it, for those queues that are the workers’ own. */
export function dataFor(name: WorkersJob, lockdown: string, stage: Stage = 'dns'): JobData<WorkersJob> {
  switch (name) {
    case 'record-event':
      return { lockdown, event: { type: 'applied', stage, objects: [], at: Date.now() } };
    case 'sweep':
      return {};
    case 'draft-stage':
    case 'ask-approval':
    case 'apply-stage':
    case 'shadow-stage':
    case 'verify-stage':
    case 'undo-stage':
      return { lockdown, stage };
    case 'collect-flows':
    case 'remind':
    case 'watch-lockdown':
    case 'release-lockdown':
    case 'check-drift':
    case 'announce':
      return { lockdown };
  }
}

export const WORKERS_JOBS = JOB_NAMES.filter((name): name is WorkersJob =>
  (FROM_SLACK as readonly string[]).every((left) => left !== name),
);
