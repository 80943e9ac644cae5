/** Files that a command was told to read. */
import { readFileSync } from 'node:fs';
import { Misused } from './command.ts';

export function readGiven(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw new Misused(`${file} cannot be read: ${error.code}`);
    throw error;
  }
}
