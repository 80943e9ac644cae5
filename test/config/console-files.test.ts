/** The console's credential files: looked at before the start, by the process that uses them. */
import { generate } from 'selfsigned';
import { expect, test } from 'vitest';
import { printMistakes } from '#config/load.ts';
import { briefly, configuration, load, mistakesIn, started, type Written } from '#test/support/configuration.ts';

const DAY = 24 * 3600 * 1000;
const base64 = (text: string) => Buffer.from(text).toString('base64');

async function appCredential(): Promise<Record<string, string>> {
  const made = await generate([{ name: 'commonName', value: 'app' }], {
    notAfterDate: new Date(Date.now() + 365 * DAY),
  });
  return {
    APIURL: 'https://console.example',
    ID: '5f3a',
    name: 'lockstep-observe',
    namespace: '/acme/aws-dev/k8s',
    certificate: base64(made.cert),
    certificateKey: base64(made.private),
    certificateAuthority: base64(made.cert),
  };
}

function having(credential: unknown): Written {
  const written = configuration();
  written.write('observe.json', typeof credential === 'string' ? credential : JSON.stringify(credential));
  return written;
}

test('an app credential as the console gives it out is accepted', async () => {
  expect(started(having(await appCredential())).warnings).toEqual([]);
});

test('a certificate that is expired stops the start, one that soon will be is a warning', async () => {
  const written = having(await appCredential());
  const soon = () => Date.now() + 350 * DAY;
  const after = () => Date.now() + 366 * DAY;
  expect(briefly(started(written, { now: soon }).warnings)).toEqual([
    expect.stringMatching(/^6:36 .*expires on \d{4}-/),
  ]);
  expect(briefly(mistakesIn(written, { now: after }))).toEqual([expect.stringMatching(/is expired since \d{4}-/)]);
});

test.each([
  ['is not there', undefined, /observe.json does not exist/],
  ['is not JSON', '{', /is not JSON/],
  ['says nothing', {}, /neither an app credential nor a token.*certificate/],
  [
    'has a key that is no PEM',
    { APIURL: 'https://c.example', namespace: '/a', certificate: 'verysecret' },
    /certificate: base64 of PEM/,
  ],
  ['has a token and no address', { token: 'verysecret' }, /APIURL/],
  ['has an empty token', { APIURL: 'https://c.example', token: '' }, /token/],
])('a credential file that %s stops a worker, in the line that names it', (_, content, sentence) => {
  const written = content === undefined ? configuration() : having(content);
  const answer =
    content === undefined
      ? mistakesIn({ ...written, file: written.write('moved.yaml', moved(written)) })
      : mistakesIn(written);
  expect(briefly(answer)).toEqual([expect.stringMatching(sentence)]);
  expect(answer[0]?.place?.text).toContain('observe:');
  expect(printMistakes(answer)).not.toContain('verysecret');
});

test('the Slack process does not look at them', () => {
  expect('config' in load(having('{'), { for: 'slack' })).toBe(true);
});

test('a console without https stops the start, unless it is on this machine', async () => {
  const credential = await appCredential();
  const written = having({ ...credential, APIURL: 'http://console.example' });
  expect(briefly(mistakesIn(written))).toEqual([expect.stringContaining('is for an address without https')]);
  expect(started(having({ ...credential, APIURL: 'http://127.0.0.1:4443' })).warnings).toEqual([]);
});

test('a console on this machine is not for production', async () => {
  const written = having({ ...(await appCredential()), APIURL: 'https://127.0.0.1:4443' });
  expect(started(written).warnings).toEqual([]);
  expect(briefly(mistakesIn(written, { env: { NODE_ENV: 'production' } }))).toEqual([
    expect.stringContaining('a console on this machine'),
  ]);
});

function moved({ env, folder }: Written): string {
  const { config } = started({ env, folder, file: `${folder}/lockstep.yaml`, write: () => '' });
  const [[id, key] = []] = Object.entries(config.settings.receipts.publicKeys);
  return `namespaces:
  - match: /acme/k8s/shop
    channel: C024BE91L
    requesters: { users: [U0000ASKS] }
    approval: { groups: [S0614TZR7] }
console: { credentials: { observe: elsewhere/observe.json, finalise: finalise.json } }
receipts: { publicKeys: { "${id}": "${key}" } }
`;
}
