/** Which processing units people see as one workload, and what they call it. */
import { describe, expect, test } from 'vitest';
import { isStableTag, ownerOf, workloadsOf } from '#core/workload.ts';

const unit = (name: string, ...tags: string[]) => ({
  id: name,
  name,
  namespace: '/acme/aws-dev/k8s/hipster-shop',
  tags: ['$identity=processingunit', '$namespace=/acme/aws-dev/k8s/hipster-shop', ...tags],
});

describe('who made a pod is read off its name', () => {
  test.each([
    ['frontend-7d4b9c6f5-x2k8p', 'frontend'],
    ['adservice-mvlrwzcwv-qk9s9', 'adservice'],
    ['redis-cart-jzlbtfmvn-6ptdq', 'redis-cart'],
    ['mysql-0', 'mysql'],
    ['node-agent-x2k8p', 'node-agent'],
    ['nightly-report-28391040-qk9s9', 'nightly-report'],
    ['checkout', 'checkout'],
    ['index-7-0', 'index-7'],
    ['tonic-chmpf-7d4b9c6f5-x2k8p', 'tonic-chmpf'],
    ['product-catalog-v2', 'product-catalog-v2'],
  ])('%s is of %s', (name, owner) => expect(ownerOf(name)).toBe(owner));
});

test('a pod that restarts under another name, node and image is still the same workload', () => {
  const before = unit(
    'cart-7d4b9c6f5-x2k8p',
    'app=cart',
    'pod-template-hash=7d4b9c6f5',
    '@app:k8s:nodename=a',
    '$id=1',
  );
  const after = unit('cart-5f6b7c8d9-qk9s9', 'app=cart', 'pod-template-hash=5f6b7c8d9', '@app:k8s:nodename=b', '$id=2');
  const workloads = [...workloadsOf([before, after]).values()];
  expect(workloads).toMatchObject([{ name: 'cart', owners: ['cart'], units: [after.id, before.id] }]);
});

test('two Deployments with the same labels are one workload, and it says whose pods it holds', () => {
  const workloads = [
    ...workloadsOf([unit('blue-7d4b9c6f5-x2k8p', 'tier=web'), unit('green-7d4b9c6f5-qk9s9', 'tier=web')]).values(),
  ];
  expect(workloads).toMatchObject([{ name: 'blue / green', owners: ['blue', 'green'] }]);
});

test('a label stays the workload’s own whichever way the enforcer spells it', () => {
  expect(isStableTag('app=cart')).toBe(true);
  expect(isStableTag('k8s:app=cart')).toBe(true);
  expect(isStableTag('k8s:pod-template-hash=7d4b9c6f5')).toBe(false);
  expect(isStableTag('@app:k8s:container0:image=cart:v2')).toBe(false);
  expect(isStableTag('@cloud:aws:instanceid=i-1')).toBe(false);
});

test('a workload is as young as its youngest unit, as far as all of them are known', () => {
  const unit = (id: string, createdAt?: number) => ({
    ...{ id, name: `web-${id}`, namespace: '/acme/shop', tags: ['app=web'] },
    ...(createdAt === undefined ? {} : { createdAt }),
  });
  const youngest = (...units: ReturnType<typeof unit>[]) => [...workloadsOf(units).values()][0]?.newestUnitAt;
  expect(youngest(unit('a', 10), unit('b', 30), unit('c', 20))).toBe(30);
  expect(youngest(unit('a', 10), unit('b'))).toBeUndefined();
});
