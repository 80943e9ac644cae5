/** Who has the Redis password of the Slack process leaves jobs, and tries to have those of others never done. */
import { Redis } from 'ioredis';
import { key, QUEUE_PREFIX } from '#redis/keys.ts';
import { openQueues } from '#redis/queue.ts';
import { type Attempt, WentThrough } from '../attempt.ts';
import type { Scene } from '../scene.ts';
import { refusedByRedis } from './redis-slack.ts';

const QUEUE = `${QUEUE_PREFIX}:record-request`;
const WAITING = `${QUEUE}:wait`;

/** Alice pauses twice before a worker comes to it: once it is recorded, once it changes nothing. Gives the ids of both jobs. */
async function pausedTwice(scene: Scene, redis: Redis): Promise<string[]> {
  const before = new Set(await finished(redis));
  const queues = openQueues(scene.redisUrls.worker, ['record-request'], ignored);
  try {
    await redis.hset(`${QUEUE}:meta`, 'paused', 1);
    for (let times = 0; times < 2; times += 1) await scene.command('alice', `pause ${scene.namespace}`);
    await queues.freed();
  } finally {
    await queues.close();
  }
  return scene.until('both jobs', async () => {
    const ids = (await finished(redis)).filter((id) => !before.has(id));
    return ids.length === 2 && ids;
  });
}

const ignored = () => undefined;

function finished(redis: Redis): Promise<string[]> {
  return redis.zrange(`${QUEUE}:completed`, '0', '-1');
}

export const redisAsSlackQueues: readonly Attempt[] = [
  {
    case: 'R-02',
    credential: 'Redis, writing as the Slack process',
    when: 'asked',
    tried: 'what Alice really wished for, and what was done or refused, put into the queue once more after she went on',
    honest: ['paused', 'resumed'],
    async run(scene) {
      const redis = new Redis(scene.redisUrls.slack, { maxRetriesPerRequest: 1 });
      redis.on('error', ignored);
      try {
        const jobs = await pausedTwice(scene, redis);
        await scene.command('alice', `resume ${scene.namespace}`);
        await scene.until('Alice going on', async () => !(await scene.lockdown()).paused);
        await scene.settled();
        const { length } = await scene.history();
        const heard = scene.listening();
        await redis.lpush(WAITING, ...jobs);
        await redis.zadd(`${QUEUE}:marker`, 0, '0');
        await scene.settled();
        if ((await scene.history()).length > length) throw new WentThrough('it was recorded once more');
        const [, last = ''] = jobs.map((id) => heard(new RegExp(`heard-before.*${id}`)));
        return last;
      } finally {
        redis.disconnect();
      }
    },
  },
  {
    case: 'R-03',
    credential: 'Redis, writing as the Slack process',
    when: 'asked',
    tried: 'take away, overwrite or let expire what was recorded and not yet done, and empty the queue it waits in',
    run: (scene) =>
      refusedByRedis(scene, {
        'HDEL of what is kept': (redis) => redis.hdel(key.left(), 'anything'),
        'HSET of what is kept': (redis) => redis.hset(key.left(), 'anything', '{}'),
        'DEL of all that is kept': (redis) => redis.del(key.left()),
        'UNLINK of all that is kept': (redis) => redis.unlink(key.left()),
        'EXPIRE of all that is kept': (redis) => redis.expire(key.left(), 1),
        'EVAL that deletes it': (redis) => redis.eval("return redis.call('DEL', KEYS[1])", 1, key.left()),
        'DEL of the queue': (redis) => redis.del(WAITING),
        'LTRIM of the queue': (redis) => redis.ltrim(WAITING, 1, 0),
        'RPOP of the queue': (redis) => redis.rpop(WAITING),
        'SET of the queue': (redis) => redis.set(WAITING, 'x'),
        'RENAME of the queue': (redis) => redis.rename(WAITING, `${WAITING}-elsewhere`),
        'DEL of a mark of a request': (redis) => redis.del(key.once('anything')),
      }),
  },
];
