/** The console on the wire: how it refuses, lists, keeps and loses what it is sent. */
import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type RunningConsole, startConsole } from '#sandbox/console/start.ts';
import { type Client, control, logIn } from './support/console-client.ts';

let running: RunningConsole;
let observe: Client;
let finalise: Client;

const network = (name: string, more: object = {}) => ({
  name,
  entries: ['10.75.240.10'],
  associatedTags: [`externalnetwork:name=${name}`],
  ...more,
});

beforeAll(async () => {
  running = await startConsole({
    app: fileURLToPath(new URL('../../sandbox/apps/bookinfo.json', import.meta.url)),
    traffic: false,
    recorded: false,
    policyDelayMs: 0,
    reportDelayMs: 0,
    token: 'by-hand',
  });
  observe = await logIn(running.credentials.observe);
  finalise = await logIn(running.credentials.finalise);
});
afterAll(() => running.stop());
beforeEach(() => control(running.controlUrl, '/faults', 'DELETE'));

function inApp(path: string, call: Parameters<Client['call']>[1] = {}, client = observe) {
  return client.call(path, { namespace: running.namespace, ...call });
}

async function created(resource: string, body: object, headers = {}) {
  const reply = await inApp(`/${resource}`, { method: 'POST', body, headers });
  expect(reply.status).toBe(200);
  return reply.body;
}

async function named(name: string) {
  const { body } = await inApp(`/externalnetworks?q=${encodeURIComponent(`name == "${name}"`)}`);
  return body;
}

test('a refusal is a list with code, title, description and subject', async () => {
  const { status, body } = await inApp('/externalnetworks/62728c19ed189b00018e745d');
  expect(status).toBe(404);
  expect(body).toEqual([
    { code: 404, title: 'Not Found', description: 'Unable to find the requested resource', subject: 'bahamut' },
  ]);
});

test('what nobody knows is 404, what a known path cannot do is 405', async () => {
  expect((await inApp('/flowreports')).status).toBe(404);
  expect((await inApp('/reportsqueries')).status).toBe(405);
  expect((await inApp('/processingunits', { method: 'POST', body: {} })).status).toBe(405);
  expect((await inApp('/externalnetworks/62728c19ed189b00018e745d', { method: 'PATCH', body: {} })).status).toBe(405);
});

test('requests are refused in the order of the console: media type, parameters, operation, who, what, JSON, content', async () => {
  const nobody = { Authorization: 'Bearer nobody' };
  const wrong = { method: 'POST', body: '{', headers: { ...nobody, 'Content-Type': 'text/yaml' } };
  expect((await inApp('/namespaces?x=1', wrong)).status).toBe(415);
  expect((await inApp('/namespaces?x=1', { ...wrong, headers: nobody })).status).toBe(400);
  expect((await inApp('/namespaceinfo', { ...wrong, headers: nobody })).status).toBe(405);
  expect((await inApp('/namespaces', { ...wrong, headers: nobody })).status).toBe(401);
  expect((await inApp('/namespaces', { method: 'POST', body: '{' })).status).toBe(403);
  expect((await inApp('/externalnetworks', { method: 'POST', body: '{' })).status).toBe(400);
  expect((await inApp('/externalnetworks', { method: 'POST', body: { name: 3 } })).status).toBe(400);
  expect((await inApp('/externalnetworks', { method: 'POST', body: { name: 'x' } })).status).toBe(422);
});

test('an unknown parameter is named, and one sent twice is refused', async () => {
  const unknown = await inApp('/externalnetworks?colour=red');
  expect(unknown.body[0].description).toBe('Unknown parameter: `colour`');
  expect((await inApp('/externalnetworks?limit=1&limit=2')).status).toBe(400);
  expect((await inApp('/externalnetworks?limit=1&pagesize=2')).status).toBe(400);
  expect((await inApp('/externalnetworks?q=name')).status).toBe(400);
});

test('the bearer is case-sensitive and a namespace nobody made is forbidden', async () => {
  expect((await inApp('/externalnetworks', { headers: { Authorization: `bearer ${observe.token}` } })).status).toBe(
    401,
  );
  expect((await observe.call('/externalnetworks', { namespace: '/acme/aws-dev/k8s/nowhere' })).status).toBe(403);
  expect((await observe.call('/externalnetworks', { namespace: '/acme' })).status).toBe(403);
});

