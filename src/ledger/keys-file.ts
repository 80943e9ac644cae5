/** The public keys that a verifier brings: of receipts as the configuration has them, and of checkpoints. */
import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';
import { publicKeyOf } from '#config/receipt-key.ts';
import type { Settings } from '#config/schema.ts';
import { readVerifierKey, type Verifier } from '#core/checkpoint.ts';
import type { PublicKeys } from '#slack/receipt.ts';
import type { LedgerKeys } from './checks/vouched.ts';

const publicKey = z
  .string()
  .refine((text) => publicKeyOf(text) !== undefined, 'not the base64 of an Ed25519 public key');

/** Whatever else stands there is left alone, so that the configuration itself will do. */
const KeysFile = z.object({
  receipts: z
    .object({
      publicKeys: z.record(z.string(), publicKey),
    })
    .optional(),
  ledger: z.object({ publicKeys: z.record(z.string(), z.object({ key: publicKey })).default({}) }).optional(),
  checkpoints: z
    .array(z.string().refine((text) => readVerifierKey(text) !== undefined, 'not a verifier key, name+hash+key'))
    .optional(),
});

export type Keys = {
  readonly receiptKeys?: PublicKeys;
  readonly ledgerKeys?: LedgerKeys;
  readonly checkpointKeys: readonly Verifier[];
};

/** As an export names them. */
export function keysIn({ receipts, ledger }: Pick<Settings, 'receipts' | 'ledger'>): {
  readonly receiptKeys: PublicKeys;
  readonly ledgerKeys: LedgerKeys;
} {
  return { receiptKeys: receipts.publicKeys, ledgerKeys: rawKeys(ledger.publicKeys) };
}

function rawKeys(keys: Readonly<Record<string, { readonly key: string }>>): LedgerKeys {
  return Object.fromEntries(Object.entries(keys).map(([id, { key }]) => [id, key]));
}

export function readKeys(text: string): Keys | { readonly because: string } {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    if (error instanceof YAMLParseError) return { because: error.message };
    throw error;
  }
  const read = KeysFile.safeParse(value);
  if (!read.success) return { because: z.prettifyError(read.error) };
  const { receipts, ledger, checkpoints = [] } = read.data;
  if (!receipts && !ledger && checkpoints.length === 0)
    return { because: 'it holds neither receipts.publicKeys nor ledger.publicKeys nor checkpoints' };
  return {
    ...(receipts ? { receiptKeys: receipts.publicKeys } : {}),
    ...(ledger ? { ledgerKeys: rawKeys(ledger.publicKeys) } : {}),
    checkpointKeys: checkpoints.flatMap((line) => readVerifierKey(line) ?? []),
  };
}
