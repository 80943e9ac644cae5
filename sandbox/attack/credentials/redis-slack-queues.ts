/** Who has the Redis password of the Slack process leaves jobs, and tries to have those of others never done. */
import { key, QUEUE_PREFIX } from '#redis/keys.ts';
import type { Attempt } from '../attempt.ts';
import { refusedByRedis } from './redis-slack.ts';

const WAITING = `${QUEUE_PREFIX}:record-request:wait`;

export const redisAsSlackQueues: readonly Attempt[] = [
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
