/** The question a button may ask before it does anything. */
import type { ConfirmationDialog } from '@slack/types';
import { useEffect, useRef } from 'react';
import { Text } from './blocks/text.tsx';

export function ConfirmDialog({ dialog, answer }: { dialog: ConfirmationDialog; answer: (yes: boolean) => void }) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => element.current?.showModal(), []);
  return (
    <dialog
      ref={element}
      className="confirm"
      aria-labelledby="confirm-title"
      onCancel={(event) => {
        event.preventDefault();
        event.stopPropagation();
        answer(false);
      }}
    >
      <h2 id="confirm-title">{dialog.title?.text ?? 'Are you sure?'}</h2>
      <div className="confirm-text">
        <Text of={dialog.text} />
      </div>
      <footer>
        <button type="button" className="button" onClick={() => answer(false)}>
          {dialog.deny?.text ?? 'Cancel'}
        </button>
        <button
          type="button"
          className={`button solid-${dialog.style === 'danger' ? 'danger' : 'primary'}`}
          onClick={() => answer(true)}
        >
          {dialog.confirm?.text ?? 'Yes'}
        </button>
      </footer>
    </dialog>
  );
}
