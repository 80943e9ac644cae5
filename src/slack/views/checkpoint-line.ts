/** The line in the thread that holds a checkpoint of the history, for whoever wants to check the history against it. */
import { box, code, count, type Message, message, says } from './build.ts';

export type CheckpointLine = {
  readonly size: number;
  /** Id of the key that signed it. */
  readonly key: string;
  /** The signed note itself. */
  readonly note: string;
};

export function checkpointLine({ size, key, note }: CheckpointLine): Message {
  const entries = count(size, 'entry', 'entries');
  return message(`Checkpoint of the history: ${entries}`, [
    says([`Checkpoint of this lockdown’s history, ${entries}, signed with key `, code(key), '.']),
    ...box(note.trim()),
  ]);
}
