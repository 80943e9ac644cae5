/** What blocks are drawn on: who hears a press, and what the inputs hold. */
import type { ConfirmationDialog } from '@slack/types';
import { createContext, type ReactNode, useContext, useState } from 'react';
import type { Picked, PickedValues } from '#sandbox/slack/gestures/state.ts';
import type { StateValues } from '#sandbox/slack/types.ts';
import type { Done } from '../acting.ts';
import { ConfirmDialog } from '../confirm-dialog.tsx';

export type Pressing = {
  blockId: string;
  actionId: string;
  value?: Picked;
  confirm?: ConfirmationDialog | undefined;
};

type Surface = {
  values: PickedValues;
  errors: Record<string, string>;
  /** Keeps what an input holds, and tells nobody yet. */
  keep: (blockId: string, actionId: string, value: Picked) => void;
  /** Tells the app, after asking the person where the app wants that. */
  press: (pressing: Pressing) => void;
  /** Which element waits for the app, and what went wrong with the last press. */
  busy: string | undefined;
  trouble: { at: string; text: string } | undefined;
};

const SurfaceContext = createContext<Surface | undefined>(undefined);

export function useSurface(): Surface {
  const surface = useContext(SurfaceContext);
  if (!surface) throw new Error('Blocks are drawn on a surface.');
  return surface;
}

export function SurfaceProvider({
  values,
  keep,
  errors = {},
  send,
  children,
}: {
  values: PickedValues;
  keep: Surface['keep'];
  errors?: Record<string, string>;
  send: (pressing: Pressing, confirmed: boolean) => Promise<Done>;
  children: ReactNode;
}) {
  const [asking, setAsking] = useState<Pressing & { confirm: ConfirmationDialog }>();
  const [busy, setBusy] = useState<string>();
  const [trouble, setTrouble] = useState<Surface['trouble']>();

  const tell = async (pressing: Pressing, confirmed: boolean) => {
    const at = placeOf(pressing);
    setBusy(at);
    setTrouble(undefined);
    const done = await send(pressing, confirmed);
    setBusy(undefined);
    const text = done.refused ?? done.warning;
    if (text) setTrouble({ at, text });
  };
  const press = (pressing: Pressing) => {
    const { confirm } = pressing;
    if (confirm) setAsking({ ...pressing, confirm });
    else void tell(pressing, false);
  };

  return (
    <SurfaceContext.Provider value={{ values, errors, keep, press, busy, trouble }}>
      {children}
      {asking && (
        <ConfirmDialog
          dialog={asking.confirm}
          answer={(yes) => {
            setAsking(undefined);
            if (yes) void tell(asking, true);
          }}
        />
      )}
    </SurfaceContext.Provider>
  );
}

export function placeOf({ blockId, actionId, value }: Pressing): string {
  return [blockId, actionId, String(value ?? '')].join(' ');
}

/** What the state says in the shape people pick in: option values, ids, text. */
export function pickedFrom(state: StateValues): PickedValues {
  return Object.fromEntries(
    Object.entries(state).map(([blockId, actions]) => [
      blockId,
      Object.fromEntries(
        Object.entries(actions).map(([actionId, { type: _, ...held }]) => [actionId, plainly(Object.values(held)[0])]),
      ),
    ]),
  );
}

function plainly(held: unknown): Picked {
  if (Array.isArray(held)) return held.map((one) => plainly(one)).filter((one) => typeof one === 'string');
  if (typeof held === 'object' && held !== null) return 'value' in held ? String(held.value) : null;
  return held === null || held === undefined ? null : String(held);
}
