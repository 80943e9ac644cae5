/** Ids as the console gives them: 24 hexadecimal characters that grow with time. */
import { hash } from './chance.ts';

export type NewId = (atMs: number) => string;

export function createIds(seed: string): NewId {
  const machine = hash(seed).toString(16).padStart(10, '0');
  let counter = 0;
  return (atMs) => {
    counter += 1;
    return `${hex(Math.floor(atMs / 1000), 8)}${machine}${hex(counter, 6)}`;
  };
}

function hex(value: number, length: number): string {
  return value.toString(16).padStart(length, '0');
}
