/** Takes the README's pictures: a whole lockdown played by scripted people, with a browser looking on. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { chromiumPath, launchChromium } from '#sandbox/chromium.ts';
import { startLaptop } from './laptop.ts';
import { playThrough } from './people.ts';
import { type Message, offers, stageOf } from './reading.ts';

const FOLDER = 'docs/pictures';

const path = chromiumPath();
if (!path) throw new Error('no chromium was found on the PATH or in CHROMIUM_PATH');
await mkdir(FOLDER, { recursive: true });
const laptop = await startLaptop({
  app: 'sandbox/apps/hipster-shop-v0.3.1.json',
  seed: 1,
  port: 0,
  kubernetes: true,
  embeddedRedis: false,
});
const browser = await launchChromium(path);
const taken = new Set<string>();
try {
  await playThrough({
    slackUrl: laptop.slackUrl,
    namespace: laptop.namespace,
    say: (words) => process.stdout.write(`${words}\n`),
    look: (messages) => lookOn(browser, messages),
    exercise: async () => {
      await fetch(`${laptop.controlUrl}/exercise`, {
        method: 'POST',
        body: JSON.stringify({ noise: ['cron', 'time'] }),
      });
    },
    signal: AbortSignal.timeout(240_000),
  });
  await lookOn(browser, [], true);
} finally {
  await browser.close();
  await laptop.stop();
}

async function lookOn(from: Browser, messages: readonly Message[], ended = false): Promise<void> {
  const asks = messages.find((message) => offers(message, 'approve') && !offers(message, 'decide'));
  const stage = asks && stageOf(asks);
  if (asks && stage === 'pods') await once('approval', () => picture(from, 'boris', asks, 'approval.png'));
  if (asks && stage === 'web-server')
    await once('details', () => picture(from, 'boris', asks, 'details.png', (page) => press(page, 'Details')));
  if (asks && stage === 'disable-discovery')
    await once('disable', () => picture(from, 'erin', asks, 'disable.png', (page) => press(page, /^Approve/)));
  const decides = messages.find((message) => offers(message, 'decide'));
  if (decides)
    await once('residual', () =>
      picture(from, 'chitra', decides, 'residual.png', (page) => press(page, /^Decide|^Answer/)),
    );
  if (stage === 'kubelets') await once('lockdown', () => channel(from, 'lockdown.png'));
  if (ended) await once('home', () => home(from, 'home.png'));
}

async function once(name: string, take: () => Promise<void>): Promise<void> {
  if (taken.has(name)) return;
  taken.add(name);
  await take();
}

async function picture(
  from: Browser,
  person: string,
  card: Message,
  file: string,
  act?: (page: Page) => Promise<void>,
): Promise<void> {
  const page = await open(from, `#as=${person}&channel=lockdowns&thread=${card.thread_ts ?? card.ts}`);
  await act?.(page);
  await page.waitForTimeout(700);
  await page.screenshot({ path: join(FOLDER, file) });
  // A dialog that is open stays so for its person, on the next picture too.
  await page.keyboard.press('Escape');
  await page.waitForTimeout(300);
  await page.close();
}

async function channel(from: Browser, file: string): Promise<void> {
  const page = await open(from, `#as=boris&channel=lockdowns`);
  await page.screenshot({ path: join(FOLDER, file), clip: { x: 0, y: 0, width: 1000, height: 640 } });
  await page.close();
}

async function home(from: Browser, file: string): Promise<void> {
  const page = await open(from, '#as=boris&channel=app&tab=home');
  await page.screenshot({ path: join(FOLDER, file), clip: { x: 0, y: 0, width: 1440, height: 400 } });
  await page.close();
}

async function open(from: Browser, place: string): Promise<Page> {
  const page = await from.newPage({ viewport: { width: 1440, height: 1100 } });
  await page.goto(`${laptop.slackUrl}/${place}`);
  await page.waitForTimeout(1200);
  return page;
}

/** The newest card is the last in the thread. */
async function press(page: Page, name: string | RegExp): Promise<void> {
  await page.getByRole('button', { name }).last().click();
}
