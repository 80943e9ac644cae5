/** What is known about a namespace when a stage is drafted, and what people are told is not. */
import { expect, test } from 'vitest';
import { NamespaceSettings } from '#config/schema.ts';
import { edgeStore } from '#redis/edge-store.ts';
import { kubernetes, policy, SHOP } from '#test/support/evidence.ts';
import { ownRedisForTests } from '#test/support/redis.ts';
import { gather } from '#workers/gathering.ts';

const own = ownRedisForTests();
const LOCKDOWN = { id: 'gathered-0001', namespace: SHOP, startedAt: 0 };
const NAMESPACE = NamespaceSettings.parse({ match: SHOP, channel: 'C0LOCKDOWN1', requesters: {}, approval: {} });

test('people are told what the cluster did not let be read, and the rest of what it said is used all the same', async () => {
  const unread = ['The credential has no right to read the endpoint slices of hipster-shop in the cluster.'];
  const facts = kubernetes({ unread });
  const gathered = await gather(
    {
      edges: edgeStore(own().redis),
      consoleApi: { readPolicy: async () => ({ policy: policy(), doubts: ['A prefix may be missing.'] }) },
      readKubernetes: async () => facts,
      now: Date.now,
    },
    LOCKDOWN,
    NAMESPACE,
  );
  expect(gathered).toMatchObject({ kubernetes: 'asked', evidence: { kubernetes: facts } });
  expect(gathered.doubts).toEqual(['A prefix may be missing.', ...unread]);
});
