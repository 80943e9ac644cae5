/** What the Slack process needs from the rest of the house: memory, queues, people, the log. */
import type { DiscoveryFinding, DraftFinding, VerifyFinding, WatchFinding } from '#core/findings.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import type { Stage } from '#core/stage.ts';
import type { FROM_SLACK, JobData } from '#src/jobs.ts';
import type { Journal } from '#src/journal.ts';

export type Lockdowns = {
  read(id: string): Promise<Lockdown | undefined>;
  openOf(namespace: string): Promise<Lockdown | undefined>;
  open(): Promise<Lockdown[]>;
  recent(): Promise<Lockdown[]>;
};

export type Findings = {
  /** The newest draft of a stage; or exactly the one of a digest. */
  draft(lockdown: string, stage: Stage, digest?: string): Promise<DraftFinding | undefined>;
  verify(lockdown: string, stage: Stage): Promise<VerifyFinding | undefined>;
  watch(lockdown: string): Promise<WatchFinding | undefined>;
  discovery(lockdown: string): Promise<DiscoveryFinding | undefined>;
};

/** A message in Slack. */
export type Place = { readonly channel: string; readonly ts: string };

export type Cards = {
  find(
    channel: string,
    ts: string,
  ): Promise<{ lockdown: string; card: string; stage?: Stage | undefined; nonce?: string | undefined } | undefined>;
  get(lockdown: string, card: string): Promise<Place | undefined>;
  /** Answers where the card is: elsewhere, when somebody was faster. */
  put(lockdown: string, card: string, place: Place & { readonly nonce?: string }, stage?: Stage): Promise<Place>;
  /** A file of which only the thread is known. */
  putFile(lockdown: string, card: string, place: Place): Promise<void>;
  claim(
    lockdown: string,
    card: string,
  ): Promise<{ readonly state: 'posted' } | { readonly state: 'ours' | 'in doubt'; readonly claim: string }>;
  takeOver(lockdown: string, card: string, from: string): Promise<string | undefined>;
  holds(lockdown: string, card: string, claim: string): Promise<boolean>;
  /** Fingerprints of what people may rightly read on a card. */
  texts(lockdown: string, card: string): Promise<string[]>;
  markAltered(lockdown: string, card: string): Promise<void>;
};

/** Never waits longer than a person would: `not recorded` when the memory does not answer, `uncertain` when it fell silent halfway. */
export type Leave = <Name extends (typeof FROM_SLACK)[number]>(
  job: Name,
  data: JobData<Name>,
  id: string,
) => Promise<'left' | 'not recorded' | 'uncertain'>;

/** Lines an operator should be able to count. */
export type SlackJournal = Pick<Journal, 'degraded' | 'slackFailed' | 'refused' | 'warned' | 'alteredCard'>;
