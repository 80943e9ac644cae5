/** Which tags identify a workload, in which order they are offered, and when none does. */

import { expect, test } from 'vitest';
import { DEFAULT_PREFIXES } from '#core/default-prefixes.ts';
import { identifierAmong } from '#core/identifier.ts';
import { SHOP, workload } from '#test/support/evidence.ts';

const SHARED = ['@org:group=k8s', '@app:k8s:namespace=hipster-shop', 'track=stable'];

function identify(all: ReturnType<typeof workload>[], at = 0, prefixes: readonly string[] = DEFAULT_PREFIXES) {
  const one = all[at];
  if (!one) throw new Error('there is no such workload');
  return identifierAmong(all, prefixes)(one);
}

test('the label by which people name an application comes before service accounts and anything else', () => {
  const one = workload('frontend', ['@app:k8s:serviceaccountname=frontend', 'app=frontend', 'team=web', ...SHARED]);
  const other = workload('cart', ['@app:k8s:serviceaccountname=cart', 'app=cart', 'team=cart', ...SHARED]);
  const { candidates, best } = identify([one, other]);
  expect(candidates.map((candidate) => candidate.tags)).toEqual([
    ['app=frontend'],
    ['team=web'],
    ['@app:k8s:serviceaccountname=frontend'],
  ]);
  expect(best).toMatchObject({ unique: true, prefixes: ['app='] });
});

test('of two naming labels the one whose prefix is effective already is preferred', () => {
  const one = workload('frontend', ['app=frontend', 'service=frontend']);
  expect(identify([one, workload('cart')], 0, ['service=']).best).toMatchObject({
    tags: ['service=frontend'],
    prefixes: [],
  });
});

test('labels are recognised behind the k8s: of newer enforcers, and their prefix keeps it', () => {
  const one = workload('frontend', ['k8s:app=frontend']);
  expect(identify([one, workload('cart', ['k8s:app=cart'])]).best).toMatchObject({
    tags: ['k8s:app=frontend'],
    prefixes: ['k8s:app='],
  });
});

test('two tags together tell apart what none tells alone', () => {
  const versions = ['v1', 'v2', 'v3'].map((version) =>
    workload(`reviews-${version}`, ['app=reviews', `version=${version}`]),
  );
  const { best } = identify([...versions, workload('ratings-v1', ['app=ratings', 'version=v1'])]);
  expect(best).toMatchObject({ tags: ['app=reviews', 'version=v1'], unique: true });
  expect(best?.reasons.join()).toContain('a new release may change it');
});

test('where another workload carries everything this one does, that is said', () => {
  const plain = workload('web', ['app=web']);
  const { best, because } = identify([plain, workload('web-canary', ['app=web', 'track=canary'])]);
  expect(best).toMatchObject({ tags: ['app=web'], unique: false, alsoCovers: ['web-canary'] });
  expect(because).toBe('No tag tells web from web-canary: the fewest are covered by app=web.');
});

test('two deployments with the very same tags are one workload that no tag takes apart', () => {
  const both = { ...workload('report', ['app=report']), owners: ['report-a', 'report-b'] };
  expect(identify([both]).best?.unique).toBe(false);
  expect(identify([both]).because).toContain('report-a and report-b');
});

test('tags that change with a restart, computed tags and wildcards name nobody', () => {
  const one = workload('job', ['pod-template-hash=7d4b9', '$image=nginx', 'app=*', 'job-name=job-123']);
  expect(identify([one])).toMatchObject({ candidates: [], because: 'job carries no tag that a rule could name.' });
});

test('workloads in any order are identified alike', () => {
  const all = ['a', 'b', 'c'].map((name) => workload(name, [`app=${name}`, 'tier=x']));
  const [first] = all;
  if (!first) throw new Error('there are three');
  const one = identifierAmong(all, DEFAULT_PREFIXES)(first);
  expect(identifierAmong(all.toReversed(), DEFAULT_PREFIXES)(first)).toEqual(one);
  expect(first.namespace).toBe(SHOP);
});

test('a rollout within the window does not tie cart to its release: the next one is the same cart', () => {
  const release = (version: string) =>
    workload('cart', ['app=cart', `version=${version}`, `helm.sh/chart=cart-${version}`]);
  const all = [release('1.2.3'), release('1.2.4'), workload('frontend')];
  for (const at of [0, 1]) {
    const { best, releases } = identify(all, at);
    expect(best).toMatchObject({ tags: ['app=cart'], unique: true, alsoCovers: [] });
    expect(best?.alsoCoversKeys).toEqual([all[1 - at]?.key]);
    expect(releases.map(({ tags }) => tags)).toHaveLength(2);
  }
});

test('releases that share nothing but their release labels are named each by its own', () => {
  const all = ['1.2.3', '1.2.4'].map((version) => workload('cart', [`version=${version}`]));
  expect(identify(all).best?.tags).toEqual(['version=1.2.3']);
});

test('what a release cannot change names a workload wherever it will do', () => {
  const [one, other] = ['a', 'b'].map((name) => workload(name, ['app=cart', `version=${name}`, `@app:k8s:sa=${name}`]));
  if (!one || !other) throw new Error('there are two');
  expect(identify([one, other]).candidates.map(({ tags }) => tags)).toEqual([['@app:k8s:sa=a']]);
});
