/** Which addresses stand behind the names of the world, and at which time. */
import { hash } from './chance.ts';

export interface Answer {
  /** With the trailing dot. */
  name: string;
  /** Empty where the name exists without an address of that kind; absent where there is no such name. */
  addresses?: string[];
}

const rotationMs = 10 * 60_000;
const poolSize = 6;
const answerSize = 3;

/** Every address an outside name ever has. */
export function addressPool(host: string): string[] {
  return Array.from({ length: poolSize }, (_, index) => publicAddress(`${host}#${index}`));
}

/** What a resolver says at that time: a few of them, turning. */
export function addressesAt(host: string, atMs: number): string[] {
  const pool = addressPool(host);
  const first = Math.floor(atMs / rotationMs) % pool.length;
  return Array.from({ length: answerSize }, (_, index) => pool[(first + index) % pool.length] ?? '');
}

export function addressesV6At(host: string, atMs: number): string[] {
  const turn = Math.floor(atMs / rotationMs) % poolSize;
  return [`2600:1f18:${(hash(host) & 0xffff).toString(16)}::${(turn + 1).toString(16)}`];
}

/** An address on the internet that belongs to one thing for ever. */
export function publicAddress(of: string): string {
  const value = hash(of);
  const first = [34, 35, 52, 54, 64, 74, 104, 142, 151, 199][value % 10];
  return [first, (value >>> 8) & 255, (value >>> 16) & 255, ((value >>> 24) % 253) + 1].join('.');
}

/** Five dots make a name complete; with fewer, the cluster's own endings are tried before. */
export function searched(host: string, kubernetesNamespace: string): string[] {
  return [`${kubernetesNamespace}.svc.cluster.local`, 'svc.cluster.local', 'cluster.local'].map(
    (ending) => `${host}.${ending}.`,
  );
}
