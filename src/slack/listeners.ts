/** What arrives from Slack, and who answers it: acknowledged first, then worked on, and never left without an answer. */
import type { App, BlockAction, ButtonAction, ViewSubmitAction } from '@slack/bolt';
import { ANY_BUTTON, ANY_MODAL, decodeButton, decodeModal } from './action-ids.ts';
import { type Deps, pressed } from './actions.ts';
import { type Answered, commanded } from './commands.ts';
import { failureFrom, SlackFailure } from './failure.ts';
import type { Actor, Reply } from './gesture.ts';
import { homeOf } from './home.ts';
import { inTime, TooSlow } from './in-time.ts';
import { errorBlock, type Submitted, submitted } from './modals.ts';
import { parseCommand } from './parse-command.ts';
import { type Reacted, reactionAdded, reactionRemoved } from './reactions.ts';
import { answer, NOT_OURS, NOT_RECORDED, UNCERTAIN } from './views/answers.ts';
import type { Message } from './views/build.ts';
import { homeUnavailable } from './views/home.ts';
import type { Kept } from './views/shown-text.ts';

/** Slack waits three seconds for what a submitted modal should show. */
const SUBMIT_MS = 2600;

export function listen(app: App, deps: Deps): void {
  listenToCommands(app, deps);
  listenToButtons(app, deps);
  listenToModals(app, deps);
  listenToReactions(app, deps);
  listenToChanges(app, deps);
}

function listenToCommands(app: App, deps: Deps): void {
  app.command('/lockdown', async ({ command, ack, respond }) => {
    await ack();
    const { user_id: user, team_id: team, channel_id: channel, trigger_id: gesture } = command;
    const actor: Actor = { user, person: deps.personOf(user), team, channel, gesture };
    const parsed = parseCommand(command.text ?? '');
    const answered =
      'answer' in parsed
        ? { refused: parsed.answer }
        : await answering<Answered>(deps, `/lockdown ${parsed.command.verb}`, () =>
            commanded(deps, actor, parsed.command),
          );
    await respond({ response_type: 'ephemeral', ...messageOf(answered) });
  });
}

function listenToButtons(app: App, deps: Deps): void {
  app.action<BlockAction<ButtonAction>>(ANY_BUTTON, async ({ ack, action, body, respond }) => {
    await ack();
    const decoded = decodeButton(action);
    const { channel_id: channel, message_ts: ts } = body.container;
    const reply =
      decoded && channel && ts
        ? await answering<Reply | undefined>(deps, `pressing ${decoded.name}`, () =>
            pressed(deps, {
              ...decoded,
              actor: presser(deps, body, action),
              ts,
              message: messageOn(body),
              trigger: body.trigger_id,
            }),
          )
        : { refused: NOT_OURS };
    if (reply)
      await respond({ response_type: 'ephemeral', replace_original: false, ...inThread(body), ...messageOf(reply) });
  });
}

function messageOn({ message }: BlockAction): Kept {
  return { blocks: message?.blocks ?? [], attachments: message?.attachments ?? [] };
}

function presser(deps: Deps, body: BlockAction, action: ButtonAction): Actor {
  const user = body.user.id;
  const team = body.team?.id ?? body.user.team_id ?? '';
  const { thread } = threadOf(body);
  return {
    user,
    person: deps.personOf(user),
    team,
    channel: body.container.channel_id,
    thread,
    gesture: action.action_ts,
  };
}

function threadOf(body: BlockAction): { thread?: string } {
  const thread: unknown = body.container.thread_ts ?? body.message?.thread_ts;
  return typeof thread === 'string' ? { thread } : {};
}

function inThread(body: BlockAction): { thread_ts?: string } {
  const { thread } = threadOf(body);
  return thread === undefined ? {} : { thread_ts: thread };
}

