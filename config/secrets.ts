/** Secrets from the environment or from files: which a process needs, and what is wrong with those it was given. */
import { readFileSync, statSync } from 'node:fs';
import { redisAddress } from '#core/redis-address.ts';
import type { Environment } from './env.ts';
import type { Mistake } from './mistakes.ts';
import { keyIdOf, publicPartOf } from './receipt-key.ts';
import type { Secrets, Settings } from './schema.ts';

/** Which process the configuration is for; each is given only what it needs. */
export type For = 'slack' | 'worker' | 'both';

export type Asked = {
  readonly env: Environment;
  readonly for: For;
  /** Absent where the file says nothing usable about it. */
  readonly mode: Settings['slack']['mode'] | undefined;
  readonly publicKeys: Settings['receipts']['publicKeys'] | undefined;
  readonly ledgerKeys: Settings['ledger']['publicKeys'] | undefined;
};

const MAX_BYTES = 64 * 1024;

/** Who starts both processes hands each only its own: what the other alone needs is taken away. */
export function environmentFor(process: 'slack' | 'worker', env: Environment): Environment {
  const others = process === 'slack' ? OF_WORKERS : OF_SLACK_PROCESSES;
  const taken = new Set(others.flatMap((name) => [name, `${name}_FILE`]));
  return Object.fromEntries(Object.entries(env).filter(([name]) => !taken.has(name)));
}

const OF_SLACK_PROCESSES = ['SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET', 'LOCKSTEP_RECEIPT_KEY'];
const OF_WORKERS = ['LOCKSTEP_IDEMPOTENCY_SECRET', 'LOCKSTEP_LEDGER_KEY'];

/** No sentence ever holds a part of a secret. */
export function readSecrets({ env, for: process, mode, publicKeys, ledgerKeys }: Asked): {
  secrets: Secrets;
  mistakes: Mistake[];
} {
  const mistakes: Mistake[] = [];
  const say = (of: string, sentence: string) => {
    mistakes.push({ weight: 'mistake', of, sentence });
  };
  const read = (name: string, whyNot: (value: string) => string | undefined, needed: boolean, what: string) => {
    const found = given(env, name);
    if ('wrong' in found) say(found.of, found.wrong);
    else if (found.value === undefined) {
      if (needed) say(name, `missing: ${what}. Set ${name}, or ${name}_FILE to the file that holds it`);
    } else {
      const why = whyNot(found.value);
      if (!why) return found.value;
      say(found.of, why);
    }
    return undefined;
  };

  const slack = process !== 'worker';
  const worker = process !== 'slack';
  const botToken = read('SLACK_BOT_TOKEN', whyNotBotToken, true, 'the bot’s token, xoxb-…');
  const redisUrl = read(
    'REDIS_URL',
    whyNotRedisUrl,
    true,
    'the address of Redis, such as redis://user:password@host:6379',
  );
  const apiUrl = read('SLACK_API_URL', (url) => whyNotSlackApi(url, env), false, '');
  const appToken =
    slack && mode === 'socket'
      ? read('SLACK_APP_TOKEN', whyNotAppToken, true, 'Socket Mode needs the app-level token, xapp-…')
      : undefined;
  const signingSecret =
    slack && mode === 'http'
      ? read('SLACK_SIGNING_SECRET', whyNotSigningSecret, true, 'HTTP mode needs the app’s signing secret')
      : undefined;
  const pem = slack
    ? read('LOCKSTEP_RECEIPT_KEY', whyNotReceiptKey, true, 'the key that signs votes; npm run keys makes it')
    : undefined;
  const idempotencySecret = worker
    ? read(
        'LOCKSTEP_IDEMPOTENCY_SECRET',
        whyNotIdempotencySecret,
        true,
        'what makes keys unguessable; npm run keys makes it',
      )
    : undefined;
  const receiptKey = pem === undefined ? undefined : keyFrom(pem);
  if (receiptKey && publicKeys && !Object.hasOwn(publicKeys, receiptKey.id))
    say(
      'LOCKSTEP_RECEIPT_KEY',
      `its id is "${receiptKey.id}", which is not among receipts.publicKeys: workers would refuse every vote. npm run keys printed the line to add`,
    );
  const ledgerPem = worker ? read('LOCKSTEP_LEDGER_KEY', whyNotReceiptKey, false, '') : undefined;
  const ledgerKey = ledgerPem === undefined ? undefined : keyFrom(ledgerPem);
  if (ledgerKey && ledgerKeys && !Object.hasOwn(ledgerKeys, ledgerKey.id))
    say(
      'LOCKSTEP_LEDGER_KEY',
      `its id is "${ledgerKey.id}", which is not among ledger.publicKeys: nobody could check what it signs. npm run keys printed the lines to add`,
    );
  if (ledgerKey && receiptKey?.id === ledgerKey.id)
    say(
      'LOCKSTEP_LEDGER_KEY',
      'it is the receipt key: who signs votes must not also vouch for the history. Make another',
    );
  const signing = ['LOCKSTEP_RECEIPT_KEY', 'LOCKSTEP_RECEIPT_KEY_FILE'].find((name) => env[name]);
  if (process === 'worker' && signing)
    mistakes.push({
      weight: 'warning',
      of: signing,
      sentence: 'a worker does not need it: who has it can sign votes. Give it to the Slack process alone',
    });

  return {
    secrets: {
      redisUrl: redisUrl ?? '',
      slackBotToken: botToken ?? '',
      ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl.endsWith('/') ? apiUrl : `${apiUrl}/` }),
      ...(appToken === undefined ? {} : { slackAppToken: appToken }),
      ...(signingSecret === undefined ? {} : { slackSigningSecret: signingSecret }),
      ...(receiptKey === undefined ? {} : { receiptKey }),
      ...(idempotencySecret === undefined ? {} : { idempotencySecret }),
      ...(ledgerKey === undefined ? {} : { ledgerKey }),
    },
    mistakes,
  };
}

