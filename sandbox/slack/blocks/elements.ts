/** The elements people press, pick from and type into, with Slack's limits. */
import { z } from 'zod';
import { richText } from './rich-text.ts';
import {
  colour,
  confirm,
  identifier,
  imageElement,
  optionGroup,
  overflowOption,
  plainOption,
  plainText,
  richOption,
} from './texts.ts';

const common = { action_id: identifier, confirm, focus_on_load: z.boolean().optional() };
const placeholder = plainText(150).optional();
const dispatch = z
  .strictObject({ trigger_actions_on: z.array(z.enum(['on_enter_pressed', 'on_character_entered'])).min(1) })
  .optional();
const typed = {
  action_id: identifier,
  focus_on_load: z.boolean().optional(),
  placeholder,
  dispatch_action_config: dispatch,
};
const maxSelected = z.number().int().min(1).optional();
const conversationFilter = z
  .strictObject({
    include: z.array(z.enum(['im', 'mpim', 'private', 'public'])).min(1),
    exclude_external_shared_channels: z.boolean(),
    exclude_bot_users: z.boolean(),
  })
  .partial()
  .optional();
const accessibilityLabel = z.string().max(75).optional();

const button = z.strictObject({
  type: z.literal('button'),
  action_id: identifier,
  text: plainText(75),
  value: z.string().max(2000).optional(),
  url: z.string().max(3000).optional(),
  style: colour,
  confirm,
  accessibility_label: accessibilityLabel,
});

const checkboxes = z.strictObject({
  type: z.literal('checkboxes'),
  ...common,
  options: z.array(richOption).min(1).max(10),
  initial_options: z.array(richOption).min(1).optional(),
});

const radioButtons = z.strictObject({
  type: z.literal('radio_buttons'),
  ...common,
  options: z.array(richOption).min(1).max(10),
  initial_option: richOption.optional(),
});

const overflow = z.strictObject({
  type: z.literal('overflow'),
  action_id: identifier,
  confirm,
  options: z.array(overflowOption).min(1).max(5),
});

const datepicker = z.strictObject({
  type: z.literal('datepicker'),
  ...common,
  placeholder,
  initial_date: z.iso.date().optional(),
});

const timepicker = z.strictObject({
  type: z.literal('timepicker'),
  ...common,
  placeholder,
  initial_time: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time as HH:mm')
    .optional(),
  timezone: z.string().optional(),
});

const datetimepicker = z.strictObject({
  type: z.literal('datetimepicker'),
  ...common,
  initial_date_time: z.number().int().optional(),
});

const choices = {
  options: z.array(plainOption).min(1).max(100).optional(),
  option_groups: z.array(optionGroup).min(1).max(100).optional(),
};
const hasOneListOfChoices = [
  (select: { options?: unknown; option_groups?: unknown }) =>
    (select.options === undefined) !== (select.option_groups === undefined),
  'must provide either options or option_groups',
] as const;

const selects = [
  z
    .strictObject({
      type: z.literal('static_select'),
      ...common,
      placeholder,
      ...choices,
      initial_option: plainOption.optional(),
    })
    .refine(...hasOneListOfChoices),
  z.strictObject({
    type: z.literal('external_select'),
    ...common,
    placeholder,
    initial_option: plainOption.optional(),
    min_query_length: z.number().int().min(0).optional(),
  }),
  z.strictObject({ type: z.literal('users_select'), ...common, placeholder, initial_user: z.string().optional() }),
  z.strictObject({
    type: z.literal('channels_select'),
    ...common,
    placeholder,
    initial_channel: z.string().optional(),
    response_url_enabled: z.boolean().optional(),
  }),
  z.strictObject({
    type: z.literal('conversations_select'),
    ...common,
    placeholder,
    initial_conversation: z.string().optional(),
    default_to_current_conversation: z.boolean().optional(),
    response_url_enabled: z.boolean().optional(),
    filter: conversationFilter,
  }),
] as const;

