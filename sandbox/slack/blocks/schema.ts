/** Every block an app may send, and on which surfaces Slack takes it. */
import { z } from 'zod';
import { accessory, actionsElement, buttons, contextActionsElement, inputElement } from './elements.ts';
import { richText, richTextFields } from './rich-text.ts';
import { anyText, hasOneImage, imageElement, imageFields, mrkdwn, plainText } from './texts.ts';

export type Surface = 'message' | 'modal' | 'home';

const everywhere: readonly Surface[] = ['message', 'modal', 'home'];
const messagesOnly: readonly Surface[] = ['message'];

export const surfacesOf: Record<string, readonly Surface[]> = {
  actions: everywhere,
  alert: ['modal'],
  card: messagesOnly,
  carousel: messagesOnly,
  container: messagesOnly,
  context: everywhere,
  context_actions: messagesOnly,
  data_table: ['message', 'home'],
  data_visualization: messagesOnly,
  divider: everywhere,
  header: everywhere,
  image: everywhere,
  input: everywhere,
  markdown: messagesOnly,
  plan: messagesOnly,
  rich_text: everywhere,
  section: everywhere,
  table: messagesOnly,
  task_card: messagesOnly,
  video: everywhere,
};

const block_id = z.string().max(255).optional();

const actions = z.strictObject({
  type: z.literal('actions'),
  block_id,
  elements: z.array(actionsElement).min(1).max(25),
});

const context = z.strictObject({
  type: z.literal('context'),
  block_id,
  elements: z
    .array(z.discriminatedUnion('type', [plainText(3000), mrkdwn(3000), imageElement]))
    .min(1)
    .max(10),
});

const divider = z.strictObject({ type: z.literal('divider'), block_id });
const header = z.strictObject({
  type: z.literal('header'),
  block_id,
  text: plainText(150),
  level: z.number().int().min(1).max(4).optional(),
});
const image = z
  .strictObject({ type: z.literal('image'), block_id, ...imageFields, title: plainText(2000).optional() })
  .refine(...hasOneImage);

const input = z.strictObject({
  type: z.literal('input'),
  block_id,
  label: plainText(2000),
  hint: plainText(2000).optional(),
  optional: z.boolean().optional(),
  dispatch_action: z.boolean().optional(),
  element: inputElement,
});

const section = z
  .strictObject({
    type: z.literal('section'),
    block_id,
    text: anyText(3000).optional(),
    fields: z.array(anyText(2000)).min(1).max(10).optional(),
    accessory: accessory.optional(),
    expand: z.boolean().optional(),
  })
  .refine((block) => block.text !== undefined || block.fields !== undefined, 'must provide either text or fields');

const rawText = z.strictObject({ type: z.literal('raw_text'), text: z.string().min(1) });
const rawNumber = z.strictObject({ type: z.literal('raw_number'), value: z.number(), text: z.string().min(1) });
const cell = z.discriminatedUnion('type', [rawText, rawNumber, richText]);
const sameWidth = [
  (rows: readonly unknown[][]) => rows.every((row) => row.length === rows[0]?.length),
  'must have the same number of cells in every row',
] as const;

const table = z.strictObject({
  type: z.literal('table'),
  block_id,
  rows: z
    .array(z.array(cell).min(1).max(20))
    .min(1)
    .max(100)
    .refine(...sameWidth),
  column_settings: z
    .array(
      z
        .strictObject({ align: z.enum(['left', 'center', 'right']).optional(), is_wrapped: z.boolean().optional() })
        .nullable(),
    )
    .max(20)
    .optional(),
});

const dataTable = z.strictObject({
  type: z.literal('data_table'),
  block_id,
  caption: z.string().min(1),
  page_size: z.number().int().min(1).max(100).optional(),
  row_header_column_index: z.number().int().min(0).max(19).optional(),
  rows: z
    .array(z.array(cell).min(1).max(20))
    .min(2)
    .max(201)
    .refine(...sameWidth)
    .refine(([head]) => head?.every((one) => one.type !== 'rich_text'), 'must not use rich_text in the header row'),
});

const task = {
  task_id: z.string().min(1).max(255),
  title: z.string().min(1),
  details: richText.optional(),
  output: richText.optional(),
  sources: z.array(z.strictObject({ type: z.literal('url'), url: z.string(), text: z.string() })).optional(),
};

