/** What people did and what they were told, written down by themselves: what the ledger is held against. */
import type { Stage } from '#core/stage.ts';
import type { Workspace } from '#sandbox/slack/workspace.ts';

export type VoteGesture = {
  readonly person: string;
  readonly lockdown: string;
  readonly stage: Stage;
  readonly nonce: string;
  readonly decision: 'approve' | 'deny';
  readonly how: 'button' | 'double click' | 'reaction' | 'typed name' | 'reason';
  /** Of the lockdown's card: what a person is told about it comes in its thread. */
  readonly thread: string;
  readonly atMs: number;
  /** What a modal said under its input, when it was submitted. */
  readonly errors?: readonly string[];
  /** The product had taken it, no dialog was left open and Slack warned of nothing: it owes an answer. */
  readonly owed?: true;
};

/** What one person alone was told in a thread. */
export type Told = {
  readonly person: string;
  readonly thread: string | undefined;
  readonly atMs: number;
  readonly text: string;
};

export type Notebook = { readonly votes: readonly VoteGesture[]; readonly told: readonly Told[] };

const RECORDED = /^Your vote is recorded/;

export function isRecorded({ text }: Pick<Told, 'text'>): boolean {
  return RECORDED.test(text);
}

/** Everything the product told somebody alone, from the `from`th on. */
export function toldBy(workspace: Workspace, from = 0): Told[] {
  return workspace.ephemerals
    .slice(from)
    .filter(({ fromSlackbot }) => !fromSlackbot)
    .map(({ visibleTo = '', threadTs, ts, text }) => ({
      person: visibleTo,
      thread: threadTs,
      atMs: Math.floor(Number(ts) * 1000),
      text,
    }));
}
