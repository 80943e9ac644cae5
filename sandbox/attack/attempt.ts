/** What is tried with one credential, and how it is told whether anything came of it. */
import type { Scene } from './scene.ts';

export const CREDENTIALS = [
  'bot token',
  'app token',
  'signing secret',
  'one member’s Slack session',
  'an approver alone',
  'user-group editor',
  'another app’s user token',
  'Redis, reading',
  'Redis, writing as the Slack process',
  'Redis, writing everything',
  'console, observing',
  'console, answering',
  'Kubernetes read token',
  'configuration',
  'queue viewer',
  'health port',
  'any pod',
] as const;
type Credential = (typeof CREDENTIALS)[number];

/** How far the one lockdown has come that everything is tried on. */
export const SITUATIONS = ['asked', 'asked to cut', 'watching', 'at the end'] as const;
export type Situation = (typeof SITUATIONS)[number];

export type Attempt = {
  /** Of the threat page: `V-09`. */
  readonly case: string;
  readonly credential: Credential;
  readonly tried: string;
  readonly when: Situation;
  /** Facts that honest people bring about in the course of it, and that prove nothing. */
  readonly honest?: readonly string[];
  /** What is written to the console in the course of it because people really approved it or took it back. */
  readonly approved?: RegExp;
  /** Tries it and gives what stopped it, as it was seen from outside. Throws WentThrough when nothing did. */
  run(scene: Scene): Promise<string>;
};

/** What cannot be tried here, and why. It is never told as stopped. */
export type NotTried = Pick<Attempt, 'case' | 'credential' | 'tried'> & { readonly because: string };

export class WentThrough extends Error {
  override name = 'WentThrough' as const;
}

type Verdict = 'stopped' | 'went through' | 'broke';

export type Tried = Pick<Attempt, 'case' | 'credential' | 'tried'> & {
  readonly verdict: Verdict;
  /** What stopped it, or what came of it. */
  readonly seen: string;
};

/** What nobody can talk their way around: what the console and the ledger hold. */
export type Witness = {
  /** Every object the console was told to create, change or delete, but not by the attacker’s own hand. */
  writes(): Promise<readonly string[]>;
  /** Every fact in the ledger, its type first. */
  facts(): Promise<readonly string[]>;
};

/** What the product does by itself when it is careful: asks anew, gives up, says what it saw. */
const CAREFUL: ReadonlySet<string> = new Set([
  'draft-outdated',
  'draft-ready',
  'not-seen',
  'step-failed',
  'expired',
  'checkpoint-posted',
  'prediction-checked',
  'configuration-changed',
]);

export async function attempt(
  { run, honest = [], approved, case: id, credential, tried }: Attempt,
  scene: Scene,
  witness: Witness,
): Promise<Tried> {
  const about = { case: id, credential, tried };
  const before = { writes: await witness.writes(), facts: await witness.facts() };
  let seen: string;
  try {
    seen = await run(scene);
    await scene.settled();
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return { ...about, verdict: error instanceof WentThrough ? 'went through' : 'broke', seen: words };
  }
  const writes = (await witness.writes()).slice(before.writes.length).filter((line) => !approved?.test(line));
  if (writes.length > 0) return { ...about, verdict: 'went through', seen: `on the console: ${writes.join('; ')}` };
  const facts = (await witness.facts()).slice(before.facts.length);
  const unwanted = facts.filter((fact) => {
    const [type = ''] = fact.split(' ');
    return !CAREFUL.has(type) && !honest.includes(type);
  });
  if (unwanted.length > 0) return { ...about, verdict: 'went through', seen: `in the ledger: ${unwanted.join('; ')}` };
  return { ...about, verdict: 'stopped', seen };
}
