/** A configuration that would start, in a folder of its own, to be changed in one place by each test. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Environment } from '#config/env.ts';
import { makeKeys } from '#config/keys.ts';
import { type Loaded, loadConfig, type Mistake } from '#config/load.ts';
import type { For } from '#config/secrets.ts';

export type Written = {
  readonly folder: string;
  readonly file: string;
  readonly env: Environment;
  /** Writes a file beside the configuration. */
  write(name: string, text: string | Uint8Array): string;
};

export const NAMESPACES = `namespaces:
  - match: /acme/k8s/shop
    channel: C024BE91L
    requesters: { users: [U0000ASKS] }
    approval: { groups: [S0614TZR7] }
`;

/** `$KEY` and `$LEDGER` stand for the lines with the public keys; without the latter there is no ledger key. */
export function configuration(yaml = `${NAMESPACES}${REST}`): Written {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-config-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const write = (name: string, text: string | Uint8Array) => {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
  };
  const made = makeKeys(join(folder, 'keys'));
  if ('inTheWay' in made) throw new Error('the folder is new');
  for (const role of ['observe', 'finalise'])
    write(`${role}.json`, JSON.stringify({ APIURL: 'https://console.example', token: `a-token-to-${role}` }));
  return {
    folder,
    file: write(
      'lockstep.yaml',
      yaml
        .replace('$KEY', `"${made.id}": "${made.publicKey}"`)
        .replace('$LEDGER', `"${made.ledger.id}": { key: "${made.ledger.publicKey}", since: 2026-01-01 }`),
    ),
    env: {
      SLACK_BOT_TOKEN: 'xoxb-1-bot',
      SLACK_APP_TOKEN: 'xapp-1-app',
      REDIS_URL: 'redis://127.0.0.1:6379',
      LOCKSTEP_RECEIPT_KEY_FILE: made.keyFile,
      LOCKSTEP_IDEMPOTENCY_SECRET_FILE: made.secretFile,
      ...(yaml.includes('$LEDGER') ? { LOCKSTEP_LEDGER_KEY_FILE: made.ledger.keyFile } : {}),
    },
    write,
  };
}

/** What has to be there besides namespaces. */
export const REST = `console: { credentials: { observe: observe.json, finalise: finalise.json } }
receipts: { publicKeys: { $KEY } }
`;

/** What has to be there so that histories are vouched for. */
export const LEDGER = `ledger: { publicKeys: { $LEDGER } }
`;

export type Asking = { readonly env?: Environment; readonly for?: For; readonly now?: () => number };

export function load(written: Written, asking: Asking = {}) {
  return loadConfig({
    ...asking,
    file: written.file,
    env: { ...written.env, ...asking.env },
    for: asking.for ?? 'both',
  });
}

export function started(written: Written, asking: Asking = {}): Loaded {
  const answer = load(written, asking);
  if ('mistakes' in answer) throw new Error(answer.mistakes.map(({ sentence }) => sentence).join('\n'));
  return answer;
}

export function mistakesIn(written: Written, asking: Asking = {}): readonly Mistake[] {
  const answer = load(written, asking);
  return 'mistakes' in answer ? answer.mistakes : [];
}

/** `line:column sentence`, as short as it can be compared. */
export function briefly(mistakes: readonly Mistake[]): string[] {
  return mistakes.map(({ place, of, sentence }) => `${place ? `${place.line}:${place.column}` : of} ${sentence}`);
}
