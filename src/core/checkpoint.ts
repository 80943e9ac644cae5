/** What is said of a history to witnesses outside: how long it is and the hash of its last entry, as a signed note (C2SP). */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import type { Commit } from './commitment.ts';

export type Checkpoint = {
  readonly origin: string;
  /** How many entries. */
  readonly size: number;
  /** Hash of the last of them, in hex. */
  readonly root: string;
};

/** By the commitment of the lockdown's id: a checkpoint of one history says nothing about another, and to nobody its name. */
export function originOf(id: string, commit: Commit): string {
  return `lockstep/${commit(id).slice(0, 32)}/chain`;
}

/** The note's text: origin, size and root, one a line. */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  if (!ORIGIN.test(origin)) throw new Error(`${JSON.stringify(origin)} cannot be the origin of a checkpoint`);
  if (!Number.isSafeInteger(size) || size < 1) throw new Error(`a checkpoint is of at least one entry, not of ${size}`);
  if (!/^[0-9a-f]{64}$/.test(root)) throw new Error('the root of a checkpoint is a SHA-256 in hex');
  return `${origin}\n${size}\n${Buffer.from(root, 'hex').toString('base64')}\n`;
}

/** On every object we write to the console: how long the history was when it was approved, and the hash of that entry. */
export const LEDGER_ANNOTATION = 'lockstep.ledger';

export function annotatedAnchor(size: number, root: string): string {
  return `${size}:${root.slice(0, 16)}`;
}

/** The name in our signature lines. */
export const LEDGER = 'lockstep-ledger';

export type Signer = {
  /** As it stands in the signature line: no blanks, no plus sign. */
  readonly name: string;
  /** Ed25519, PKCS#8 in PEM. */
  readonly pem: string;
};

/** The text, an empty line, and the signature line. */
export function signedNote(text: string, signer: Signer): string {
  return noteOf(text, signer.name, noteSignature(text, signer));
}

/** As it stands in the signature line: the hash of name and key, and the signature, in base64. */
export function noteSignature(text: string, { name, pem }: Signer): string {
  const key = privateKeyOf(pem);
  const raw = rawKey(createPublicKey(key));
  return Buffer.concat([keyHash(name, raw), sign(null, Buffer.from(text), key)]).toString('base64');
}

export function noteOf(text: string, name: string, signature: string): string {
  return `${text}\n${DASH} ${name} ${signature}\n`;
}

/** The public half as verifiers are given it: `name+keyhash+key`. */
export function verifierKey({ name, pem }: Signer): string {
  const raw = rawKey(createPublicKey(privateKeyOf(pem)));
  const key = Buffer.concat([ED25519, raw]).toString('base64');
  return `${named(name)}+${keyHash(name, raw).toString('hex')}+${key}`;
}

export type Verifier = { readonly name: string; readonly hash: string; readonly raw: Buffer };

/** Nothing for what is no Ed25519 verifier key, or whose hash is not that of its name and key. */
export function readVerifierKey(text: string): Verifier | undefined {
  const [, name, hash, encoded] = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text) ?? [];
  if (name === undefined || hash === undefined || encoded === undefined) return undefined;
  const key = Buffer.from(encoded, 'base64');
  const raw = key.subarray(1);
  if (key.length !== 33 || key[0] !== ED25519[0] || key.toString('base64') !== encoded) return undefined;
  return keyHash(name, raw).toString('hex') === hash ? { name, hash, raw } : undefined;
}

/** One of ours, by its raw public key. */
export function verifierOf(raw: Buffer): Verifier {
  return { name: LEDGER, hash: keyHash(LEDGER, raw).toString('hex'), raw };
}

type Signature = { readonly name: string; readonly hash: string; readonly signature: Buffer };

export type Note = {
  readonly checkpoint: Checkpoint;
  readonly text: string;
  readonly signatures: readonly Signature[];
};

/** The signature lines that follow one another at the beginning. */
export function signaturesIn(lines: readonly string[]): Signature[] {
  const signatures: Signature[] = [];
  for (const line of lines) {
    const read = signatureIn(line);
    if (!read) break;
    signatures.push(read);
  }
  return signatures;
}

export function signedBy(text: string, signatures: readonly Signature[], { name, hash, raw }: Verifier): boolean {
  const own = signatures.filter((each) => each.name === name && each.hash === hash);
  return own.length > 0 && own.every(({ signature }) => verify(null, Buffer.from(text), publicKeyOf(raw), signature));
}

/** Every checkpoint in a file that holds one after the other; `strange` are lines that belong to none. */
export function readNotes(file: string): { readonly notes: readonly Note[]; readonly strange: readonly string[] } {
  const lines = file.replaceAll('\r\n', '\n').split('\n');
  const notes: Note[] = [];
  const strange: string[] = [];
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? '';
    const checkpoint = checkpointAt(lines, at);
    if (!checkpoint) {
      if (line.trim() !== '') strange.push(line);
      at += 1;
      continue;
    }
    at += 3;
    if (lines[at] === '') at += 1;
    const signatures = signaturesIn(lines.slice(at));
    at += signatures.length;
    notes.push({ checkpoint, text: checkpointText(checkpoint), signatures });
  }
  return { notes, strange };
}

/**
 * What the signatures of a note are worth: `signed` by one of these keys, `forged` where one names such a key and does
 * not hold, `unknown` where nobody we know has signed.
 */
export function standing(note: Note, verifiers: readonly Verifier[]): 'signed' | 'forged' | 'unknown' {
  const known = verifiers.filter(({ name, hash }) =>
    note.signatures.some((each) => each.name === name && each.hash === hash),
  );
  if (known.length === 0) return 'unknown';
  return known.every((key) => signedBy(note.text, note.signatures, key)) ? 'signed' : 'forged';
}

const DASH = '\u2014';
const ED25519 = Buffer.of(1);
const ORIGIN = /^lockstep\/\S+\/chain$/;

function checkpointAt(lines: readonly string[], at: number): Checkpoint | undefined {
  const [origin = '', size = '', root = ''] = lines.slice(at, at + 3);
  if (!ORIGIN.test(origin) || !/^[1-9]\d{0,14}$/.test(size)) return undefined;
  const raw = Buffer.from(root, 'base64');
  if (raw.length !== 32 || raw.toString('base64') !== root) return undefined;
  return { origin, size: Number(size), root: raw.toString('hex') };
}

function signatureIn(line: string | undefined): Signature | undefined {
  const [, name, encoded] = new RegExp(`^${DASH} ([^\\s+]+) (\\S+)$`).exec(line ?? '') ?? [];
  if (name === undefined || encoded === undefined) return undefined;
  const raw = Buffer.from(encoded, 'base64');
  return { name, hash: raw.subarray(0, 4).toString('hex'), signature: raw.subarray(4) };
}

function keyHash(name: string, raw: Buffer): Buffer {
  return createHash('sha256')
    .update(`${named(name)}\n`)
    .update(ED25519)
    .update(raw)
    .digest()
    .subarray(0, 4);
}

function named(name: string): string {
  if (!/^[^\s+]+$/.test(name)) throw new Error(`${JSON.stringify(name)} cannot be the name of a signer`);
  return name;
}

function privateKeyOf(pem: string): KeyObject {
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('The key for checkpoints is not an Ed25519 key.');
  return key;
}

function rawKey(key: KeyObject): Buffer {
  // The raw key is the end of its DER form.
  return key.export({ format: 'der', type: 'spki' }).subarray(-32);
}

function publicKeyOf(raw: Buffer): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') }, format: 'jwk' });
}