// A task that has not begun is only shown inside a plan.
const taskCard = z.strictObject({
  type: z.literal('task_card'),
  block_id,
  ...task,
  status: z.enum(['in_progress', 'complete', 'error']),
});

const plan = z.strictObject({
  type: z.literal('plan'),
  block_id,
  title: z.string().min(1),
  tasks: z
    .array(
      z.strictObject({
        type: z.literal('task_card').optional(),
        block_id,
        ...task,
        status: z.enum(['pending', 'in_progress', 'complete', 'error']),
      }),
    )
    .max(50)
    .optional(),
});

const card = z
  .strictObject({
    type: z.literal('card'),
    block_id,
    hero_image: imageElement.optional(),
    icon: imageElement.optional(),
    title: mrkdwn(150).optional(),
    subtitle: mrkdwn(150).optional(),
    body: mrkdwn(200).optional(),
    actions: buttons.max(5).optional(),
  })
  .refine(
    (block) => [block.hero_image, block.title, block.actions, block.body].some((part) => part !== undefined),
    'must provide one of hero_image, title, actions or body',
  );

const video = z.strictObject({
  type: z.literal('video'),
  block_id,
  video_url: z.url({ protocol: /^https$/ }),
  thumbnail_url: z.string(),
  alt_text: z.string().min(1),
  title: plainText(199),
  title_url: z.string().optional(),
  author_name: z.string().max(49).optional(),
  provider_name: z.string().optional(),
  provider_icon_url: z.string().optional(),
  description: plainText(3000).optional(),
});

const container = z
  .strictObject({
    type: z.literal('container'),
    block_id,
    title: plainText(150).optional(),
    rich_text_title: richText.optional(),
    subtitle: anyText(150).optional(),
    child_blocks: z
      .array(
        z.discriminatedUnion('type', [
          actions,
          context,
          divider,
          header,
          image,
          input,
          richText,
          section,
          table,
          video,
        ]),
      )
      .min(1)
      .max(10),
    width: z.enum(['narrow', 'standard', 'wide', 'full']).optional(),
    icon: imageElement.optional(),
    is_collapsible: z.boolean().optional(),
    default_collapsed: z.boolean().optional(),
    has_header_divider: z.boolean().optional(),
  })
  .refine((block) => block.title ?? block.rich_text_title, 'must provide either title or rich_text_title');

const points = z
  .array(z.strictObject({ label: z.string().max(20), value: z.number() }))
  .min(1)
  .max(20);
const axes = z.object({
  categories: z.array(z.string().max(20)).max(20).optional(),
  x_label: z.string().max(50).optional(),
  y_label: z.string().max(50).optional(),
});
const seriesChart = <Kind extends string>(kind: Kind) =>
  z.strictObject({
    type: z.literal(kind),
    series: z
      .array(z.strictObject({ name: z.string().max(20), data: points }))
      .min(1)
      .max(12),
    axis_config: axes.optional(),
  });

const dataVisualization = z.strictObject({
  type: z.literal('data_visualization'),
  block_id,
  title: z.string().min(1).max(50),
  chart: z.discriminatedUnion('type', [
    seriesChart('line'),
    seriesChart('bar'),
    seriesChart('area'),
    z.strictObject({
      type: z.literal('pie'),
      segments: z
        .array(z.strictObject({ label: z.string().max(20), value: z.number() }))
        .min(1)
        .max(12),
    }),
  ]),
});

export const anyBlock = z.discriminatedUnion('type', [
  actions,
  z.strictObject({
    type: z.literal('alert'),
    block_id,
    text: anyText(200),
    level: z.enum(['default', 'info', 'warning', 'error', 'success']).optional(),
  }),
  card,
  z.strictObject({ type: z.literal('carousel'), block_id, elements: z.array(card).min(1).max(10) }),
  container,
  context,
  z.strictObject({
    type: z.literal('context_actions'),
    block_id,
    elements: z.array(contextActionsElement).min(1).max(5),
  }),
  dataTable,
  dataVisualization,
  divider,
  header,
  image,
  input,
  z.strictObject({ type: z.literal('markdown'), block_id, text: z.string().min(1).max(12_000) }),
  plan,
  z.strictObject({ ...richTextFields, block_id }),
  section,
  table,
  taskCard,
  video,
]);
