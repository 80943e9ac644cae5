/** The Slack process's signature: on votes, on the jobs it leaves, and on the modals it opened. */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import type { Vote } from '#core/approval.ts';
import { canonical } from '#core/canonical.ts';
import { type Commit, commitments } from '#core/commitment.ts';
import { digestOf } from '#core/digest.ts';

export type ReceiptKey = {
  readonly id: string;
  /** Ed25519, PKCS#8 in PEM. */
  readonly pem: string;
};
export type UnsignedVote = Omit<Vote, 'receipt'>;

/** Ed25519 public keys, base64 of the raw 32 bytes, by key id. */
export type PublicKeys = Readonly<Record<string, string>>;

/** Over the commitments of what the vote says, so that it can be checked where the name of the person is withheld. */
export function signVote(vote: UnsignedVote, key: ReceiptKey, salt: string): Vote {
  const signature = sign(null, voteBytes(vote, commitments(salt)), privateKeyOf(key)).toString('base64');
  return { ...vote, receipt: { key: key.id, signature } };
}

/** A key that is not known, a signature that is not over exactly this vote: not valid. */
export function receiptIsValid(vote: Vote, publicKeys: PublicKeys, commit: Commit): boolean {
  const { receipt, ...unsigned } = vote;
  const key = Object.hasOwn(publicKeys, receipt.key) ? publicKeyOf(publicKeys[receipt.key] ?? '') : undefined;
  return key !== undefined && verify(null, voteBytes(unsigned, commit), key, signatureBytes(receipt.signature));
}

type Signed = { readonly receipt?: Vote['receipt'] | undefined };

/** Over the job's name and all its data, so that nobody else can leave one in our name. */
export function signJob<Data extends Signed>(name: string, data: Data, key: ReceiptKey): Data {
  const signature = sign(null, jobBytes(name, data), privateKeyOf(key)).toString('base64');
  return { ...data, receipt: { key: key.id, signature } };
}

export function jobReceiptIsValid(name: string, data: Signed, publicKeys: PublicKeys): boolean {
  const { receipt } = data;
  if (!receipt) return false;
  const key = Object.hasOwn(publicKeys, receipt.key) ? publicKeyOf(publicKeys[receipt.key] ?? '') : undefined;
  return key !== undefined && verify(null, jobBytes(name, data), key, signatureBytes(receipt.signature));
}

/** The public half as the configuration holds it. */
export function publicKeyText(key: ReceiptKey): string {
  const { x } = createPublicKey(privateKeyOf(key)).export({ format: 'jwk' });
  if (!x) throw new Error('not an Ed25519 key');
  return Buffer.from(x, 'base64url').toString('base64');
}

/** Proof that this process said these values; no other part of the house can make one. */
export function seal(values: readonly string[], key: ReceiptKey): string {
  return sign(null, sealBytes(values), privateKeyOf(key)).toString('base64');
}

export function sealHolds(values: readonly string[], text: string, key: ReceiptKey): boolean {
  return verify(null, sealBytes(values), createPublicKey(privateKeyOf(key)), signatureBytes(text));
}

function voteBytes(vote: UnsignedVote, commit: Commit): Buffer {
  return Buffer.from(digestOf('vote', vote, commit), 'hex');
}

function jobBytes(name: string, { receipt: _, ...data }: Signed): Buffer {
  // As it lies in Redis: a field that is undefined is none.
  return Buffer.from(digestOf('job', { name, data: JSON.parse(JSON.stringify(data)) }), 'hex');
}

function sealBytes(values: readonly string[]): Buffer {
  return Buffer.from(`lockstep/modal/v1\n${canonical([...values])}`);
}

function signatureBytes(text: string): Buffer {
  return Buffer.from(text, 'base64');
}

function privateKeyOf({ pem }: ReceiptKey): KeyObject {
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('The receipt key is not an Ed25519 key.');
  return key;
}

/** Nothing for what is not 32 bytes of base64. */
function publicKeyOf(text: string): KeyObject | undefined {
  const raw = Buffer.from(text, 'base64');
  if (raw.length !== 32) return undefined;
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') }, format: 'jwk' });
}
