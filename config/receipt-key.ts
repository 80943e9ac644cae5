/** The key pair that signs votes: its forms, and the id by which a receipt names it. */
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

const RAW_BYTES = 32;

/** The key that config/lockstep.example.yaml shows; its private half was thrown away. */
export const KEY_OF_THE_EXAMPLE = '6ffab74f';

/** A public key as the configuration has it; nothing where the text is none. */
export function publicKeyOf(text: string): Buffer | undefined {
  const raw = Buffer.from(text, 'base64');
  return raw.length === RAW_BYTES && raw.toString('base64') === text ? raw : undefined;
}

/** The first eight hexadecimal digits of SHA-256 of the raw public key. */
export function keyIdOf(raw: Buffer): string {
  return createHash('sha256').update(raw).digest('hex').slice(0, 8);
}

/** The raw public key of an Ed25519 private key in PEM; nothing where it is another kind of key or none. */
export function publicPartOf(pem: string): Buffer | undefined {
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: pem, format: 'pem' });
  } catch {
    return undefined;
  }
  return key.asymmetricKeyType === 'ed25519' ? rawPublicKey(createPublicKey(key)) : undefined;
}

export function rawPublicKey(key: KeyObject): Buffer {
  // The raw key is the end of its DER form.
  return key.export({ format: 'der', type: 'spki' }).subarray(-RAW_BYTES);
}
