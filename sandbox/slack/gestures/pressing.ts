/** People pressing buttons and picking from menus, in messages, modals and the App Home. */
import type { Block, Message, Person, StateValues, View } from '../types.ts';
import { messageOnTheWire, viewOnTheWire } from '../wire.ts';
import { actingPerson, CannotDo, type Desk, deliver, interactionBase, placeOf, silence, slackbotSays } from './desk.ts';
import { type ConfirmDialog, type Seen, watch } from './seen.ts';
import {
  type Element,
  elementsOf,
  initialState,
  optionOf,
  type Picked,
  type PickedValues,
  stateValue,
} from './state.ts';

export type Press = {
  user: string;
  action_id: string;
  block_id?: string | undefined;
  /** Which button, where several share an action_id; or what was picked from a menu. */
  value?: Picked | undefined;
  /** What the other inputs hold at that moment. */
  values?: PickedValues | undefined;
  /** The person said yes to the confirm dialog. */
  confirmed?: boolean | undefined;
  settleMs: number;
};

export async function pressInMessage(desk: Desk, press: Press & { channel: string; ts: string }): Promise<Seen> {
  const { workspace } = desk;
  const person = actingPerson(desk, press.user);
  const channel = placeOf(desk, person, press.channel);
  const ephemeral = workspace.ephemerals.find((one) => one.ts === press.ts && one.visibleTo === person.id);
  const message = ephemeral ?? workspace.message(channel.id, press.ts);
  if (!message) throw new CannotDo('There is no such message.');
  const { block, element } = findElement(message.blocks, press);
  const seen = watch(workspace, person.id, channel.id);
  if (asksFirst(element, press)) return seen(desk.rest, 0, { confirm: element.confirm as ConfirmDialog });

  const key = `${person.id}:${message.channel}:${message.ts}`;
  const state = { ...initialState(message.blocks), ...workspace.picked.get(key) };
  pick(message.blocks, state, press.values);
  const action = actionOf(desk, block, element, press, state);
  workspace.picked.set(key, state);

  const place = { user: person.id, channel: channel.id, threadTs: message.threadTs, original: message };
  const payload = {
    type: 'block_actions',
    ...interactionBase(person),
    container: containerOf(message),
    trigger_id: desk.triggers.issue(person.id),
    channel: { id: channel.id, name: channel.kind === 'im' ? 'directmessage' : channel.name },
    ...(!ephemeral && {
      message: messageOnTheWire(workspace, message, { metadata: true, baseUrl: desk.baseUrl }),
    }),
    state: { values: state },
    response_url: desk.responseUrls.issue(desk.baseUrl, place),
    actions: [action],
  };
  return pressed(desk, person, press, payload, seen, { channel: channel.id, threadTs: message.threadTs });
}

export async function pressInView(desk: Desk, press: Press & { view_id: string }): Promise<Seen> {
  const { workspace } = desk;
  const person = actingPerson(desk, press.user);
  const view = ownView(desk, person, press.view_id);
  const { block, element } = findElement(view.blocks, press);
  const seen = watch(workspace, person.id, undefined);
  if (asksFirst(element, press)) return seen(desk.rest, 0, { confirm: element.confirm as ConfirmDialog });

  pick(view.blocks, view.state, press.values);
  const action = actionOf(desk, block, element, press, view.state);
  const payload = {
    type: 'block_actions',
    ...interactionBase(person),
    container: { type: 'view', view_id: view.id },
    trigger_id: desk.triggers.issue(person.id, view.id),
    view: viewOnTheWire(view),
    actions: [action],
  };
  return pressed(desk, person, press, payload, seen);
}

export function ownView(desk: Desk, person: Person, viewId: string): View {
  const view = desk.workspace.view(viewId);
  if (!view || view.user !== person.id) throw new CannotDo(`${person.realName} has no such view open.`);
  return view;
}

