/** People submitting and closing modals, and what the app's acknowledgement does to them. */
import { z } from 'zod';
import { checkView } from '../blocks/view.ts';
import type { View } from '../types.ts';
import { closeAbove, modalsDeepMax, newView, showModal, updateView } from '../viewing.ts';
import { viewOnTheWire } from '../wire.ts';
import { actingPerson, CannotDo, type Desk, deliver, interactionBase, silence } from './desk.ts';
import { ownView, pick } from './pressing.ts';
import { type Seen, watch } from './seen.ts';
import { clientComplaint, type PickedValues } from './state.ts';

export async function submit(
  desk: Desk,
  given: { user: string; view_id: string; values?: PickedValues | undefined; settleMs: number },
): Promise<Seen> {
  const { workspace } = desk;
  const person = actingPerson(desk, given.user);
  const view = ownView(desk, person, given.view_id);
  if (workspace.openModals(person.id).at(-1) !== view) throw new CannotDo('Another modal lies on top of this one.');
  if (!view.submit) throw new CannotDo('This modal has nothing to submit.');
  const seen = watch(workspace, person.id, undefined);
  pick(view.blocks, view.state, given.values);

  const complaints = clientComplaints(view);
  if (Object.keys(complaints).length > 0) return seen(desk.rest, 0, { errors: complaints });

  const { outcome, ackMs } = await deliver(desk, 'interactive', {
    type: 'view_submission',
    ...interactionBase(person),
    trigger_id: desk.triggers.issue(person.id, view.id),
    view: viewOnTheWire(view),
    response_urls: [],
  });
  if (!outcome.acked) {
    const warning = silence(outcome, 'Submitting');
    return seen(desk.rest, given.settleMs, { outcome, ackMs, warning });
  }
  const result = follow(desk, view, outcome.body);
  return seen(desk.rest, given.settleMs, { outcome, ackMs, ...result });
}

export async function closeView(desk: Desk, given: { user: string; view_id: string; settleMs: number }): Promise<Seen> {
  const { workspace } = desk;
  const person = actingPerson(desk, given.user);
  const view = ownView(desk, person, given.view_id);
  const stack = workspace.openModals(person.id);
  if (stack.at(-1) !== view) throw new CannotDo('Another modal lies on top of this one.');
  const seen = watch(workspace, person.id, undefined);
  const closed = closeAbove(workspace, person.id, view.clearOnClose ? 0 : stack.length - 1);
  const told = closed.filter((one) => one.notifyOnClose);
  const outcomes = await Promise.all(
    told.map((one) =>
      deliver(desk, 'interactive', {
        type: 'view_closed',
        ...interactionBase(person),
        view: viewOnTheWire(one),
        is_cleared: closed.length > 1,
      }),
    ),
  );
  return seen(desk.rest, given.settleMs, { outcome: outcomes[0]?.outcome, ackMs: outcomes[0]?.ackMs });
}

const ResponseAction = z.discriminatedUnion('response_action', [
  z.object({ response_action: z.literal('errors'), errors: z.record(z.string(), z.string()) }),
  z.object({ response_action: z.literal('update'), view: z.unknown() }),
  z.object({ response_action: z.literal('push'), view: z.unknown() }),
  z.object({ response_action: z.literal('clear') }),
]);

const trouble = 'We had some trouble connecting. Try again?';

function follow(desk: Desk, view: View, body: unknown): { errors?: Record<string, string>; warning?: string } {
  const { workspace } = desk;
  const depth = workspace.openModals(view.user).indexOf(view);
  const saysNothing =
    body === undefined || body === '' || (typeof body === 'object' && Object.keys(body ?? {}).length === 0);
  if (saysNothing) {
    if (depth >= 0) closeAbove(workspace, view.user, depth);
    return {};
  }
  const answer = ResponseAction.safeParse(body);
  if (!answer.success) return { warning: trouble };
  const { data } = answer;
  if (data.response_action === 'clear') {
    closeAbove(workspace, view.user, 0);
    return {};
  }
  if (data.response_action === 'errors') {
    const inputs = new Set(view.blocks.filter((block) => block.type === 'input').map((block) => block.block_id));
    const areKnown = Object.keys(data.errors).every((blockId) => inputs.has(blockId));
    return areKnown ? { errors: data.errors } : { warning: trouble };
  }
  const checked = checkView(data.view, {
    kind: 'modal',
    unsupported: desk.unsupportedBlocks,
    newId: () => workspace.nextId('').slice(0, 5),
  });
  if ('wrong' in checked) return { warning: `${trouble} ${checked.wrong.join(' ')}` };
  if (data.response_action === 'update') {
    updateView(workspace, view, checked.view);
    return {};
  }
  if (workspace.openModals(view.user).length >= modalsDeepMax) return { warning: trouble };
  showModal(workspace, newView(workspace, checked.view, { user: view.user, above: view }));
  return {};
}

function clientComplaints(view: View): Record<string, string> {
  const complaints = view.blocks.flatMap((block) => {
    if (block.type !== 'input') return [];
    const [value] = Object.values(view.state[block.block_id] ?? {});
    const complaint = value && clientComplaint(block, value);
    return complaint ? [[block.block_id, complaint] as const] : [];
  });
  return Object.fromEntries(complaints);
}
