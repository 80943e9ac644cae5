/** Modals opening, stacking, changing and closing; the values people typed stay where the inputs stay. */
import type { GivenView } from './blocks/view.ts';
import { initialState } from './gestures/state.ts';
import type { View } from './types.ts';
import type { Workspace } from './workspace.ts';

export const modalsDeepMax = 3;

export function newView(workspace: Workspace, given: GivenView, place: { user: string; above?: View }): View {
  const id = workspace.nextId('V');
  const { user, above } = place;
  return {
    id,
    user,
    hash: workspace.nextHash(),
    rootId: above?.rootId ?? id,
    previousId: above?.id,
    ...fieldsOf(given),
    state: initialState(given.blocks),
  };
}

export function updateView(workspace: Workspace, view: View, given: GivenView): void {
  const kept = view.state;
  Object.assign(view, fieldsOf(given), { hash: workspace.nextHash(), state: initialState(given.blocks) });
  for (const [blockId, actions] of Object.entries(view.state)) {
    for (const [actionId, value] of Object.entries(actions)) {
      const before = kept[blockId]?.[actionId];
      if (before && before.type === value.type) actions[actionId] = before;
    }
  }
  workspace.changed();
}

export function showModal(workspace: Workspace, view: View): void {
  workspace.modals.set(view.user, [...workspace.openModals(view.user), view]);
  workspace.changed();
}

/** Closes what lies above the first `keep` modals and answers what was closed, the top one first. */
export function closeAbove(workspace: Workspace, user: string, keep: number): View[] {
  const stack = workspace.openModals(user);
  workspace.modals.set(user, stack.slice(0, keep));
  workspace.changed();
  return stack.slice(keep).reverse();
}

function fieldsOf(given: GivenView) {
  const modal = given.type === 'modal' ? given : undefined;
  return {
    type: given.type,
    callbackId: given.callback_id ?? '',
    title: modal?.title,
    submit: modal?.submit,
    close: modal?.close,
    blocks: given.blocks,
    privateMetadata: given.private_metadata ?? '',
    externalId: given.external_id ?? '',
    clearOnClose: modal?.clear_on_close ?? false,
    notifyOnClose: modal?.notify_on_close ?? false,
  } as const;
}
