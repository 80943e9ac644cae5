/** The page in a real browser: a person types, clicks, reacts, fills in a modal and looks at the App Home. */
import type { App } from '@slack/bolt';
import type { KnownBlock } from '@slack/types';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { chromiumPath, launchChromium } from '#sandbox/chromium.ts';
import { aroundSlack, asPerson } from '#sandbox/slack/people.ts';
import { type RunningSlack, startSlack } from '#sandbox/slack/start.ts';
import { boltApp, plain } from './slack-bolt.ts';

const executablePath = chromiumPath();
if (!executablePath) process.stdout.write('No chromium on the PATH and no CHROMIUM_PATH: the page is not tested.\n');
const inBrowser = test.skipIf(!executablePath);

let slack: RunningSlack;
let app: App;
let browser: Browser;
let page: Page;
const troubles: string[] = [];

beforeAll(async () => {
  if (!executablePath) return;
  slack = await startSlack({ patience: { ackMs: 600 } });
  app = boltApp(slack);
  teach(app);
  await app.start();
  browser = await launchChromium(executablePath);
  page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
  page.on('pageerror', (error) => troubles.push(String(error)));
  page.on('console', (said) => {
    if (said.type() === 'error') troubles.push(said.text());
  });
  page.setDefaultTimeout(8_000);
});

afterAll(async () => {
  await browser?.close();
  await app?.stop();
  await slack?.stop();
});

beforeEach(async () => {
  if (executablePath) await page.goto(`${slack.url}/#as=alice&channel=lockdowns`);
});

const nameInput: KnownBlock = {
  type: 'input',
  block_id: 'name',
  label: plain('Type the namespace'),
  element: { type: 'plain_text_input', action_id: 'typed' },
};

/** What the app does in all of these tests. */
function teach(bolt: App): void {
  bolt.command('/lockdown', async ({ ack, respond, command }) => {
    await ack();
    await respond(`You typed ${command.text}`);
  });
  bolt.command('/silent', async () => {});
  bolt.action('approve', async ({ ack, body, respond }) => {
    await ack();
    await respond({ replace_original: true, text: `Approved by <@${body.user.id}>` });
  });
  bolt.action('disable', async ({ ack, client, body }) => {
    await ack();
    const view = {
      type: 'modal' as const,
      callback_id: 'sure',
      title: plain('Disable'),
      submit: plain('Disable'),
      blocks: [nameInput],
    };
    await client.views.open({ trigger_id: (body as { trigger_id: string }).trigger_id, view });
  });
  bolt.view('sure', async ({ ack, view, client, body }) => {
    if (view.state.values.name?.typed?.value !== '/acme/shop') {
      return ack({ response_action: 'errors', errors: { name: 'That is not its name.' } });
    }
    await ack();
    await client.chat.postMessage({ channel: 'C0LOCKDOWN1', text: `Disabled by <@${body.user.id}>` });
  });
  bolt.event('app_home_opened', async ({ event, client }) => {
    const blocks: KnownBlock[] = [{ type: 'header', text: plain('Waiting for you') }];
    await client.views.publish({ user_id: event.user, view: { type: 'home', blocks } });
  });
}

async function post(blocks: KnownBlock[], text = 'card'): Promise<string> {
  return (await app.client.chat.postMessage({ channel: 'C0LOCKDOWN1', text, blocks })).ts ?? '';
}

const messageAt = (ts: string) => page.locator(`article[data-ts="${ts}"]`);

inBrowser('a person types a command and reads the answer that only they see', async () => {
  const field = page.getByLabel('Message #lockdowns');
  await field.fill('/lockdown status');
  await field.press('Enter');
  const answer = page.locator('.ephemeral', { hasText: 'You typed status' });
  await answer.waitFor();
  expect(await answer.textContent()).toContain('Only visible to you');
  await page.getByRole('combobox').selectOption({ label: 'Boris Bianchi' });
  await page.getByText('You typed status').waitFor({ state: 'detached' });
});

inBrowser('a person whose command is not answered is told so', async () => {
  await page.getByLabel('Message #lockdowns').fill('/silent');
  await page.getByLabel('Message #lockdowns').press('Enter');
  await page.getByText("/silent failed because Lockstep didn't respond.").waitFor();
});

inBrowser('a person presses a button, and the card changes under their eyes', async () => {
  const ts = await post([
    { type: 'actions', elements: [{ type: 'button', action_id: 'approve', style: 'primary', text: plain('Approve') }] },
  ]);
  await messageAt(ts).getByRole('button', { name: 'Approve' }).click();
  await messageAt(ts).getByText('Approved by @Alice Arnold').waitFor();
});

