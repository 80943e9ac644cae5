/** What the inputs of a view or message hold: the shapes Slack reports, and what the client checks by itself. */
import type { Block, StateValue, StateValues } from '../types.ts';

export type Element = { type: string; action_id: string; [field: string]: unknown };

/** What a person picked or typed: a value, several, or nothing. */
export type Picked = string | readonly string[] | null;
export type PickedValues = Record<string, Record<string, Picked>>;

type Option = { text: { text: string }; value?: string; [field: string]: unknown };

/** Every element that keeps a value, with its block. Buttons and overflow menus keep none. */
function statefulElements(blocks: readonly Block[]): { block: Block; element: Element }[] {
  return elementsOf(blocks).filter(({ element }) => element.type in emptyValue);
}

export function elementsOf(blocks: readonly Block[]): { block: Block; element: Element }[] {
  return blocks.flatMap((block) => {
    if (block.type === 'container') return elementsOf(block.child_blocks as Block[]);
    if (block.type === 'card') return elementsIn(block, block.actions);
    if (block.type === 'carousel') {
      return (block.elements as Block[]).flatMap((card) => elementsIn(block, card.actions));
    }
    return [block.accessory, block.element, block.elements].flatMap((part) => elementsIn(block, part));
  });
}

export function initialState(blocks: readonly Block[]): StateValues {
  const state: StateValues = {};
  for (const { block, element } of statefulElements(blocks)) {
    state[block.block_id] = { ...state[block.block_id], [element.action_id]: initialValue(element) };
  }
  return state;
}

/** The state value for what a person picked; a sentence where the element does not offer it. */
export function stateValue(element: Element, picked: Picked): StateValue | { refused: string } {
  const { type } = element;
  const one = Array.isArray(picked) ? picked[0] : (picked as string | null);
  const many = picked === null ? [] : Array.isArray(picked) ? picked : [picked as string];
  switch (type) {
    case 'checkboxes':
    case 'multi_static_select':
    case 'multi_external_select': {
      const chosen = many.map((value) => optionOf(element, value));
      if (chosen.includes(undefined)) return { refused: `${element.action_id} does not offer ${many.join(', ')}` };
      return { type, selected_options: chosen };
    }
    case 'radio_buttons':
    case 'static_select':
    case 'external_select': {
      if (one === null || one === undefined) return { type, selected_option: null };
      const option = optionOf(element, one);
      return option ? { type, selected_option: option } : { refused: `${element.action_id} does not offer ${one}` };
    }
    case 'multi_users_select':
      return { type, selected_users: many };
    case 'multi_channels_select':
      return { type, selected_channels: many };
    case 'multi_conversations_select':
      return { type, selected_conversations: many };
    case 'users_select':
      return { type, selected_user: one ?? null };
    case 'channels_select':
      return { type, selected_channel: one ?? null };
    case 'conversations_select':
      return { type, selected_conversation: one ?? null };
    case 'datepicker':
      return { type, selected_date: one ?? null };
    case 'timepicker':
      return { type, selected_time: one ?? null };
    case 'datetimepicker':
      return { type, selected_date_time: one ? Number(one) : null };
    case 'rich_text_input':
      return one ? { type, rich_text_value: richTextOf(one) } : { type };
    case 'file_input':
      return { type, files: [] };
    default:
      return { type, value: one ? one : null };
  }
}

/** What the client itself says about an input before it sends anything to the app. */
export function clientComplaint(block: Block, value: StateValue): string | undefined {
  const element = block.element as Element;
  const held = Object.entries(value).find(([name]) => name !== 'type')?.[1];
  const isEmpty = held === null || held === undefined || held === '' || (Array.isArray(held) && held.length === 0);
  if (isEmpty) return block.optional === true ? undefined : 'Please complete this required field.';
  if (typeof held !== 'string') return tooMany(element, held);

  const { min_length: min, max_length: max } = element;
  if (typeof min === 'number' && held.length < min) return `Please enter at least ${min} characters.`;
  if (typeof max === 'number' && held.length > max) return `Please enter no more than ${max} characters.`;
  if (element.type === 'email_text_input' && !/^\S+@\S+\.\S+$/.test(held)) return 'Please enter a valid email.';
  if (element.type === 'url_text_input' && !URL.canParse(held)) return 'Please enter a valid URL.';
  if (element.type === 'number_input') return numberComplaint(element, held);
  return undefined;
}

