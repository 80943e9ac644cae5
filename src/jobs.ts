/** Every job: its name, its data, its patience. Data holds ids, never evidence and never secrets. */
import { z } from 'zod';
import { Event } from '#core/events.ts';
import { Request } from '#core/request.ts';
import { STAGES } from '#core/stage.ts';

const lockdown = z.string();
/** The Slack process's signature over the rest: without it a worker does not hear what was left in its name. */
const receipt = z.strictObject({ key: z.string(), signature: z.string() }).optional();
const stage = z.enum(STAGES);

const forStage = z.strictObject({ lockdown, stage });
const forLockdown = z.strictObject({ lockdown });

/** Data by job; the job's name is its queue's and its file's name in workers/. */
export const JOBS = {
  'open-lockdown': z.strictObject({
    id: lockdown,
    namespace: z.string(),
    days: z.number().positive(),
    team: z.string(),
    user: z.string(),
    channel: z.string(),
    at: z.number().int(),
    receipt,
  }),
  'record-request': Request.extend({ receipt }),
  'record-event': z.strictObject({ lockdown, event: Event }),
  'collect-flows': forLockdown,
  remind: forLockdown,
  'draft-stage': forStage,
  'ask-approval': forStage,
  'apply-stage': forStage,
  'shadow-stage': forStage,
  'verify-stage': forStage,
  'undo-stage': forStage,
  'watch-lockdown': forLockdown,
  'release-lockdown': forLockdown,
  'check-drift': forLockdown,
  announce: forLockdown,
  sweep: z.strictObject({}),
} as const satisfies Record<string, z.ZodType>;
export type JobName = keyof typeof JOBS;
export type JobData<Name extends JobName> = z.infer<(typeof JOBS)[Name]>;
export const JOB_NAMES = Object.keys(JOBS) as JobName[];

/** What the Slack process may leave; every other queue belongs to the workers alone. */
export const FROM_SLACK = ['open-lockdown', 'record-request'] as const satisfies JobName[];

export type Patience = {
  readonly attempts: number;
  /** Exponential, from this many milliseconds. */
  readonly backoffMs: number;
  /** How long a finished job's record is kept, so that its id cannot be used again. */
  readonly keepSeconds: number;
  readonly concurrency: number;
};

const DAY = 24 * 3600;
const usual: Patience = { attempts: 8, backoffMs: 1000, keepSeconds: 7 * DAY, concurrency: 4 };

export const PATIENCE: Record<JobName, Patience> = {
  'open-lockdown': usual,
  'record-request': { ...usual, concurrency: 8 },
  'record-event': { ...usual, concurrency: 8 },
  'collect-flows': { ...usual, attempts: 3, keepSeconds: 3600 },
  remind: { ...usual, keepSeconds: DAY },
  'draft-stage': usual,
  'ask-approval': usual,
  'apply-stage': { ...usual, attempts: 10 },
  'shadow-stage': { ...usual, keepSeconds: DAY },
  'verify-stage': { ...usual, keepSeconds: DAY },
  'undo-stage': { ...usual, attempts: 10 },
  'watch-lockdown': { ...usual, keepSeconds: DAY },
  'release-lockdown': { ...usual, attempts: 10 },
  'check-drift': { ...usual, attempts: 3, keepSeconds: 2 * DAY },
  announce: { ...usual, keepSeconds: DAY },
  sweep: { ...usual, attempts: 1, keepSeconds: 3600, concurrency: 1 },
};
