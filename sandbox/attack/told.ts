/** What somebody was told when they tried; who is told that it was recorded was not stopped. */
import type { Seen } from '#sandbox/slack/people.ts';
import { WentThrough } from './attempt.ts';

/** What one person was told, as a quotation; a refusal that is none lets the attempt count as gone through. */
export function told(seen: Pick<Seen, 'ephemerals' | 'errors' | 'warning'>): string {
  const words = [
    ...seen.ephemerals.map(({ text }) => text),
    ...Object.values(seen.errors),
    ...(seen.warning === undefined ? [] : [seen.warning]),
  ];
  if (words.length === 0) throw new WentThrough('nobody was told that it was refused');
  const [first = ''] = words;
  if (/is recorded|^Recorded/.test(first)) throw new WentThrough(`the answer was: ${first}`);
  return `“${first}”`;
}
