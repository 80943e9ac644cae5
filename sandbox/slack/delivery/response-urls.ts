/** response_url: what a gesture lets the app answer for half an hour, five times. */
import type { Context } from 'hono';
import { checkBlocks } from '../blocks/check.ts';
import type { Patience } from '../options.ts';
import { app } from '../seed.ts';
import type { Message } from '../types.ts';
import type { Workspace } from '../workspace.ts';

export type ResponsePlace = {
  user: string;
  channel: string;
  threadTs?: string | undefined;
  original?: Message | undefined;
};

type Issued = ResponsePlace & { until: number; usesLeft: number };

export class ResponseUrls {
  readonly #workspace: Workspace;
  readonly #patience: Patience;
  readonly #unsupportedBlocks: readonly string[];
  readonly #issued = new Map<string, Issued>();

  constructor(workspace: Workspace, patience: Patience, unsupportedBlocks: readonly string[]) {
    this.#workspace = workspace;
    this.#patience = patience;
    this.#unsupportedBlocks = unsupportedBlocks;
  }

  issue(baseUrl: string, place: ResponsePlace): string {
    const id = this.#workspace.nextId('');
    const { responseUrlMs, responseUrlUses } = this.#patience;
    this.#issued.set(id, { ...place, until: this.#workspace.now() + responseUrlMs, usesLeft: responseUrlUses });
    return `${baseUrl}/responses/${id}`;
  }

  async handle(context: Context): Promise<Response> {
    const issued = this.#issued.get(context.req.param('id') ?? '');
    if (!issued) return context.json({ ok: false, error: 'invalid_url' }, 404);
    if (this.#workspace.now() > issued.until) return context.json({ ok: false, error: 'expired_url' }, 404);
    if (issued.usesLeft === 0) return context.json({ ok: false, error: 'used_url' }, 404);
    const body: unknown = await context.req.json().catch(() => undefined);
    if (typeof body !== 'object' || body === null) return context.json({ ok: false, error: 'invalid_payload' }, 400);
    const refused = this.respond(issued, body);
    if (refused) return context.json({ ok: false, error: refused }, 400);
    issued.usesLeft -= 1;
    return context.text('ok');
  }

  /** What the app answers to a gesture, in its acknowledgement or later; or why that is refused. */
  respond(place: ResponsePlace, body: Readonly<Record<string, unknown>> | object): string | undefined {
    const answer = body as Readonly<Record<string, unknown>>;
    const { original } = place;
    if (answer.delete_original === true) {
      if (!original) return 'message_not_found';
      this.#remove(original);
      return undefined;
    }
    const blocks = answer.blocks === undefined ? { blocks: [] } : this.#checked(answer.blocks);
    if ('wrong' in blocks) return 'invalid_blocks';
    const text = typeof answer.text === 'string' ? answer.text : '';
    if (!text && blocks.blocks.length === 0) return 'no_text';

    if (answer.replace_original === true && original) {
      Object.assign(original, { text, blocks: blocks.blocks });
      if (!original.visibleTo) original.edited = { user: app.botUser, ts: this.#workspace.nextTs() };
      this.#workspace.changed();
      return undefined;
    }
    const message: Message = {
      ts: this.#workspace.nextTs(),
      channel: place.channel,
      user: app.botUser,
      text,
      blocks: blocks.blocks,
      attachments: [],
      ...threadOf(answer, place),
      broadcast: false,
      files: [],
      reactions: [],
    };
    if (answer.response_type === 'in_channel') this.#workspace.messagesIn(place.channel).push(message);
    else this.#workspace.ephemerals.push({ ...message, visibleTo: place.user });
    this.#workspace.changed();
    return undefined;
  }

  #checked(blocks: unknown) {
    return checkBlocks(blocks, {
      surface: 'message',
      at: '/blocks',
      unsupported: this.#unsupportedBlocks,
      newId: () => this.#workspace.nextId('').slice(0, 5),
    });
  }

  #remove(original: Message): void {
    const list = original.visibleTo ? this.#workspace.ephemerals : this.#workspace.messagesIn(original.channel);
    const at = list.indexOf(original);
    if (at >= 0) list.splice(at, 1);
    this.#workspace.changed();
  }
}

function threadOf(answer: Readonly<Record<string, unknown>>, place: ResponsePlace): { threadTs?: string } {
  const threadTs = typeof answer.thread_ts === 'string' ? answer.thread_ts : place.threadTs;
  return threadTs ? { threadTs } : {};
}
