/** SIGTERM in the middle of the work, as at each deploy: what is under way is finished, and nothing is lost. */
import { Queue } from 'bullmq';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { QUEUE_PREFIX } from '#redis/keys.ts';
import { lockdownStore } from '#redis/lockdown-store.ts';
import { advised } from '#sandbox/slack/advised.ts';
import { aroundSlack, asPerson } from '#sandbox/slack/people.ts';
import { type Product, startProduct } from '#test/support/product.ts';

const LONG = 120_000;

describe('a process that is asked to stop', { timeout: 2 * LONG }, () => {
  let product: Product;
  let around: ReturnType<typeof aroundSlack>;
  const person = (name: string) => asPerson(product.slackUrl, name);

  beforeAll(async () => {
    product = await startProduct();
    around = aroundSlack(product.slackUrl);
    const help = () => person('alice').command(product.channel, '/lockdown help');
    await product.until('the bot', async () => (await help()).acked, LONG);
  }, 2 * LONG);
  afterAll(() => product.stop());

  const card = (words: string) =>
    product.until(words, async () => (await product.seen()).findLast(({ drawn }) => drawn.includes(words)), LONG);

  async function rulesets(): Promise<string[]> {
    type Objects = Record<string, { name: string; annotations: Record<string, string[]> }[]>;
    const { networkrulesetpolicies = [] } = await product.control<Objects>('GET', '/objects');
    return networkrulesetpolicies.flatMap(({ name, annotations }) => (annotations['lockstep.stage'] ? [name] : []));
  }

  test('while it answers somebody records what was acknowledged, and says so, before it ends', async () => {
    await around.fault({ method: 'users.info', latencyMs: 700, count: 10 });
    const asked = person('alice').command(product.channel, `/lockdown start ${product.namespace}`, { settleMs: 8000 });
    await product.until('the bot at work', async () => (await around.calls('users.info')).length > 0, LONG);
    expect(await product.askToStop('slack')).toBe(0);
    await around.clearFaults();
    const { acked, ephemerals } = await asked;
    product.startAgain('slack');
    expect(acked).toBe(true);
    expect(JSON.stringify(ephemerals)).toContain(product.namespace);
    await card('# Lockdown of');
  });

  test('in the middle of a slow write to the console finishes it first, and the next one goes on from there', async () => {
    const { namespace, channel } = product;
    const next = () => person('alice').command(channel, `/lockdown next ${namespace}`);
    await product.until('the bot', async () => (await next()).acked, LONG);
    const { ts } = await card('# Approve dns for');
    await product.control('POST', '/faults', { method: 'POST', path: '/networkrulesetpolicies', holdMs: 5000 });
    for (const name of ['boris', 'chitra']) {
      const { views } = await person(name).click(channel, ts, 'lockstep.approve', { confirmed: true, settleMs: 800 });
      const first = views.at(-1);
      if (first) expect((await person(name).submit(String(first.id), advised(first))).errors).toEqual({});
    }
    await product.until('the write', async () => (await rulesets()).length > 0, LONG);
    const written = await rulesets();
    expect(await product.askToStop('worker')).toBe(0);

    const queue = new Queue('apply-stage', { connection: product.redis, prefix: QUEUE_PREFIX });
    expect(await queue.getJobCounts('active', 'failed', 'completed')).toEqual({ active: 0, failed: 0, completed: 1 });
    await queue.close();
    product.startAgain('worker');
    await card('*dns* is on the console');
    expect(await rulesets()).toEqual(written);
    const lockdown = await lockdownStore(product.redis).openOf(namespace);
    expect(lockdown?.stages.dns.phase).toMatch(/verifying|allowed/);
  });
});
