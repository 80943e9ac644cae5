/** Every fact that can happen to a lockdown. What people wish and what steps found become one of these. */
import { z } from 'zod';
import { Ask, Vote } from './approval.ts';
import { Reckoning } from './reckoning.ts';
import { STAGES } from './stage.ts';

const stage = z.enum(STAGES);
/** A person's Slack user id. */
const by = z.string();
/** A sentence that people read. */
const because = z.string();

const fact = <Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) =>
  z.strictObject({ type: z.literal(type), ...shape });

export const Event = z.discriminatedUnion('type', [
  // from discovery to the stages
  fact('discovery-ended', {}),
  fact('started-early', { by }),
  fact('paused', { by }),
  fact('resumed', { by }),
  fact('cancelled', { by, written: z.enum(['nothing', 'keep', 'take-back']) }),
  // one stage
  fact('nothing-to-allow', { stage, because }),
  fact('draft-ready', { stage, ask: Ask }),
  fact('residual-decided', { stage, by, answers: z.record(z.string(), z.enum(['allow', 'block'])) }),
  /** Somebody answers for what was stopped; `what`: the edges, as the card names them. */
  fact('sponsored', { stage, by, group: z.string(), what: z.string(), because }),
  fact('vote-cast', { stage, vote: Vote }),
  /** `at`: when the reaction was taken back; milliseconds since the epoch. */
  fact('vote-withdrawn', { stage, person: z.string(), nonce: z.string(), at: z.number().int() }),
  fact('draft-outdated', { stage, because }),
  fact('expired', { stage, nonce: z.string() }),
  /** `at`: by the console's clock, milliseconds since the epoch; flows newer than this can carry the changes. */
  fact('applied', { stage, objects: z.array(z.string()), at: z.number().int() }),
  /** The agreed time in shadow is over: what enforcers said of the observed rules, beside the replay. */
  fact('shadow-ended', { stage, because, disagreements: z.array(z.string()) }),
  fact('seen-allowed', { stage, proof: z.string() }),
  fact('not-seen', { stage, because }),
  fact('went-on-unproven', { stage, by }),
  fact('reopened', { stage, by }),
  fact('left-out', { stage, by, because }),
  fact('undo-requested', { stage, by }),
  /** `left`: names of objects that are not ours any more, and were left alone. */
  fact('undone', { stage, left: z.array(z.string()).optional() }),
  fact('step-failed', { stage: stage.optional(), step: z.string(), because }),
  fact('tried-again', { stage: stage.optional(), by }),
  /** What is not as it was approved any more, in sentences; empty once all is as approved again. */
  fact('drifted', { found: z.array(z.string()) }),
  /** Hashes of the configuration before and now, and what is different, setting by setting. */
  fact('configuration-changed', { from: z.string(), to: z.string(), changes: z.array(z.string()) }),
  // after discovery mode is disabled
  fact('confirmed', { by }),
  fact('not-confirmed-in-time', {}),
  fact('cut-more-than-accepted', { because }),
  fact('release-requested', { by, because }),
  /** What had been predicted beside what really happened, when the watching ended. */
  fact('prediction-checked', { reckoning: Reckoning }),
  fact('released', { incoming: z.string(), outgoing: z.string() }),
  // the history itself
  /** Said outside where nobody who can write to Redis can unsay it: the hash of entry `size`, and since when that was. */
  fact('checkpoint-posted', {
    size: z.number().int(),
    root: z.string(),
    key: z.string(),
    signature: z.string(),
    /** Of the message in Slack: its time, by Slack's clock. */
    ts: z.string(),
    permalink: z.string().optional(),
    /** Where this key took over from the one before: the note that both signed. */
    handover: z.string().optional(),
  }),
  // derived by the tables, never accepted from outside
  fact('opened', { stage }),
  fact('stage-closed', { stage }),
  fact('discovery-disabled', {}),
]);
export type Event = z.infer<typeof Event>;
export type EventType = Event['type'];
export type EventOf<Type extends EventType> = Extract<Event, { type: Type }>;

export const EVENT_TYPES = Event.options.map((option) => option.shape.type.value);

/** What the tables report to themselves; a job that carries one is refused. */
export const DERIVED: ReadonlySet<EventType> = new Set<EventType>(['opened', 'stage-closed', 'discovery-disabled']);
