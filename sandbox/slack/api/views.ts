/** The views.* methods: modals and Home tabs. */
import { checkView, type GivenView } from '../blocks/view.ts';
import type { View } from '../types.ts';
import { closeAbove, modalsDeepMax, newView, showModal, updateView } from '../viewing.ts';
import { viewOnTheWire } from '../wire.ts';
import { type Answer, type Call, type Method, refuse, refuseWith } from './call.ts';

export const viewMethods: Record<string, Method> = {
  'views.open': { run: open },
  'views.push': { run: push },
  'views.update': { run: update },
  'views.publish': { run: publish },
};

function open(call: Call): Answer {
  const { workspace } = call;
  const given = givenView(call, 'modal');
  const { user } = usedTrigger(call);
  const view = newView(workspace, given, { user });
  closeAbove(workspace, user, 0);
  showModal(workspace, view);
  return { view: viewOnTheWire(view) };
}

function push(call: Call): Answer {
  const { workspace } = call;
  const given = givenView(call, 'modal');
  const { user } = usedTrigger(call);
  const stack = workspace.openModals(user);
  const top = stack.at(-1);
  if (!top) refuse('not_found');
  if (stack.length >= modalsDeepMax) refuse('push_limit_reached');
  const view = newView(workspace, given, { user, above: top });
  showModal(workspace, view);
  return { view: viewOnTheWire(view) };
}

function update(call: Call): Answer {
  const { workspace, args } = call;
  const id = args.text('view_id');
  const externalId = args.text('external_id');
  if ((id === undefined) === (externalId === undefined)) {
    refuseWith('invalid_arguments', ['[ERROR] must provide either view_id or external_id [json-pointer:]']);
  }
  const view = id ? workspace.view(id) : workspace.viewByExternalId(externalId ?? '');
  if (!view) refuse('not_found');
  refuseOlder(call, view);
  updateView(workspace, view, givenView(call, view.type));
  return { view: viewOnTheWire(view) };
}

function publish(call: Call): Answer {
  const { workspace, args } = call;
  if (!call.hasHome) refuse('not_enabled');
  const user = args.required('user_id');
  const person = workspace.people.get(user);
  if (!person || person.isBot || person.deleted) refuse('user_not_found');
  const given = givenView(call, 'home');
  const known = workspace.homes.get(user);
  if (known) {
    refuseOlder(call, known);
    updateView(workspace, known, given);
    return { view: viewOnTheWire(known) };
  }
  const view = newView(workspace, given, { user });
  workspace.homes.set(user, view);
  workspace.changed();
  return { view: viewOnTheWire(view) };
}

function refuseOlder(call: Call, view: View): void {
  const hash = call.args.text('hash');
  if (hash !== undefined && hash !== view.hash) refuse('hash_conflict');
}

function givenView(call: Call, kind: 'modal' | 'home'): GivenView {
  const { workspace, unsupportedBlocks } = call;
  call.args.required('view');
  const checked = checkView(call.args.json('view', 'invalid_arguments'), {
    kind,
    unsupported: unsupportedBlocks,
    newId: () => workspace.nextId('').slice(0, 5),
  });
  if ('wrong' in checked) refuseWith('invalid_arguments', checked.wrong);
  const { external_id: externalId } = checked.view;
  const sameName = externalId ? workspace.viewByExternalId(externalId) : undefined;
  const updated = call.args.text('view_id') ?? call.args.text('external_id');
  if (sameName && sameName.id !== updated && sameName.externalId !== updated && kind === 'modal') {
    refuse('duplicate_external_id');
  }
  return checked.view;
}

function usedTrigger(call: Call): { user: string } {
  const use = call.triggers.use(call.args.required('trigger_id'));
  if ('refused' in use) refuse(use.refused);
  return use;
}
