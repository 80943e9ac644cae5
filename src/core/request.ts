/** What people can wish for: a closed set of verbs, and who may use which. */
import { z } from 'zod';
import { Vote } from './approval.ts';
import { STAGES } from './stage.ts';

const stage = z.enum(STAGES);

const wish = <Verb extends string, Shape extends z.ZodRawShape>(verb: Verb, shape: Shape) =>
  z.strictObject({ verb: z.literal(verb), ...shape });

/** Each becomes one event once it is found to be allowed. `approved` is none of them: it follows from votes. */
export const Wish = z.discriminatedUnion('verb', [
  wish('vote', { stage, vote: Vote }),
  wish('withdraw-vote', { stage, person: z.string(), nonce: z.string() }),
  wish('decide-residual', { stage, nonce: z.string(), answers: z.record(z.string(), z.enum(['allow', 'block'])) }),
  wish('sponsor', { stage, nonce: z.string(), group: z.string(), because: z.string().min(10) }),
  wish('next', {}),
  wish('pause', {}),
  wish('resume', {}),
  wish('cancel', { written: z.enum(['nothing', 'keep', 'take-back']) }),
  wish('release', { because: z.string().min(1) }),
  wish('confirm', {}),
  wish('undo', { stage }),
  wish('reopen', { stage }),
  wish('leave-out', { stage, because: z.string().min(1) }),
  wish('go-on-unproven', { stage }),
  wish('try-again', { stage: stage.optional() }),
]);
export type Wish = z.infer<typeof Wish>;
export type Verb = Wish['verb'];

/** A wish with who wished it, and where to answer that person alone. */
export const Request = z.strictObject({
  /** Comes from Slack's own id of the gesture, so that a redelivery is the same request. */
  id: z.string(),
  lockdown: z.string(),
  team: z.string(),
  user: z.string(),
  person: z.string(),
  channel: z.string(),
  thread: z.string().optional(),
  at: z.number().int(),
  wish: Wish,
});
export type Request = z.infer<typeof Request>;

/** Roles a person can have for a namespace. */
export const ROLES = ['requester', 'approver'] as const;
export type Role = (typeof ROLES)[number];

/** Verbs the authority matrix speaks of; votes have their own rule. */
export const GOVERNED = [
  'start',
  'next',
  'pause',
  'resume',
  'cancel',
  'release',
  'confirm',
  'undo',
  'reopen',
  'leave-out',
  'go-on-unproven',
  'decide-residual',
  'sponsor',
  'try-again',
] as const;
export type GovernedVerb = (typeof GOVERNED)[number];
