/** How buttons and modals name what they are for: ids only, everything else is looked up here. */
import { z } from 'zod';
import { STAGES } from '#core/stage.ts';

export const BUTTONS = [
  'approve',
  'deny',
  'details',
  'decide',
  'change-answers',
  'sponsor',
  'go-on-unproven',
  'undo',
  'try-again',
  'reopen',
  'leave-out',
  'confirm',
  'release',
  'selftest',
] as const;
export type ButtonName = (typeof BUTTONS)[number];

const PREFIX = 'lockstep.';
/** Every button of ours, for Bolt. */
export const ANY_BUTTON = new RegExp(`^lockstep\\.(${BUTTONS.join('|')})$`);

const Target = z.strictObject({
  lockdown: z.string().min(1).max(200),
  stage: z.enum(STAGES).optional(),
  nonce: z.string().max(200).optional(),
});
/** What a button or modal is about. */
export type Target = z.infer<typeof Target>;

export function encodeButton(name: ButtonName, target: Target): { action_id: string; value: string } {
  return { action_id: `${PREFIX}${name}`, value: JSON.stringify(Target.parse(target)) };
}

/** Nothing for what no card of ours carries. */
export function decodeButton(action: {
  readonly action_id: string;
  readonly value?: string | undefined;
}): { name: ButtonName; target: Target } | undefined {
  const name = BUTTONS.find((each) => action.action_id === `${PREFIX}${each}`);
  const target = name && parsed(Target, action.value);
  return name && target ? { name, target } : undefined;
}

export const MODALS = ['deny', 'decide-residual', 'look-first', 'confirm-disable', 'leave-out', 'sponsor'] as const;
export type ModalName = (typeof MODALS)[number];
export const ANY_MODAL = new RegExp(`^lockstep\\.(${MODALS.join('|')})$`);

export function modalId(name: ModalName): string {
  return `${PREFIX}${name}`;
}

const ModalState = Target.extend({
  /** Where to answer. */
  channel: z.string(),
  thread: z.string(),
  /** decide-residual: the page, and the answers of the pages before, one letter each: `a`llow or `b`lock. */
  page: z.number().int().min(0).optional(),
  answers: z
    .string()
    .regex(/^[ab]*$/)
    .optional(),
  digest: z.string().optional(),
  /** look-first, confirm-disable: since when it can be read; milliseconds since the epoch. */
  openedAt: z.number().int().optional(),
  /** look-first, confirm-disable: proof that this process opened this very modal for this very person, and when. */
  seal: z.string().optional(),
});
export type ModalState = z.infer<typeof ModalState>;

export function encodeModal(state: ModalState): string {
  return JSON.stringify(ModalState.parse(state));
}

export function decodeModal(callbackId: string, metadata: string): { name: ModalName; state: ModalState } | undefined {
  const name = MODALS.find((each) => callbackId === modalId(each));
  const state = name && parsed(ModalState, metadata);
  return name && state ? { name, state } : undefined;
}

function parsed<Schema extends z.ZodType>(schema: Schema, text: string | undefined): z.infer<Schema> | undefined {
  try {
    return schema.safeParse(JSON.parse(text ?? '')).data;
  } catch {
    return undefined;
  }
}

/** Ids of inputs in modals. */
export const INPUTS = {
  reason: { block_id: 'reason', action_id: 'text' },
  group: { block_id: 'group', action_id: 'choice' },
  namespace: { block_id: 'namespace', action_id: 'text' },
  look: (position: number) => ({ block_id: `look-${position}`, action_id: 'seen' }),
  residual: (position: number) => ({ block_id: `residual-${position}`, action_id: 'answer' }),
} as const;