test('the validation is the console’s own: one error for each mistake, with its attribute', async () => {
  const { status, body } = await inApp('/networkrulesetpolicies', {
    method: 'POST',
    body: { name: 'x', subject: [], outgoingRules: [{ action: 'Perhaps', object: [['a=b']], protocolPorts: ['tcp'] }] },
  });
  expect(status).toBe(422);
  expect(body.map(({ data }: { data: { attribute: string } }) => data.attribute)).toEqual([
    'action',
    'protocolPorts',
    'subject',
  ]);
  expect(body[0].title).toBe('Validation Error');
});

test('a created object has an id, a namespace, its times and its tags', async () => {
  const object = await created('externalnetworks', network('dns'));
  expect(object.ID).toMatch(/^[0-9a-f]{24}$/);
  expect(object.namespace).toBe(running.namespace);
  expect(object.createTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(object.normalizedTags).toEqual(
    expect.arrayContaining(['$identity=externalnetwork', '$name=dns', '@org:tenant=acme', 'externalnetwork:name=dns']),
  );
});

test('the same idempotency key creates once; without it names may be doubled', async () => {
  const headers = { 'Idempotency-Key': 'k-1' };
  const first = await created('externalnetworks', network('once'), headers);
  const second = await created('externalnetworks', network('once'), headers);
  expect(second.ID).toBe(first.ID);
  await created('externalnetworks', network('once'));
  expect((await named('once')).length).toBe(2);
});

test('a list is read page by page until there is no next', async () => {
  for (const index of [1, 2, 3, 4, 5]) await created('externalnetworks', network(`page-${index}`));
  const q = encodeURIComponent('name matches ["^page-"]');
  const seen: string[] = [];
  let after = '';
  for (let pages = 0; pages < 5; pages += 1) {
    const { body, headers } = await inApp(`/externalnetworks?q=${q}&limit=2${after ? `&after=${after}` : ''}`);
    expect(headers['x-count-total']).toBe('5');
    seen.push(...body.map(({ name }: { name: string }) => name));
    after = String(headers['x-next'] ?? '');
    if (after === '') break;
  }
  expect(seen).toEqual(['page-1', 'page-2', 'page-3', 'page-4', 'page-5']);
  const paged = await inApp(`/externalnetworks?q=${q}&page=2&pagesize=2&order=-name`);
  expect(paged.body.map(({ name }: { name: string }) => name)).toEqual(['page-3', 'page-2']);
  expect(paged.headers['x-next']).toBeUndefined();
  const counted = await inApp(`/externalnetworks?q=${q}`, { method: 'HEAD' });
  expect([counted.status, counted.headers['x-count-total']]).toEqual([204, '5']);
});

test('the filter language knows and, or, brackets, lists and what is absent', async () => {
  await created('externalnetworks', network('filter-a', { description: 'say "hi"' }));
  await created('externalnetworks', network('filter-b', { protected: true }));
  const found = async (text: string) => {
    const { body } = await inApp(
      `/externalnetworks?q=${encodeURIComponent(`name matches ["^filter-"] and (${text})`)}`,
    );
    return body.map(({ name }: { name: string }) => name).join();
  };
  expect(await found('name == filter-a or name == filter-b')).toBe('filter-a,filter-b');
  expect(await found("name in ['filter-b', x]")).toBe('filter-b');
  expect(await found('name not in [filter-b]')).toBe('filter-a');
  expect(await found('protected == false')).toBe('filter-a');
  expect(await found('unheard == false')).toBe('filter-a,filter-b');
  expect(await found('unheard exists')).toBe('');
  expect(await found('associatedTags contains ["externalnetwork:name=filter-a", other]')).toBe('filter-a');
  expect(await found('createTime > now("-1h")')).toBe('filter-a,filter-b');
  expect(await found('createTime > date("2999-01-01")')).toBe('');
  expect(await found('description == "say \\"hi\\""')).toBe('filter-a');
});

test('recursive and propagated are on when they are not empty, even when they say false', async () => {
  const above = await finalise.call('/externalnetworks?recursive=false');
  expect(above.body.some(({ namespace }: { namespace: string }) => namespace === running.namespace)).toBe(true);
  expect((await finalise.call('/externalnetworks')).body).toEqual([]);
  await finalise.call('/externalnetworks', { method: 'POST', body: network('from-above', { propagate: true }) });
  await finalise.call('/externalnetworks', { method: 'POST', body: network('kept-above') });
  expect((await named('from-above')).length).toBe(0);
  const below = await inApp('/externalnetworks?propagated=1');
  const names = below.body.map(({ name }: { name: string }) => name);
  expect([names.includes('from-above'), names.includes('kept-above')]).toEqual([true, false]);
});

test('an update that was read before somebody else’s is a conflict', async () => {
  const object = await created('externalnetworks', network('contended'));
  const first = await inApp(`/externalnetworks/${object.ID}`, {
    method: 'PUT',
    body: { ...object, entries: ['10.0.0.1'] },
  });
  expect([first.status, first.body.entries]).toEqual([200, ['10.0.0.1']]);
  const second = await inApp(`/externalnetworks/${object.ID}`, { method: 'PUT', body: object });
  expect(second.status).toBe(409);
});

test('what is left out of an update becomes empty', async () => {
  const object = await created('externalnetworks', network('whole', { description: 'long', propagate: true }));
  const { body } = await inApp(`/externalnetworks/${object.ID}`, {
    method: 'PUT',
    body: { name: 'whole', entries: ['10.0.0.1'] },
  });
  expect([body.description, body.propagate, body.associatedTags]).toEqual(['', false, []]);
});

test('a read-only attribute is not changed', async () => {
  const object = await created('externalnetworks', network('fixed'));
  const { status, body } = await inApp(`/externalnetworks/${object.ID}`, {
    method: 'PUT',
    body: { ...object, createTime: '2001-01-01T00:00:00.000Z' },
  });
  expect([status, body[0].title, body[0].data.attribute]).toEqual([422, 'Read Only Error', 'createTime']);
});

test('a protected object changes only when it is overridden or unprotected first', async () => {
  const object = await created('externalnetworks', network('guarded', { protected: true }));
  const path = `/externalnetworks/${object.ID}`;
  expect((await inApp(path, { method: 'DELETE' })).status).toBe(422);
  expect((await inApp(path, { method: 'PUT', body: { ...object, entries: ['10.0.0.1'] } })).status).toBe(422);
  const bare = await inApp(path, { method: 'PUT', body: { ...object, protected: false } });
  expect([bare.status, bare.body.protected]).toEqual([200, false]);
  const again = await created('externalnetworks', network('guarded-too', { protected: true }));
  expect((await inApp(`/externalnetworks/${again.ID}?override=1`, { method: 'DELETE' })).status).toBe(200);
});

test('a deleted external network is archived, not gone', async () => {
  const object = await created('externalnetworks', network('old'));
  await inApp(`/externalnetworks/${object.ID}`, { method: 'DELETE' });
  expect((await inApp(`/externalnetworks/${object.ID}`)).status).toBe(404);
  const archived = await inApp('/externalnetworks?archived=true');
  const found = archived.body.find(({ ID }: { ID: string }) => ID === object.ID);
  expect(found.normalizedTags).toContain('$archived=true');
  expect((await inApp('/externalnetworks?archived=perhaps')).status).toBe(400);
});

test('a namespace is changed from its parent, by whoever may, and keeps its name and type', async () => {
  const { body } = await observe.call('/namespaces');
  const own = body.find(({ name }: { name: string }) => name === running.namespace);
  const path = `/namespaces/${own.ID}`;
  const put = (client: Client, change: object, namespace = own.namespace) =>
    client.call(path, { method: 'PUT', body: { ...own, ...change }, namespace });
  expect((await put(observe, { tagPrefixes: ['app='] })).status).toBe(403);
  expect((await put(finalise, { tagPrefixes: ['app='] }, running.namespace)).status).toBe(404);
  expect((await put(finalise, { type: 'Default' })).body[0].title).toBe('Creation Only Error');
  const changed = await put(finalise, { tagPrefixes: ['app='] });
  expect(changed.body.tagPrefixes).toEqual(['app=']);
  const info = await inApp('/namespaceinfo');
  expect(info.body[0].prefixes).toEqual(expect.arrayContaining(['app=', 'externalnetwork:name=', '$identity=']));
});

test('a namespace cannot be made twice, and its name is a full path afterwards', async () => {
  const make = () => finalise.call('/namespaces', { method: 'POST', body: { name: 'second', type: 'Kubernetes' } });
  expect((await make()).body.name).toBe(`${running.world.clusterNamespace}/second`);
  const { status, body } = await make();
  expect([status, body[0].title]).toEqual([422, 'Duplicate Key']);
});

test('the proxies read and replace what the namespace itself says', async () => {
  expect((await inApp('/putrafficactions', {}, observe)).status).toBe(403);
  const set = await inApp('/tagprefixes', { method: 'POST', body: { prefixes: ['role='] } }, finalise);
  expect(set.status).toBe(200);
  expect((await inApp('/tagprefixes', {}, finalise)).body).toEqual([{ prefixes: ['role='] }]);
  const wrong = await inApp('/putrafficactions', { method: 'POST', body: { Incoming: 'Allow' } }, finalise);
  expect([wrong.status, wrong.body[0].data.attribute]).toEqual([422, 'Outgoing']);
  expect((await inApp('/putrafficactions', {}, finalise)).body).toEqual([{ Incoming: 'Inherit', Outgoing: 'Inherit' }]);
});

test('a question for reports needs a window that has a beginning or a relative end', async () => {
  const ask = (window: string) => inApp(`/reportsqueries?${window}`, { method: 'POST', body: { report: 'Flows' } });
  expect((await ask('')).status).toBe(400);
  expect((await ask('startAbsolute=2021-10-01T00:00:00Z')).status).toBe(400);
  expect((await ask('startRelative=7d')).status).toBe(400);
  for (const window of [
    'startRelative=30m',
    'startRelative=-1h&endRelative=5m',
    'endRelative=1h',
    'startAbsolute=2021/10/01%2010:00&endAbsolute=2021-10-02T00:00:00Z',
  ])
    expect([window, (await ask(window)).status]).toEqual([window, 200]);
  const wrong = await inApp('/reportsqueries?startRelative=1h', { method: 'POST', body: { report: 'Rumours' } });
  expect([wrong.status, wrong.body[0].data.attribute]).toEqual([422, 'report']);
});

test('a ruleset tells which processing units are its subjects and which networks its objects', async () => {
  await created('externalnetworks', network('object'));
  const ruleset = await created('networkrulesetpolicies', {
    name: 'selecting',
    subject: [['$identity=processingunit', `$namespace=${running.namespace}`]],
    outgoingRules: [{ object: [['externalnetwork:name=object']], protocolPorts: ['udp/53'] }],
  });
  const pods = await inApp(`/networkrulesetpolicies/${ruleset.ID}/processingunits?mode=subject`);
  expect(pods.body.length).toBe(
    running.world.pods.filter(({ diedMs, namespace }) => diedMs === undefined && namespace === running.namespace)
      .length,
  );
  const networks = await inApp(`/networkrulesetpolicies/${ruleset.ID}/externalnetworks`);
  expect(networks.body.map(({ name }: { name: string }) => name)).toEqual(['object']);
  const rendered = await inApp(`/processingunits/${pods.body[0].ID}/renderedpolicies`);
  expect(rendered.body[0].ruleSetPolicies.map(({ name }: { name: string }) => name)).toContain('selecting');
  expect(rendered.body[0].defaultPUIncomingTrafficAction).toBe('Allow');
  const clauses = { targetIdentity: 'processingunit', clauses: [[`$namespace=${running.namespace}`]] };
  const match = await inApp('/clausesmatches', { method: 'POST', body: clauses }, finalise);
  expect(match.body.match.length).toBe(pods.body.length);
});

test('one field a header line is what comes back', async () => {
  const { body } = await inApp('/externalnetworks', { headers: { 'X-Fields': ['name', 'ID'] } });
  expect(Object.keys(body[0]).sort()).toEqual(['ID', 'name']);
});

test('who wrote what can be read afterwards', async () => {
  await created('externalnetworks', network('audited'));
  const { body } = await inApp(`/activities?q=${encodeURIComponent('targetIdentity == externalnetwork')}`);
  expect(body.at(-1)).toMatchObject({ operation: 'create', message: 'create externalnetwork audited' });
  expect(body.at(-1).claims).toContain('@auth:commonName=observe');
  const writes = await control(running.controlUrl, '/writes');
  expect(writes.at(-1)).toMatchObject({ operation: 'create', credential: 'observe', object: { name: 'audited' } });
});

test('a token is as narrow, as short and as countable as it was asked to be', async () => {
  const readers = await logIn(running.credentials.finalise, { restrictedPermissions: ['externalnetwork,get'] });
  expect((await inApp('/externalnetworks', {}, readers)).status).toBe(200);
  expect((await inApp('/networkrulesetpolicies', {}, readers)).status).toBe(403);
  const inside = await logIn(running.credentials.finalise, { restrictedNamespace: running.namespace });
  expect((await inApp('/externalnetworks', {}, inside)).status).toBe(200);
  expect((await inside.call('/externalnetworks')).status).toBe(403);
  const twice = await logIn(running.credentials.observe, { quota: 2 });
  const statuses = [];
  for (let uses = 0; uses < 3; uses += 1) statuses.push((await inApp('/externalnetworks', {}, twice)).status);
  expect(statuses).toEqual([200, 200, 417]);
  const payload = JSON.parse(Buffer.from(twice.token.split('.')[1] ?? '', 'base64url').toString());
  expect(payload.exp * 1000).toBeGreaterThan(Date.now());
});

test('a certificate of nobody gets no token, and a changed token is worth nothing', async () => {
  const credential = JSON.parse(readFileSync(running.credentials.observe, 'utf8'));
  expect(Object.keys(credential).sort()).toEqual(
    ['APIURL', 'ID', 'certificate', 'certificateAuthority', 'certificateKey', 'name', 'namespace'].sort(),
  );
  const body = { realm: 'Certificate' };
  expect((await observe.call('/issue', { method: 'POST', body })).status).toBe(401);
  const [header, , signature] = observe.token.split('.');
  const forged = Buffer.from(JSON.stringify({ sub: 'x', exp: 9e9 })).toString('base64url');
  const headers = { Authorization: `Bearer ${header}.${forged}.${signature}` };
  expect((await inApp('/externalnetworks', { headers })).status).toBe(401);
  expect((await inApp('/externalnetworks', { headers: { Authorization: 'Bearer by-hand' } })).status).toBe(200);
});

test('tokens can be made to expire in the middle of work', async () => {
  const before = await logIn(running.credentials.observe);
  await control(running.controlUrl, '/expire-tokens', 'POST');
  expect((await inApp('/externalnetworks', {}, before)).status).toBe(401);
  observe = await logIn(running.credentials.observe);
  finalise = await logIn(running.credentials.finalise);
  expect((await inApp('/externalnetworks')).status).toBe(200);
});

test('an answer that is lost after the commit is found again by its key', async () => {
  await control(running.controlUrl, '/faults', 'POST', {
    method: 'POST',
    path: '/externalnetworks',
    cutAfterCommit: true,
  });
  const send = { method: 'POST', body: network('lost'), headers: { 'Idempotency-Key': 'k-lost' } };
  await expect(inApp('/externalnetworks', send)).rejects.toThrow();
  expect((await named('lost')).length).toBe(1);
  expect((await inApp('/externalnetworks', send)).status).toBe(200);
  expect((await named('lost')).length).toBe(1);
});

test('troubles happen as often as they were ordered', async () => {
  const order = { method: 'GET', path: '/externalnetworks', status: 429, retryAfter: 2, count: 2 };
  await control(running.controlUrl, '/faults', 'POST', order);
  const first = await inApp('/externalnetworks');
  expect([first.status, first.headers['retry-after'], first.body[0].title]).toEqual([429, '2', 'Rate Limit']);
  expect((await inApp('/networkrulesetpolicies')).status).toBe(200);
  expect((await inApp('/externalnetworks')).status).toBe(429);
  expect((await inApp('/externalnetworks')).status).toBe(200);
  await control(running.controlUrl, '/faults', 'POST', { latencyMs: 150, body: '<html>' });
  const startedMs = Date.now();
  expect((await inApp('/externalnetworks')).body).toBe('<html>');
  expect(Date.now() - startedMs).toBeGreaterThanOrEqual(140);
});

test('a client that hangs up in the middle of a request does the console no harm', async () => {
  const { port } = new URL(running.url);
  const socket = connect({ port: Number(port), host: '127.0.0.1', rejectUnauthorized: false });
  await new Promise((resolve) => socket.once('secureConnect', resolve));
  socket.write('POST /externalnetworks HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"name"');
  await new Promise((resolve) => setTimeout(resolve, 20));
  socket.destroy();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect((await inApp('/externalnetworks')).status).toBe(200);
});

test('how the console feels is told to anybody', async () => {
  const { status, body } = await observe.call('/healthchecks', { headers: { Authorization: 'none' } });
  expect([status, body[0].status]).toEqual([200, 'Operational']);
});
