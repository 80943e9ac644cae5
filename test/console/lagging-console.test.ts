/** A console whose lists lag behind its writes, and what that must not lead to. */
import { expect, onTestFinished, test } from 'vitest';
import { consoleApi } from '#console/console-api.ts';
import { refusal, scriptedServer } from './scripted-server.ts';

const SHOP = '/acme/aws-dev/k8s/hipster-shop';
const WISH = {
  object: { name: 'metadata', entries: ['169.254.169.254'], associatedTags: ['externalnetwork:name=metadata'] },
  annotations: { 'lockstep.lockdown': ['ld-1'], 'lockstep.stage': ['metadata'] },
  key: 'key-1',
};

async function apiAgainst(reply: Parameters<typeof scriptedServer>[0]) {
  const server = await scriptedServer(reply);
  const api = consoleApi({ observe: { url: server.url, token: 'token', namespace: '/acme' } });
  onTestFinished(() => api.close());
  const asked = () => server.received.map(({ method, path }) => `${method} ${path}`);
  return { api, asked, received: server.received };
}

function stored(body: unknown, more: Record<string, unknown> = {}) {
  const time = '2026-11-01T00:00:00.000Z';
  return { ...(body as object), ID: 'net-1', namespace: SHOP, createTime: time, updateTime: time, ...more };
}

test('an object that the list does not show yet is not created again', async () => {
  let created: unknown;
  const { api, asked, received } = await apiAgainst(({ method, path, body }) => {
    if (method === 'POST') created = body;
    if (method === 'GET' && path === '/externalnetworks') return { json: [] };
    return { json: stored(created) };
  });

  expect(await api.ensureExternalNetwork(SHOP, WISH)).toMatchObject({ id: 'net-1', outcome: 'created' });

  expect(asked()).toEqual([
    'GET /externalnetworks',
    'POST /externalnetworks',
    'GET /externalnetworks',
    'GET /externalnetworks/net-1',
  ]);
  expect(received[1]?.headers).toMatchObject({ 'idempotency-key': 'key-1', 'x-external-tracking-id': 'ld-1' });
});

test('an object that never becomes what was written ends as a conflict and not in a loop', async () => {
  const { api, asked } = await apiAgainst(({ method, path }) => {
    const bent = stored({ ...WISH.object, annotations: WISH.annotations, entries: ['10.0.0.0/8'] });
    return { json: method === 'GET' && path === '/externalnetworks' ? [bent] : bent };
  });

  await expect(api.ensureExternalNetwork(SHOP, WISH)).rejects.toMatchObject({ reason: 'conflict', passing: true });
  expect(asked().filter((request) => request.startsWith('PUT'))).toHaveLength(6);
});

test('an archived object is not ours any more, even where a list still shows it', async () => {
  let wishes = 0;
  const { api } = await apiAgainst(({ method, path, body }) => {
    const gone = stored(
      { ...WISH.object, annotations: WISH.annotations },
      { ID: 'net-0', normalizedTags: ['$archived=true'] },
    );
    if (method === 'POST') wishes += 1;
    if (method === 'POST') return { json: stored(body) };
    if (path === '/externalnetworks')
      return { json: wishes === 0 ? [gone] : [gone, stored({ ...WISH.object, annotations: WISH.annotations })] };
    return refusal(404, 'Not Found', 'Unable to find the requested resource');
  });

  expect(await api.ensureExternalNetwork(SHOP, WISH)).toMatchObject({ id: 'net-1', outcome: 'created', removed: [] });
});
