/** The public keys that a verifier brings: of receipts as the configuration has them, and of checkpoints. */
import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';
import { publicKeyOf } from '#config/receipt-key.ts';
import { readVerifierKey, type Verifier } from '#core/checkpoint.ts';
import type { PublicKeys } from '#slack/receipt.ts';

/** Whatever else stands there is left alone, so that the configuration itself will do. */
const KeysFile = z.object({
  receipts: z
    .object({
      publicKeys: z.record(
        z.string(),
        z.string().refine((text) => publicKeyOf(text) !== undefined, 'not the base64 of an Ed25519 public key'),
      ),
    })
    .optional(),
  checkpoints: z
    .array(z.string().refine((text) => readVerifierKey(text) !== undefined, 'not a verifier key, name+hash+key'))
    .optional(),
});

export type Keys = { readonly receiptKeys?: PublicKeys; readonly checkpointKeys: readonly Verifier[] };

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
  const { receipts, checkpoints = [] } = read.data;
  if (!receipts && checkpoints.length === 0) return { because: 'it holds neither receipts.publicKeys nor checkpoints' };
  return {
    ...(receipts ? { receiptKeys: receipts.publicKeys } : {}),
    checkpointKeys: checkpoints.flatMap((line) => readVerifierKey(line) ?? []),
  };
}
