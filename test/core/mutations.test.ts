/** What `npm run mutations` breaks, and when a break counts as noticed. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { brokenBy, MUTATIONS, noticedBy } from '#test/support/mutations.ts';

test.each(MUTATIONS)('the code still has the place where “$rule” is broken', (mutation) => {
  const { right, wrong } = brokenBy(mutation, readFileSync(mutation.file, 'utf8'));
  expect(wrong).not.toBe(right);
});

describe('a broken rule', () => {
  const property = 'Error: Property failed after 17 tests\n{ seed: 20260101, path: "16", endOnFailure: true }';

  test('is noticed by the world in which both sides differ, told with its seed', () => {
    expect(
      noticedBy(` FAIL  test/worlds.test.ts > they agree\n${property}\n\nCaused by: AssertionError: expected 1`),
    ).toBe('world 17 of seed 20260101');
  });

  test('is noticed by the test whose expectation it disappoints, told by its name', () => {
    const output = ' FAIL  test/core/verdict.test.ts > an edge > is rejected\nAssertionError: expected 1 to be 2';
    expect(noticedBy(output)).toBe('an edge > is rejected');
  });

  test('is not noticed by a world that crashed, a test out of time or one that could not run', () => {
    expect(
      noticedBy(` FAIL  test/worlds.test.ts > they agree\n${property}\n\nCaused by: TypeError: no`),
    ).toBeUndefined();
    expect(noticedBy(' FAIL  test/a.test.ts > slow\nError: Test timed out in 30000ms.')).toBeUndefined();
    expect(noticedBy(' FAIL  test/a.test.ts\nSyntaxError: Unexpected token')).toBeUndefined();
  });
});
