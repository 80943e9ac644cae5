/** A Redis with the users of config/redis.acl, as an operator would make it. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startRedis } from '#sandbox/redis.ts';

export type GuardedRedis = {
  /** With each user’s own name and password. */
  readonly urls: { readonly slack: string; readonly worker: string; readonly nameless: string };
  readonly passwords: readonly string[];
  stop(): Promise<void>;
};

export async function startGuardedRedis(
  folder: string,
  passwords: { readonly slack: string; readonly worker: string },
): Promise<GuardedRedis> {
  const files = (['slack', 'worker'] as const).map((user) => {
    const file = join(folder, `redis-${user}-password`);
    writeFileSync(file, `${passwords[user]}\n`);
    return file;
  });
  const aclFile = join(folder, 'users.acl');
  writeFileSync(aclFile, execFileSync('sh', ['config/redis-acl.sh', 'config/redis.acl', ...files]));
  const redis = await startRedis({ users: { aclFile, as: `worker:${passwords.worker}` } });
  const { port } = new URL(redis.url);
  const as = (user: 'slack' | 'worker') => `redis://${user}:${passwords[user]}@127.0.0.1:${port}`;
  return {
    urls: { slack: as('slack'), worker: as('worker'), nameless: `redis://127.0.0.1:${port}` },
    passwords: Object.values(passwords),
    stop: redis.stop,
  };
}
