/** Makes the keys that sign votes and checkpoints and the secret behind idempotency keys: `npm run keys -- DIR`. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keyIdOf, rawPublicKey } from './receipt-key.ts';

export type MadeKey = {
  readonly id: string;
  /** Base64 of the raw 32 bytes. */
  readonly publicKey: string;
  readonly keyFile: string;
};

export type Made = MadeKey & {
  /** Signs checkpoints of histories. */
  readonly ledger: MadeKey;
  readonly secretFile: string;
};

/** All or, where one of the files is already there, none. */
export function makeKeys(folder: string): Made | { readonly inTheWay: readonly string[] } {
  const keyFile = join(folder, 'receipt-key.pem');
  const secretFile = join(folder, 'idempotency-secret');
  const ledgerFile = join(folder, 'ledger-key.pem');
  const inTheWay = [keyFile, ledgerFile, secretFile].filter((file) => existsSync(file));
  if (inTheWay.length > 0) return { inTheWay };
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(secretFile, `${randomBytes(32).toString('base64url')}\n`, FOR_ONE);
  return { ...makeKey(keyFile), ledger: makeKey(ledgerFile), secretFile };
}

// `wx`: even if somebody else makes the file in this very moment, it is not overwritten.
const FOR_ONE = { flag: 'wx', mode: 0o600 } as const;

function makeKey(keyFile: string): MadeKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), FOR_ONE);
  const raw = rawPublicKey(publicKey);
  return { id: keyIdOf(raw), publicKey: raw.toString('base64'), keyFile };
}

const USAGE = `usage: npm run keys -- DIR
  makes in DIR, which may not hold them yet: the key that signs votes, the key that signs checkpoints of histories, and the
  secret behind idempotency keys; prints the public parts for the configuration
`;

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main(process.argv.slice(2));

function main([folder, ...rest]: string[]): number {
  if (folder === '--help' || folder === '-h') {
    process.stdout.write(USAGE);
    return 0;
  }
  if (folder === undefined || folder.startsWith('-') || rest.length > 0) {
    process.stderr.write(USAGE);
    return 2;
  }
  const made = makeKeys(folder);
  if ('inTheWay' in made) {
    process.stderr.write(`Nothing was made: ${made.inTheWay.join(' and ')} would be overwritten.\n`);
    return 1;
  }
  process.stdout.write(`${made.keyFile}   for the Slack process alone: LOCKSTEP_RECEIPT_KEY_FILE
${made.ledger.keyFile}   for the workers alone: LOCKSTEP_LEDGER_KEY_FILE
${made.secretFile}   for the workers alone: LOCKSTEP_IDEMPOTENCY_SECRET_FILE

Into the configuration:

receipts:
  publicKeys:
    "${made.id}": "${made.publicKey}"
ledger:
  publicKeys:
    "${made.ledger.id}": { key: "${made.ledger.publicKey}", since: ${new Date().toISOString().slice(0, 10)} }
`);
  return 0;
}
