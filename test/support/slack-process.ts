/** A sandbox Slack with the real Slack process connected to it, over memory that tests can look into. */
import { generateKeyPairSync } from 'node:crypto';
import { personOf, Settings, settingsFor } from '#config/schema.ts';
import { aroundSlack, asPerson, type Seen } from '#sandbox/slack/people.ts';
import { startSlack as startSandbox } from '#sandbox/slack/start.ts';
import { type Deps, type RunningSlack, startSlack } from '#slack/app.ts';
import { publicKeyText } from '#slack/receipt.ts';
import type { SlackJournal } from '#slack/slices.ts';
import { ALICE, CHANNEL, CHITRA, DIEGO, NAMESPACE, SECURITY } from './slack-lockdowns.ts';
import { slackMemory } from './slack-memory.ts';

type Options = {
  readonly now?: () => number;
  readonly settings?: Record<string, unknown>;
  readonly sandbox?: Parameters<typeof startSandbox>[0];
};

export function aReceiptKey(id = 'k1') {
  const { privateKey } = generateKeyPairSync('ed25519');
  return { id, pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

/** A journal that remembers its lines. */
export function rememberedJournal() {
  const lines: string[] = [];
  const journal: SlackJournal = {
    degraded: ({ feature, because }) => void lines.push(`degraded ${feature}: ${because}`),
    slackFailed: ({ what, because }) => void lines.push(`slack-failed ${what}: ${because}`),
    refused: ({ user, verb, because }) => void lines.push(`refused ${user} ${verb}: ${because}`),
    alteredCard: ({ card, user }) => void lines.push(`card-altered ${card}, pressed by ${user}`),
    warned: ({ because }) => void lines.push(`warned ${because}`),
  };
  return { journal, lines };
}

function someSettings(change: Record<string, unknown> = {}): Settings {
  return Settings.parse({
    console: { credentials: { observe: 'observe.json', finalise: 'finalise.json' } },
    receipts: { publicKeys: { k1: `${'A'.repeat(43)}=` } },
    namespaces: [
      {
        match: NAMESPACE,
        channel: CHANNEL,
        requesters: { users: [ALICE] },
        approval: { users: [DIEGO, ALICE], groups: [SECURITY] },
      },
      {
        match: '/acme/aws-dev/k8s/elsewhere',
        channel: 'C0GENERAL01',
        requesters: { users: [ALICE] },
        approval: { users: [CHITRA] },
      },
    ],
    ...change,
  });
}

export async function slackProcess({ now = Date.now, settings, sandbox = {} }: Options = {}) {
  const slack = await startSandbox(sandbox);
  const memory = slackMemory();
  const receiptKey = aReceiptKey();
  const { journal, lines } = rememberedJournal();
  const configured = someSettings(settings);
  const deps: Deps = {
    settings: configured,
    settingsFor: (namespace) => settingsFor(configured, namespace),
    personOf: (user) => personOf(configured, user),
    lockdowns: memory.lockdowns,
    findings: memory.findings,
    cards: memory.cards,
    leave: memory.leave,
    journal,
    now,
    secrets: {
      slackApiUrl: slack.apiUrl,
      slackBotToken: slack.botToken,
      slackAppToken: slack.appToken,
      slackSigningSecret: slack.signingSecret,
      receiptKey,
    },
  };
  let app: RunningSlack | undefined = await startSlack(deps);
  return {
    slack,
    deps,
    memory,
    lines,
    publicKeys: { [receiptKey.id]: publicKeyText(receiptKey) },
    as: (user: string) => patient(slack.url, user),
    around: aroundSlack(slack.url),
    /** The Slack process alone ends; people go on in Slack. */
    async goDown() {
      await app?.stop();
      app = undefined;
    },
    async comeBack() {
      app = await startSlack(deps);
    },
    async stop() {
      await app?.stop();
      await slack.stop();
    },
  };
}
export type SlackProcess = Awaited<ReturnType<typeof slackProcess>>;

/** The same person, who waits for an answer as people do: until something new is there and stays as it is. */
function patient(url: string, user: string) {
  const person = asPerson(url, user);
  const look = async () => {
    const { people } = await aroundSlack(url).state();
    const own = people.find(({ id, name }) => id === user || name === user);
    if (!own) throw new Error(`there is no ${user}`);
    return { ephemerals: own.ephemerals as unknown as Seen['ephemerals'], views: own.views, home: own.home };
  };
  const waiting = async (gesture: () => Promise<Seen>): Promise<Seen> => {
    const before = await look();
    const seen = await gesture();
    if (!seen.sent || Object.keys(seen.errors).length > 0) return seen;
    let last = before;
    for (let tries = 0; tries < 60; tries++) {
      const now = await look();
      const isNew = JSON.stringify(now) !== JSON.stringify(before);
      if (isNew && JSON.stringify(now) === JSON.stringify(last)) break;
      last = now;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const views = last.views as Seen['views'];
    return {
      ...seen,
      ephemerals: last.ephemerals.slice(before.ephemerals.length),
      views,
      home: last.home as Seen['home'],
    };
  };
  return {
    ...person,
    command: (...given: Parameters<typeof person.command>) => waiting(() => person.command(...given)),
    click: (...given: Parameters<typeof person.click>) => waiting(() => person.click(...given)),
    submit: (...given: Parameters<typeof person.submit>) => waiting(() => person.submit(...given)),
    home: () => waiting(() => person.home()),
  };
}
