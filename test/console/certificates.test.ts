/** Who trusts whom: the console's certificate, and ours. */
import { expect, onTestFinished, test } from 'vitest';
import { consoleApi } from '#console/console-api.ts';
import { type AppCredential, readAppCredential } from '#console/credential.ts';
import { sandboxConsole } from './sandbox-console.ts';

const SHOP = '/acme/aws-dev/k8s/hipster-shop';
const shop = sandboxConsole();
const elsewhere = sandboxConsole();

function apiWith(credential: AppCredential) {
  const api = consoleApi({ observe: { credential } });
  onTestFinished(() => api.close());
  return api;
}

test('a console whose certificate nobody vouches for is not talked to, and not tried again', async () => {
  const credential = await readAppCredential(shop.running.credentials.observe);
  const { cert, key } = credential.tls;
  const began = performance.now();

  const reading = apiWith({ ...credential, tls: { ...(cert && key ? { cert, key } : {}) } }).readProcessingUnits(SHOP);

  await expect(reading).rejects.toMatchObject({ reason: 'tls', passing: false });
  expect(performance.now() - began).toBeLessThan(900);
});

test('an app credential that this console never made is refused, and says what it is', async () => {
  const ours = await readAppCredential(shop.running.credentials.observe);
  const theirs = await readAppCredential(elsewhere.running.credentials.observe);

  const reading = apiWith({
    ...theirs,
    url: ours.url,
    tls: { ...theirs.tls, ca: ours.tls.ca ?? [] },
  }).readProcessingUnits(SHOP);

  await expect(reading).rejects.toMatchObject({ reason: 'credential', passing: false });
});

test('tokens can be narrowed to what a credential is needed for', async () => {
  const credential = await readAppCredential(shop.running.credentials.finalise);
  const api = consoleApi({ observe: { credential, restrictedPermissions: ['processingunit,get'] } });
  onTestFinished(() => api.close());

  expect((await api.readProcessingUnits(SHOP)).length).toBeGreaterThan(0);
  await expect(api.renderedFor({ id: '0', namespace: SHOP })).rejects.toMatchObject({ reason: 'forbidden' });
});
