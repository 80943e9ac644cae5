/** The line in the thread that holds a checkpoint of the history: in small print, since it asks nobody for anything. */
import { count, type Message, message, note } from './build.ts';

export type CheckpointLine = {
  readonly size: number;
  /** Id of the key that signed it. */
  readonly key: string;
  /** Hash of the history's last entry; the signed note itself travels in the message's metadata. */
  readonly root: string;
};

export function checkpointLine({ size, key, root }: CheckpointLine): Message {
  const entries = count(size, 'entry', 'entries');
  return message(`Checkpoint of the history: ${entries}`, [
    note(`For auditors: checkpoint of this lockdown’s history, ${entries}, last hash ${root}, signed with key ${key}.`),
  ]);
}
