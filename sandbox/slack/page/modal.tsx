/** The modal on top of a person's stack. */
import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { PickedValues } from '#sandbox/slack/gestures/state.ts';
import { act } from './acting.ts';
import { Blocks } from './blocks/blocks.tsx';
import { pickedFrom, SurfaceProvider } from './blocks/surface.tsx';
import type { ViewShown } from './data.ts';
import { useKnowing } from './knowing.tsx';

export function Modal({ view, depth }: { view: ViewShown; depth: number }) {
  const { me } = useKnowing();
  const dialog = useRef<HTMLDialogElement>(null);
  const [typed, setTyped] = useState<PickedValues>({});
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [warning, setWarning] = useState('');
  const [isSending, setSending] = useState(false);
  useEffect(() => dialog.current?.showModal(), []);

  const values = onlyAsked(view, { ...pickedFrom(view.state.values), ...typed });
  const close = () => void act('close-view', { user: me.id, view_id: view.id });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setSending(true);
    const done = await act('submit', { user: me.id, view_id: view.id, values });
    setSending(false);
    setErrors(done.errors ?? {});
    setWarning(done.refused ?? done.warning ?? '');
  };

  return (
    <dialog
      ref={dialog}
      className="modal"
      aria-labelledby="modal-title"
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
    >
      <form onSubmit={submit} noValidate>
        <header>
          <h2 id="modal-title">{view.title.text}</h2>
          {depth > 1 && <span className="quiet">{depth} deep</span>}
          <button type="button" className="icon-button" aria-label="Close" onClick={close}>
            ✕
          </button>
        </header>
        <div className="modal-body">
          {warning && (
            <p className="alert alert-error" role="alert">
              {warning}
            </p>
          )}
          <SurfaceProvider
            values={values}
            errors={errors}
            keep={(blockId, actionId, value) =>
              setTyped((before) => ({
                ...before,
                [blockId]: { ...values[blockId], ...before[blockId], [actionId]: value },
              }))
            }
            send={(pressing, confirmed) =>
              act('click', {
                user: me.id,
                view_id: view.id,
                action_id: pressing.actionId,
                block_id: pressing.blockId,
                ...(pressing.value !== null && pressing.value !== undefined && { value: pressing.value }),
                values,
                confirmed,
              })
            }
          >
            <Blocks of={view.blocks} />
          </SurfaceProvider>
        </div>
        {(view.submit || view.close) && (
          <footer>
            <button type="button" className="button" onClick={close}>
              {view.close?.text ?? 'Cancel'}
            </button>
            {view.submit && (
              <button type="submit" className="button solid-primary" disabled={isSending} aria-busy={isSending}>
                {isSending ? 'Sending…' : view.submit.text}
              </button>
            )}
          </footer>
        )}
      </form>
    </dialog>
  );
}

/** An update may have taken inputs away; what was typed there is not sent. */
function onlyAsked(view: ViewShown, values: PickedValues): PickedValues {
  return Object.fromEntries(
    Object.entries(view.state.values).map(([blockId, actions]) => [
      blockId,
      Object.fromEntries(Object.keys(actions).map((actionId) => [actionId, values[blockId]?.[actionId] ?? null])),
    ]),
  );
}
