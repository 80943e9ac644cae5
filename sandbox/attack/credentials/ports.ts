/** Who reaches the ports of the processes, or reads what they write. */
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { Redis } from 'ioredis';
import { type Attempt, WentThrough } from '../attempt.ts';
import type { Scene } from '../scene.ts';
import { secretsOf } from '../secrets.ts';

/** What would tell something about the network: who, what, where. */
function telling({ namespace, ports }: Scene): RegExp {
  const name = namespace.split('/').at(-1) ?? namespace;
  return new RegExp(`${name}|/acme|U0[A-Z]+|app=|10\\.\\d+\\.\\d+|${ports.http}`);
}

export const healthPort: readonly Attempt[] = [
  {
    case: 'R-18',
    credential: 'health port',
    when: 'asked',
    tried: 'every page of it read, and written to',
    async run(scene) {
      const words: string[] = [];
      for (const port of [scene.ports.slackHealth, scene.ports.workerHealth]) {
        for (const path of ['/livez', '/readyz', '/metrics', '/', '/debug', '/../config/lockstep.yaml']) {
          for (const method of ['GET', 'POST', 'DELETE']) {
            const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
            const text = await response.text();
            if (telling(scene).test(text)) throw new WentThrough(`${path} says ${text}`);
            words.push(`${response.status} ${text}`);
          }
        }
      }
      return `nothing but ${[...new Set(words.map((text) => text.trim()))].join(', ')}`;
    },
  },
  {
    case: 'R-18',
    credential: 'health port',
    when: 'asked',
    tried: 'the same ports, from another address of the machine',
    async run(scene) {
      const others = Object.values(networkInterfaces())
        .flatMap((addresses) => addresses ?? [])
        .filter(({ internal, family }) => !internal && family === 'IPv4')
        .map(({ address }) => address);
      // Every address of 127.0.0.0/8 is this machine, and only one of them is listened on.
      for (const address of [...others, '127.0.0.2'])
        for (const port of [scene.ports.slackHealth, scene.ports.workerHealth])
          if (await listens(address, port)) throw new WentThrough(`${address}:${port} takes connections`);
      return `refused at ${[...others, '127.0.0.2'].join(', ')}`;
    },
  },
];

function listens(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2000 });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}

export const redisReading: readonly Attempt[] = [
  {
    case: 'R-03',
    credential: 'Redis, reading',
    when: 'asked',
    tried: 'to come in without a name, and with a guessed password',
    async run({ redisUrls }) {
      const words: string[] = [];
      for (const url of [redisUrls.nameless, redisUrls.nameless.replace('//', '//worker:guessed@')]) {
        const answer = await answerTo(url);
        if (!/NOAUTH|WRONGPASS/.test(answer)) throw new WentThrough(`Redis answered ${answer}`);
        words.push(answer);
      }
      return words.join('; ');
    },
  },
  {
    case: 'R-14',
    credential: 'Redis, reading',
    when: 'at the end',
    tried: 'every key read, after a whole lockdown, for a token, a password or a private key',
    async run(scene) {
      const { text, keys } = await everythingIn(scene.redis);
      notIn(text, secretsOf(scene), 'Redis');
      return `${keys} keys hold none of ${secretsOf(scene).length} secrets`;
    },
  },
];

/** What Redis says to the first command of somebody who comes in like this. */
async function answerTo(url: string): Promise<string> {
  const redis = new Redis(url, { maxRetriesPerRequest: 0, retryStrategy: () => null, enableReadyCheck: false });
  let said = '';
  redis.on('error', (error) => {
    said += `${error.message} `;
  });
  const answer = await redis.dbsize().then(String, (error: Error) => error.message);
  redis.disconnect();
  return `${said}${answer}`;
}

export const secretsElsewhere: readonly Attempt[] = [
  {
    case: 'R-14',
    credential: 'one member’s Slack session',
    when: 'at the end',
    tried: 'every message, modal and Home tab read for a token, a password or a private key',
    async run(scene) {
      const text = JSON.stringify(await scene.around.state());
      notIn(text, secretsOf(scene), 'Slack');
      return `${Math.round(text.length / 1000)} kB hold none of ${secretsOf(scene).length} secrets`;
    },
  },
  {
    case: 'R-14',
    credential: 'queue viewer',
    when: 'at the end',
    tried: 'the logs of all processes read for a token, a password or a private key',
    async run(scene) {
      const text = scene.log();
      notIn(text, secretsOf(scene), 'the logs');
      return `${text.split('\n').length} lines hold none of ${secretsOf(scene).length} secrets`;
    },
  },
];

export function notIn(
  text: string,
  secrets: readonly (readonly [name: string, secret: string])[],
  where: string,
): void {
  for (const [name, secret] of secrets) if (text.includes(secret)) throw new WentThrough(`${name} is in ${where}`);
}

async function everythingIn(redis: Redis): Promise<{ text: string; keys: number }> {
  const parts: string[] = [];
  let keys = 0;
  for await (const found of redis.scanStream({ count: 500 })) {
    for (const name of found as string[]) {
      keys += 1;
      parts.push(name, JSON.stringify(await contentOf(redis, name)));
    }
  }
  return { text: parts.join('\n'), keys };
}

async function contentOf(redis: Redis, name: string): Promise<unknown> {
  switch (await redis.type(name)) {
    case 'string':
      return redis.get(name);
    case 'hash':
      return redis.hgetall(name);
    case 'list':
      return redis.lrange(name, 0, -1);
    case 'set':
      return redis.smembers(name);
    case 'zset':
      return redis.zrange(name, 0, '-1');
    case 'stream':
      return redis.xrange(name, '-', '+');
    default:
      return null;
  }
}
