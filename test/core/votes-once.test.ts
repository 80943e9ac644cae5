/** A vote is for one question, once: whatever people press, and however often a draft comes back as it was. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Ask, outcome, type Vote } from '#core/approval.ts';
import { digestWords } from '#core/digest.ts';
import type { Event } from '#core/events.ts';
import { advance } from '#core/lockdown.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import { anAsk, aVote, BORIS, CHITRA, DIEGO, DIGEST, inStage, NOW } from '../support/slack-lockdowns.ts';

const ways = fc.record({
  user: fc.constantFrom(BORIS, CHITRA, DIEGO),
  gesture: fc.constantFrom('button' as const, 'reaction' as const, 'looked' as const),
  at: fc.integer({ min: NOW, max: NOW + 1000 }),
});

test('however often and in whatever way one person approves, under whichever account, it is one approval', () => {
  fc.assert(
    fc.property(fc.array(ways, { minLength: 1, maxLength: 20 }), (given) => {
      const votes = given.map(({ user, ...how }) => aVote(user, { ...how, person: 'boris' }));
      const { approving, result } = outcome(votes, anAsk());
      expect(approving).toHaveLength(1);
      expect(result).toBe('open');
    }),
  );
});

test('what was voted for a draft is void for ever, also when the same draft comes back', () => {
  const drafts = fc.array(fc.constantFrom('a', 'b'), { minLength: 2, maxLength: 8 });
  fc.assert(
    fc.property(drafts, (digests) => {
      let lockdown = inStage('dns', { phase: 'drafting' });
      const cast: Vote[] = [];
      for (const [at, letter] of digests.entries()) {
        const ask = anAsk({ nonce: `n${at}`, digest: letter.repeat(64), rule: { ...anAsk().rule, fromGroups: [] } });
        lockdown = happens(lockdown, { type: 'draft-ready', stage: 'dns', ask });
        expect(lockdown.stages.dns.votes).toEqual([]);
        // All that was ever said is said again: of it nothing may count.
        for (const old of cast)
          expect(advance(lockdown, { type: 'vote-cast', stage: 'dns', vote: old }, NOW)).toBeUndefined();
        expect(outcome(cast, ask).approving).toEqual([]);
        const vote = voteFor(ask, BORIS);
        cast.push(vote, voteFor(ask, CHITRA));
        lockdown = happens(lockdown, { type: 'vote-cast', stage: 'dns', vote });
        lockdown = happens(lockdown, { type: 'draft-outdated', stage: 'dns', because: 'Something has changed.' });
      }
    }),
  );
});

test('two drafts whose digests begin alike are two drafts', () => {
  const other = `${DIGEST.slice(0, 40)}${'0'.repeat(24)}`;
  expect(digestWords(other)).toBe(digestWords(DIGEST));
  expect(outcome([aVote(BORIS, { digest: other }), aVote(DIEGO)], anAsk()).approving).toEqual([aVote(DIEGO)]);
});

function voteFor(ask: Ask, user: string): Vote {
  return aVote(user, { nonce: ask.nonce, digest: ask.digest });
}

function happens(lockdown: Lockdown, event: Event): Lockdown {
  const next = advance(lockdown, event, NOW);
  if (!next) throw new Error(`${event.type} changes nothing`);
  return next.lockdown;
}
