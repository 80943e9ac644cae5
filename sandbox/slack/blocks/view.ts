/** Takes the view an app sends: a modal or a Home tab, with Slack's limits. */
import { z } from 'zod';
import type { Block } from '../types.ts';
import { checkBlocks, problem, problemsFrom } from './check.ts';
import { plainText } from './texts.ts';

const common = {
  blocks: z.array(z.unknown()),
  private_metadata: z.string().max(3000).optional(),
  callback_id: z.string().max(255).optional(),
  external_id: z.string().max(255).optional(),
};

const anyView = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('modal'),
    ...common,
    title: plainText(24),
    submit: plainText(24).optional(),
    close: plainText(24).optional(),
    clear_on_close: z.boolean().optional(),
    notify_on_close: z.boolean().optional(),
    submit_disabled: z.boolean().optional(),
  }),
  z.strictObject({ type: z.literal('home'), ...common }),
]);

export type GivenView = z.infer<typeof anyView> & { blocks: Block[] };

export function checkView(
  given: unknown,
  options: { kind: 'modal' | 'home'; unsupported: readonly string[]; newId: () => string },
): { view: GivenView } | { wrong: string[] } {
  const checked = anyView.safeParse(given, { reportInput: true });
  if (!checked.success) return { wrong: problemsFrom(checked.error, '/view') };
  const view = checked.data;
  if (view.type !== options.kind) return { wrong: [problem(`must be a ${options.kind} view`, '/view/type')] };

  const blocks = checkBlocks(view.blocks, { ...options, surface: view.type, at: '/view/blocks' });
  if ('wrong' in blocks) return blocks;
  const asksSomething = blocks.blocks.some((block) => block.type === 'input');
  if (view.type === 'modal' && asksSomething && !view.submit) {
    return { wrong: [problem('missing required field: submit', '/view')] };
  }
  return { view: { ...view, blocks: blocks.blocks } };
}
