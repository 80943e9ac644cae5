/** A card is drawn only from the draft that its question is about. */
import { expect, test } from 'vitest';
import { aHouse } from '#test/support/house.ts';
import { ownRedisForTests } from '#test/support/redis.ts';

const redis = ownRedisForTests();

test('a draft that somebody changed in Redis is shown on no card, and an operator is told', {
  timeout: 120_000,
}, async () => {
  const house = await aHouse(redis());
  await house.asking('dns');
  const finding = await house.deps.evidence.draft(house.id, 'dns');
  if (!finding) throw new Error('no draft is kept');
  const changed = JSON.stringify(finding.draft).replaceAll('udp/53', 'udp/5353');
  await house.deps.evidence.keepDraft(house.id, { ...finding, draft: JSON.parse(changed) as typeof finding.draft });
  await house.run('announce', { lockdown: house.id });
  expect((await house.seen()).join('\n')).not.toContain('udp/5353');
  expect(house.journalled).toContainEqual({ line: 'notShown', lockdown: house.id, stage: 'dns' });
});