inBrowser(
  'a reaction is added from the picker, counted with those of others, and taken back by clicking it again',
  async () => {
    const ts = await post([{ type: 'section', text: plain('Vote here') }]);
    await asPerson(slack.url, 'boris').react('lockdowns', ts, 'white_check_mark');
    await messageAt(ts).hover();
    await messageAt(ts).getByRole('button', { name: 'React with white_check_mark' }).click();
    const chip = messageAt(ts).locator('.reaction');
    await expect.poll(() => chip.getAttribute('aria-label')).toBe('white_check_mark, 2');
    expect(await chip.getAttribute('aria-pressed')).toBe('true');
    await chip.click();
    await expect.poll(() => chip.getAttribute('aria-label')).toBe('white_check_mark, 1');
  },
);

inBrowser(
  'a dangerous button asks first, its modal shows what is wrong under the input, and then it is done',
  async () => {
    const confirm = {
      title: plain('Really?'),
      text: plain('Traffic may stop.'),
      confirm: plain('Go on'),
      deny: plain('Back'),
    };
    const ts = await post([
      {
        type: 'actions',
        elements: [
          { type: 'button', action_id: 'disable', style: 'danger', text: plain('Disable discovery'), confirm },
        ],
      },
    ]);
    const button = messageAt(ts).getByRole('button', { name: 'Disable discovery' });
    await button.click();
    await page.getByRole('button', { name: 'Back' }).click();
    expect(await page.locator('dialog').count()).toBe(0);

    await button.click();
    await page.getByRole('button', { name: 'Go on' }).click();
    const modal = page.locator('dialog.modal');
    await modal.getByRole('button', { name: 'Disable' }).click();
    await modal.getByText('Please complete this required field.').waitFor();
    await modal.getByLabel('Type the namespace').fill('/acme/other');
    await modal.getByLabel('Type the namespace').press('Enter');
    await modal.getByText('That is not its name.').waitFor();
    await modal.getByLabel('Type the namespace').fill('/acme/shop');
    await modal.getByRole('button', { name: 'Disable' }).click();
    await page.getByText('Disabled by @Alice Arnold').waitFor();
    expect(await page.locator('dialog').count()).toBe(0);
  },
);

inBrowser('Escape closes a modal', async () => {
  const ts = await post([
    { type: 'actions', elements: [{ type: 'button', action_id: 'disable', text: plain('Ask') }] },
  ]);
  await messageAt(ts).getByRole('button', { name: 'Ask' }).click();
  await page.locator('dialog.modal').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('dialog.modal').waitFor({ state: 'detached' });
  const alice = (await aroundSlack(slack.url).state()).people.find(({ name }) => name === 'alice');
  expect(alice?.views).toEqual([]);
});

inBrowser('a thread opens beside the channel, with its files to fetch and a place to reply', async () => {
  const ts = await post([], 'A lockdown');
  await app.client.filesUploadV2({ channel_id: 'C0LOCKDOWN1', thread_ts: ts, filename: 'edges.csv', content: 'a,b\n' });
  await messageAt(ts).getByText('1 reply').click();
  const thread = page.getByRole('complementary', { name: 'Thread' });
  await thread.getByText('edges.csv').waitFor();
  await thread.getByLabel('Reply').fill('Thank you');
  await thread.getByLabel('Reply').press('Enter');
  await thread.getByText('Thank you').waitFor();
  await messageAt(ts).first().getByText('2 replies').first().waitFor();
});

inBrowser('the App Home is published for whoever looks at it', async () => {
  await page.getByRole('navigation').getByRole('button', { name: 'Lockstep' }).click();
  await page.getByText('Waiting for you').waitFor();
});

inBrowser('what untrusted text says is shown and never run', async () => {
  const evil = '<img src=x onerror="document.title=1"> <javascript:alert(1)|click> *bold*';
  const cell = { type: 'raw_text' as const, text: evil };
  const ts = await post([
    { type: 'section', text: { type: 'mrkdwn', text: evil } },
    { type: 'section', text: { ...plain(evil), emoji: false } },
    {
      type: 'rich_text',
      elements: [{ type: 'rich_text_section', elements: [{ type: 'link', url: 'javascript:alert(1)', text: 'go' }] }],
    },
    { type: 'table', rows: [[cell]] },
    { type: 'markdown', text: '[x](javascript:alert(1)) <script>document.title=1</script>' },
  ]);
  await messageAt(ts).waitFor();
  expect(await messageAt(ts).locator('img, script').count()).toBe(0);
  const links = await messageAt(ts)
    .locator('a')
    .evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''));
  expect(links.filter((href) => href.startsWith('javascript:'))).toEqual([]);
  expect(await messageAt(ts).locator('th').textContent()).toBe(evil);
  expect(await page.title()).toBe('Slack sandbox');
});

inBrowser('nothing went wrong in the page meanwhile', () => {
  expect(troubles).toEqual([]);
});