function numberComplaint(element: Element, held: string): string | undefined {
  const number = Number(held);
  if (Number.isNaN(number)) return 'Please enter a valid number.';
  if (element.is_decimal_allowed !== true && !Number.isInteger(number)) return 'Please enter a whole number.';
  if (element.min_value !== undefined && number < Number(element.min_value)) {
    return `Please enter a number of at least ${element.min_value}.`;
  }
  if (element.max_value !== undefined && number > Number(element.max_value)) {
    return `Please enter a number of at most ${element.max_value}.`;
  }
  return undefined;
}

function tooMany(element: Element, held: unknown): string | undefined {
  const max = element.max_selected_items;
  if (typeof max !== 'number' || !Array.isArray(held) || held.length <= max) return undefined;
  return `Please choose no more than ${max}.`;
}

/** How each element that keeps a value looks while it holds nothing. */
const emptyValue: Record<string, StateValue> = Object.fromEntries(
  [
    ['plain_text_input', { value: null }],
    ['email_text_input', { value: null }],
    ['url_text_input', { value: null }],
    ['number_input', { value: null }],
    ['rich_text_input', {}],
    ['file_input', { files: [] }],
    ['checkboxes', { selected_options: [] }],
    ['radio_buttons', { selected_option: null }],
    ['static_select', { selected_option: null }],
    ['external_select', { selected_option: null }],
    ['users_select', { selected_user: null }],
    ['channels_select', { selected_channel: null }],
    ['conversations_select', { selected_conversation: null }],
    ['multi_static_select', { selected_options: [] }],
    ['multi_external_select', { selected_options: [] }],
    ['multi_users_select', { selected_users: [] }],
    ['multi_channels_select', { selected_channels: [] }],
    ['multi_conversations_select', { selected_conversations: [] }],
    ['datepicker', { selected_date: null }],
    ['timepicker', { selected_time: null }],
    ['datetimepicker', { selected_date_time: null }],
  ].map(([type, empty]) => [type, { type, ...(empty as object) } as StateValue]),
);

function initialValue(element: Element): StateValue {
  const empty = emptyValue[element.type] ?? { type: element.type };
  const initial: Record<string, unknown> = {
    value: element.initial_value,
    rich_text_value: element.type === 'rich_text_input' ? element.initial_value : undefined,
    selected_options: element.initial_options,
    selected_option: element.initial_option,
    selected_user: element.initial_user,
    selected_users: element.initial_users,
    selected_channel: element.initial_channel,
    selected_channels: element.initial_channels,
    selected_conversation: element.initial_conversation,
    selected_conversations: element.initial_conversations,
    selected_date: element.initial_date,
    selected_time: element.initial_time,
    selected_date_time: element.initial_date_time,
  };
  const known = Object.entries(initial).filter(([name, value]) => value !== undefined && name in empty);
  if (element.type === 'rich_text_input' && element.initial_value) {
    return { type: element.type, rich_text_value: element.initial_value };
  }
  return { ...empty, ...Object.fromEntries(known) };
}

export function optionOf(element: Element, value: string): Option | undefined {
  const groups = (element.option_groups ?? []) as { options: Option[] }[];
  const options = [...((element.options ?? []) as Option[]), ...groups.flatMap((group) => group.options)];
  return options.find((option) => option.value === value);
}

function richTextOf(text: string): unknown {
  return {
    type: 'rich_text',
    elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }],
  };
}

function elementsIn(block: Block, part: unknown): { block: Block; element: Element }[] {
  const parts: unknown[] = Array.isArray(part) ? part : [part];
  return parts.filter(isElement).map((element) => ({ block, element }));
}

function isElement(part: unknown): part is Element {
  return typeof part === 'object' && part !== null && 'action_id' in part && typeof part.action_id === 'string';
}