function listenToModals(app: App, deps: Deps): void {
  app.view<ViewSubmitAction>(ANY_MODAL, async ({ ack, body, view }) => {
    const decoded = decodeModal(view.callback_id, view.private_metadata);
    if (!decoded) {
      deps.journal.warned({ because: `a modal of ours came back with state that is not ours, from ${body.user.id}` });
      return ack();
    }
    const { channel, thread } = decoded.state;
    const user = body.user.id;
    const team = body.team?.id ?? body.user.team_id ?? '';
    // The same page of the same modal is the same request, however often it is sent.
    const gesture = `${view.id} ${decoded.state.page ?? 0}`;
    const actor: Actor = { user, person: deps.personOf(user), team, channel, thread, gesture };
    const values = valuesOf(view.state.values);
    const working = answering<Submitted>(deps, `submitting ${decoded.name}`, () =>
      submitted(deps, { ...decoded, actor, view: view.id, values }),
    );
    const result = await inTime('we', working, SUBMIT_MS).catch((error: unknown): Submitted => {
      if (!(error instanceof TooSlow)) throw error;
      return { refused: UNCERTAIN };
    });
    if ('errors' in result) return ack({ response_action: 'errors', errors: result.errors });
    if ('next' in result) return ack({ response_action: 'update', view: result.next });
    if ('refused' in result)
      return ack({ response_action: 'errors', errors: { [errorBlock(decoded)]: result.refused } });
    await ack();
    await whisper(deps, actor, result);
  });
}

/** What was typed or chosen; each of our blocks holds one input. */
function valuesOf(
  given: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          {
            value?: string | null;
            selected_option?: { value: string } | null;
            selected_options?: readonly { value: string }[];
          }
        >
      >
    >
  >,
) {
  const entries = Object.entries(given).map(([block, inputs]) => {
    const [input] = Object.values(inputs);
    const [ticked] = input?.selected_options ?? [];
    return [block, input?.value ?? input?.selected_option?.value ?? ticked?.value] as const;
  });
  return Object.fromEntries(entries);
}

function listenToReactions(app: App, deps: Deps): void {
  const listenTo = (name: 'reaction_added' | 'reaction_removed', handler: typeof reactionAdded) =>
    app.event(name, async ({ event, body }) => {
      const { user, item, reaction, event_ts } = event;
      if (item.type !== 'message' || !user) return;
      const gesture = `${name} ${event_ts}`;
      const actor: Actor = { user, person: deps.personOf(user), team: body.team_id, channel: item.channel, gesture };
      const reacted = await answering(deps, name, () => handler(deps, { actor, name: reaction, ts: item.ts }));
      if (!reacted) return;
      if ('refused' in reacted) await whisper(deps, actor, reacted);
      else await tellReacted(deps, actor, reacted);
    });
  listenTo('reaction_added', reactionAdded);
  listenTo('reaction_removed', reactionRemoved);
}

function listenToChanges(app: App, deps: Deps): void {
  const { directory, client } = deps;
  app.event('subteam_members_changed', async ({ event }) => directory.forgetGroup(event.subteam_id));
  app.event('app_home_opened', async ({ event }) => {
    if (event.tab !== 'home') return;
    const drawn = await answering(deps, 'drawing the Home tab', () => homeOf(deps, event.user));
    await client.views.publish({ user_id: event.user, view: 'refused' in drawn ? homeUnavailable() : drawn });
  });
}

/** Whatever fails, the person hears of it; nothing was recorded then, since leaving a job is the last thing done. */
async function answering<Result>(
  deps: Deps,
  what: string,
  work: () => Promise<Result>,
): Promise<Result | { refused: string }> {
  try {
    return await work();
  } catch (error) {
    const failure = failureFrom(error, what);
    deps.journal.slackFailed({ what, because: failure instanceof Error ? failure.message : String(failure) });
    if (failure instanceof TooSlow) return { refused: NOT_RECORDED };
    if (failure instanceof SlackFailure) return { refused: `This was not recorded. ${failure.sentence}` };
    return { refused: 'Something failed on our side, so this was not recorded. Try again in a minute.' };
  }
}

/** The answer to a reaction, in the card's thread. */
export async function tellReacted(deps: Pick<Deps, 'post' | 'journal'>, actor: Actor, { reply, thread }: Reacted) {
  await whisper(deps, { ...actor, thread }, reply);
}

async function whisper(
  deps: Pick<Deps, 'post' | 'journal'>,
  { channel, user, thread }: Actor,
  reply: Reply,
): Promise<void> {
  try {
    await deps.post.whisper({ channel, user, thread }, messageOf(reply));
  } catch (error) {
    if (!(error instanceof SlackFailure)) throw error;
    deps.journal.slackFailed({ what: 'answering a person', because: error.message });
  }
}

function messageOf(answered: Answered): Message {
  if ('blocks' in answered) return answered;
  return 'recorded' in answered ? answer(answered.recorded) : answer(answered.refused, answered.way);
}