const multiSelects = [
  z
    .strictObject({
      type: z.literal('multi_static_select'),
      ...common,
      placeholder,
      ...choices,
      initial_options: z.array(plainOption).min(1).optional(),
      max_selected_items: maxSelected,
    })
    .refine(...hasOneListOfChoices),
  z.strictObject({
    type: z.literal('multi_external_select'),
    ...common,
    placeholder,
    initial_options: z.array(plainOption).min(1).optional(),
    min_query_length: z.number().int().min(0).optional(),
    max_selected_items: maxSelected,
  }),
  z.strictObject({
    type: z.literal('multi_users_select'),
    ...common,
    placeholder,
    initial_users: z.array(z.string()).min(1).optional(),
    max_selected_items: maxSelected,
  }),
  z.strictObject({
    type: z.literal('multi_channels_select'),
    ...common,
    placeholder,
    initial_channels: z.array(z.string()).min(1).optional(),
    max_selected_items: maxSelected,
  }),
  z.strictObject({
    type: z.literal('multi_conversations_select'),
    ...common,
    placeholder,
    initial_conversations: z.array(z.string()).min(1).optional(),
    default_to_current_conversation: z.boolean().optional(),
    max_selected_items: maxSelected,
    filter: conversationFilter,
  }),
] as const;

const plainTextInput = z.strictObject({
  type: z.literal('plain_text_input'),
  ...typed,
  initial_value: z.string().max(3000).optional(),
  multiline: z.boolean().optional(),
  min_length: z.number().int().min(0).max(3000).optional(),
  max_length: z.number().int().min(1).max(3000).optional(),
});

const typedInputs = [
  plainTextInput,
  z.strictObject({ type: z.literal('email_text_input'), ...typed, initial_value: z.string().optional() }),
  z.strictObject({ type: z.literal('url_text_input'), ...typed, initial_value: z.string().optional() }),
  z.strictObject({
    type: z.literal('number_input'),
    ...typed,
    is_decimal_allowed: z.boolean(),
    initial_value: z.string().optional(),
    min_value: z.string().optional(),
    max_value: z.string().optional(),
  }),
  z.strictObject({
    type: z.literal('rich_text_input'),
    ...typed,
    initial_value: richText.optional(),
    min_lines: z.number().int().optional(),
    max_lines: z.number().int().optional(),
  }),
] as const;

const workflowButton = z.strictObject({
  type: z.literal('workflow_button'),
  action_id: identifier,
  confirm,
  text: plainText(75),
  workflow: z.object({ trigger: z.object({ url: z.string() }) }),
  style: colour,
  accessibility_label: accessibilityLabel,
});

const feedbackChoice = z.strictObject({
  text: plainText(75),
  accessibility_label: accessibilityLabel,
  value: z.string().max(2000),
});

export const buttons = z.array(button);

export const actionsElement = z.discriminatedUnion('type', [
  button,
  checkboxes,
  radioButtons,
  overflow,
  datepicker,
  timepicker,
  datetimepicker,
  ...selects,
  ...multiSelects,
  workflowButton,
  typedInputs[4],
]);

export const accessory = z.discriminatedUnion('type', [
  button,
  checkboxes,
  radioButtons,
  overflow,
  datepicker,
  timepicker,
  ...selects,
  ...multiSelects,
  workflowButton,
  imageElement,
]);

export const inputElement = z.discriminatedUnion('type', [
  ...typedInputs,
  checkboxes,
  radioButtons,
  datepicker,
  timepicker,
  datetimepicker,
  ...selects,
  ...multiSelects,
  z.strictObject({
    type: z.literal('file_input'),
    action_id: identifier,
    filetypes: z.array(z.string()).optional(),
    max_files: z.number().int().min(1).max(10).optional(),
  }),
]);

export const contextActionsElement = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('feedback_buttons'),
    action_id: identifier,
    positive_button: feedbackChoice,
    negative_button: feedbackChoice,
  }),
  z.strictObject({
    type: z.literal('icon_button'),
    action_id: identifier,
    confirm,
    icon: z.literal('trash'),
    text: plainText(75),
    accessibility_label: accessibilityLabel,
    value: z.string().max(2000).optional(),
    visible_to_user_ids: z.array(z.string()).optional(),
  }),
]);