/** Puts what a person picked into the state, by the shape each element has. */
export function pick(blocks: readonly Block[], state: StateValues, values: PickedValues = {}): void {
  for (const [blockId, actions] of Object.entries(values)) {
    for (const [actionId, picked] of Object.entries(actions)) {
      const { element } = findElement(blocks, { action_id: actionId, block_id: blockId });
      const value = stateValue(element, picked);
      if ('refused' in value) throw new CannotDo(String(value.refused));
      state[blockId] = { ...state[blockId], [actionId]: value };
    }
  }
}

async function pressed(
  desk: Desk,
  person: Person,
  press: Press,
  payload: Record<string, unknown>,
  seen: ReturnType<typeof watch>,
  place?: { channel: string; threadTs: string | undefined },
): Promise<Seen> {
  if (!desk.settings.interactivity) {
    const warning = 'This app is not configured to handle interactive responses.';
    if (place) slackbotSays(desk, person, place.channel, warning, place.threadTs);
    return seen(desk.rest, 0, { warning });
  }
  const { outcome, ackMs } = await deliver(desk, 'interactive', payload);
  const warning = silence(outcome, 'This action');
  if (warning && place) slackbotSays(desk, person, place.channel, warning, place.threadTs);
  return seen(desk.rest, press.settleMs, { outcome, ackMs, warning });
}

function findElement(
  blocks: readonly Block[],
  press: { action_id: string; block_id?: string | undefined; value?: Picked | undefined },
): { block: Block; element: Element } {
  const named = elementsOf(blocks).filter(
    ({ block, element }) =>
      element.action_id === press.action_id && (press.block_id === undefined || block.block_id === press.block_id),
  );
  const byValue = named.find(({ element }) => element.type === 'button' && element.value === press.value);
  const [first] = named;
  const isOneOfSeveral = named.length > 1 && press.value !== undefined && first?.element.type === 'button';
  const found = isOneOfSeveral ? byValue : (byValue ?? first);
  if (!found) throw new CannotDo(`There is nothing to press called ${press.action_id}.`);
  return found;
}

function asksFirst(element: Element, press: Press): boolean {
  return element.confirm !== undefined && press.confirmed !== true;
}

function actionOf(desk: Desk, block: Block, element: Element, press: Press, state: StateValues) {
  const at = { action_id: element.action_id, block_id: block.block_id };
  const action_ts = desk.workspace.nextTs();
  const picked = press.value ?? null;
  switch (element.type) {
    case 'button':
    case 'icon_button':
    case 'workflow_button': {
      const { text, value, style, url, icon } = element;
      return { type: element.type, ...at, text, value, style, url, icon, action_ts };
    }
    case 'feedback_buttons': {
      const sides = [element.positive_button, element.negative_button] as { text: unknown; value: string }[];
      const side = sides.find((one) => one.value === picked);
      if (!side) throw new CannotDo('Feedback is one of the two buttons.');
      return { type: element.type, ...at, text: side.text, value: side.value, action_ts };
    }
    case 'overflow': {
      const option = typeof picked === 'string' ? optionOf(element, picked) : undefined;
      if (!option) throw new CannotDo(`${element.action_id} does not offer ${String(picked)}.`);
      return { type: element.type, ...at, selected_option: option, action_ts };
    }
    default: {
      const before = state[block.block_id]?.[element.action_id];
      const value = press.value === undefined && before ? before : stateValue(element, picked);
      if ('refused' in value) throw new CannotDo(String(value.refused));
      state[block.block_id] = { ...state[block.block_id], [element.action_id]: value };
      const { placeholder } = element;
      return { ...value, ...at, ...(placeholder !== undefined && { placeholder }), action_ts };
    }
  }
}

function containerOf(message: Message) {
  return {
    type: 'message',
    message_ts: message.ts,
    channel_id: message.channel,
    is_ephemeral: message.visibleTo !== undefined,
    ...(message.threadTs && { thread_ts: message.threadTs }),
  };
}
