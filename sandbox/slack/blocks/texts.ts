/** Slack's small composed objects: texts, options, confirm dialogs, images. With Slack's limits. */
import { z } from 'zod';

export const plainText = (max: number) =>
  z.strictObject({ type: z.literal('plain_text'), text: z.string().min(1).max(max), emoji: z.boolean().optional() });

export const mrkdwn = (max: number) =>
  z.strictObject({ type: z.literal('mrkdwn'), text: z.string().min(1).max(max), verbatim: z.boolean().optional() });

export const anyText = (max: number) => z.discriminatedUnion('type', [plainText(max), mrkdwn(max)]);

export const identifier = z.string().max(255).optional();

export const colour = z.enum(['primary', 'danger']).optional();

export const confirm = z
  .strictObject({
    title: plainText(100).optional(),
    text: anyText(300),
    confirm: plainText(30).optional(),
    deny: plainText(30).optional(),
    style: colour,
  })
  .optional();

const optionOf = (text: z.ZodType) =>
  z.strictObject({
    text,
    value: z.string().min(1).max(75),
    description: z.union([plainText(75), mrkdwn(75)]).optional(),
  });

export const plainOption = optionOf(plainText(75));
export const richOption = optionOf(anyText(75));

export const overflowOption = z.strictObject({
  text: plainText(75),
  value: z.string().max(75).optional(),
  description: plainText(75).optional(),
  url: z.string().max(3000).optional(),
});

export const optionGroup = z.strictObject({ label: plainText(75), options: z.array(plainOption).min(1).max(100) });

const slackFile = z
  .strictObject({ id: z.string().optional(), url: z.string().optional() })
  .refine(
    (file) => (file.id === undefined) !== (file.url === undefined),
    'must provide either id or url, and not both',
  );

export const imageFields = {
  alt_text: z.string().min(1).max(2000),
  image_url: z.string().min(1).max(3000).optional(),
  slack_file: slackFile.optional(),
};

export const hasOneImage = [
  (image: { image_url?: unknown; slack_file?: unknown }) =>
    (image.image_url === undefined) !== (image.slack_file === undefined),
  'must provide either image_url or slack_file',
] as const;

export const imageElement = z.strictObject({ type: z.literal('image'), ...imageFields }).refine(...hasOneImage);
