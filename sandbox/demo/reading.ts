/** What a person reads off Slack's screen: the cards, their buttons, where each stage stands. */
import { STAGES, type Stage } from '#core/stage.ts';
import { aroundSlack } from '#sandbox/slack/people.ts';
import { peopleSeed } from '#sandbox/slack/seed.ts';

export type Message = {
  readonly ts: string;
  readonly thread_ts?: string;
  /** Of the notification; what happened, in a word, for the lines of a thread. */
  readonly text: string;
  readonly blocks?: readonly Block[];
};

type Block = {
  readonly type: string;
  readonly text?: string | { readonly text?: string };
  readonly elements?: readonly Block[];
  readonly action_id?: string;
  readonly value?: string;
  readonly name?: string;
  readonly user_id?: string;
};

export async function readChannel(slackUrl: string, channel: string): Promise<Message[]> {
  return (await aroundSlack(slackUrl).messages(channel)) as unknown as Message[];
}

/** Whether a card offers a button: `approve`, `deny`, `go-on-unproven`… */
export function offers({ blocks }: Message, button: string): boolean {
  return buttonsOf(blocks).some(({ action_id }) => action_id === `lockstep.${button}`);
}

/** Which stage a card is about: its buttons carry it. */
export function stageOf({ blocks }: Message): Stage | undefined {
  const values = buttonsOf(blocks).flatMap(({ value }) => value ?? []);
  return STAGES.find((stage) => values.some((value) => value.includes(`"stage":"${stage}"`)));
}

/** The lines of a message as they are read, without its buttons. */
export function linesOf({ blocks }: Pick<Message, 'blocks'>): string[] {
  return (blocks ?? [])
    .filter(({ type }) => type !== 'actions')
    .map(read)
    .join('\n')
    .split('\n')
    .map((line) => line.replace(/\s+/g, ' ').trim())
    .filter((line) => line !== '');
}

function read(block: Block): string {
  if (typeof block.text === 'string') return block.text;
  if (block.text?.text !== undefined) return block.text.text;
  if (block.type === 'emoji') return '';
  if (block.type === 'user') return nameOf(block.user_id);
  const parts = (block.elements ?? []).map(read);
  return parts.join(block.type === 'rich_text_section' ? '' : '\n');
}

function nameOf(user: string | undefined): string {
  const person = peopleSeed.find(({ id }) => id === user);
  return person?.realName.split(' ')[0] ?? 'somebody';
}

function buttonsOf(blocks: readonly Block[] = []): Block[] {
  return blocks.flatMap((block) => (block.type === 'actions' ? (block.elements ?? []) : []));
}