type Given =
  | { readonly of: string; readonly value: string | undefined }
  | { readonly of: string; readonly wrong: string };

/** An empty variable counts as not set: that is how compose files and charts leave one out. */
function given(env: Environment, name: string): Given {
  const direct = env[name]?.trim() || undefined;
  const of = `${name}_FILE`;
  const file = env[of]?.trim() || undefined;
  if (direct !== undefined && file !== undefined)
    return { of: name, wrong: `${name} and ${of} are both set: which one counts? Unset one of the two` };
  if (file === undefined) return { of: name, value: direct };
  try {
    const stats = statSync(file);
    if (!stats.isFile()) return { of, wrong: `${file} is not a file` };
    if (stats.size > MAX_BYTES) return { of, wrong: `${file} is too long to hold a secret` };
    const value = readFileSync(file, 'utf8').trim();
    return value === '' ? { of, wrong: `${file} is empty` } : { of, value };
  } catch (error) {
    if (error instanceof Error && 'code' in error) return { of, wrong: `${file} cannot be read: ${error.code}` };
    throw error;
  }
}

function whyNotBotToken(token: string): string | undefined {
  if (token.startsWith('xapp-'))
    return 'this is an app-level token (xapp-): it belongs into SLACK_APP_TOKEN, and the bot’s token (xoxb-) here. Were the two swapped?';
  if (token.startsWith('xoxp-')) return 'this is a person’s token (xoxp-): the bot’s own token begins with xoxb-';
  if (token.startsWith('xoxe')) return 'this is a rotating token: switch token rotation off, or it ends within hours';
  return /^xoxb-\S+$/.test(token) ? undefined : 'the bot’s token begins with xoxb- and has no blanks';
}

function whyNotAppToken(token: string): string | undefined {
  if (token.startsWith('xox'))
    return 'this is a bot’s or a person’s token (xox…): it belongs into SLACK_BOT_TOKEN, and the app-level token (xapp-) here. Were the two swapped?';
  return /^xapp-\S+$/.test(token)
    ? undefined
    : 'the app-level token begins with xapp- and has no blanks; make one with the scope connections:write';
}

function whyNotSigningSecret(secret: string): string | undefined {
  if (/^(xox|xapp)/.test(secret)) return 'this is a token; the signing secret is under Basic Information of the app';
  return /^\S{16,}$/.test(secret) ? undefined : 'the signing secret has at least 16 characters and no blanks';
}

function whyNotRedisUrl(text: string): string | undefined {
  return redisAddress(text)
    ? undefined
    : 'the address of Redis begins with redis:// or, with TLS, rediss://, and names a host; with sentinels it is redis+sentinel://user:password@one:26379,two:26379/name';
}

function whyNotSlackApi(text: string, env: Environment): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol))
    return 'another Slack’s address, such as http://127.0.0.1:4000/api/';
  const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol === 'http:' && !loopback)
    return `plain HTTP goes to this machine only, not to ${url.hostname}: the token would be readable on the way`;
  if (loopback && env.NODE_ENV === 'production')
    return 'a Slack on this machine is for trying out, not for NODE_ENV=production';
  return undefined;
}

function whyNotReceiptKey(text: string): string | undefined {
  return publicPartOf(pemOf(text))
    ? undefined
    : 'this is not an Ed25519 private key in PEM (PKCS#8); npm run keys makes one';
}

function whyNotIdempotencySecret(secret: string): string | undefined {
  return secret.length >= 32 ? undefined : `it has ${secret.length} characters and needs 32; npm run keys makes one`;
}

function keyFrom(text: string): Secrets['receiptKey'] {
  const raw = publicPartOf(pemOf(text));
  return raw && { id: keyIdOf(raw), pem: pemOf(text) };
}

/** A variable often holds line ends as the two characters that stand for one. */
function pemOf(text: string): string {
  return text.replaceAll('\\n', '\n');
}
