/** Promise 5: a lockdown goes on or says why not, and what would help. */
import { linesOf } from '#sandbox/demo/reading.ts';
import type { Observed, SeenState } from '../observed.ts';

/** Longer than any step waits for anything but people, a lost lock and a sweep included. */
const MOVES_WITHIN_MS = 120_000;
/** Whose turn it is, or what somebody can do about it; that something failed is no help by itself. */
const HELP = [
  /Paused: nothing happens until somebody writes .*\/lockdown resume \S/,
  /Waits for the end of discovery, .*\/lockdown next \S/,
  /Waits for votes on \S/,
  /Waits for answers for .* of \S/,
  /Waits for what the enforcers say of \S/,
  /Waits for newer flows .*Using the application/,
  /Waits for somebody to reopen .*with a new draft/,
  /Waits for somebody to mend what failed.* try again/,
  /Waits for an approver to confirm/,
  /It is tried again by itself every/,
];
const ENDED = new Set(['locked', 'released', 'cancelled']);

/** `namespaces` are those that people asked a lockdown for. */
export function nobodyStuck(
  { lockdowns, messages, atMs }: Pick<Observed, 'lockdowns' | 'messages' | 'atMs'>,
  namespaces: readonly string[],
): string[] {
  const opened = new Set(lockdowns.map(({ lockdown }) => lockdown.namespace));
  const lost = namespaces.filter((namespace) => !opened.has(namespace));
  return [
    ...lost.map((namespace) => `nobody ever opened a lockdown of ${namespace}, which was asked for`),
    ...lockdowns.flatMap((state) => {
      const because = whyStuck(state, messages, atMs);
      return because === undefined ? [] : [`${state.lockdown.namespace} ${because}`];
    }),
  ];
}

function whyStuck({ lockdown, entries }: SeenState, messages: Observed['messages'], atMs: number): string | undefined {
  if (ENDED.has(lockdown.phase)) return undefined;
  const idleMs = atMs - (entries.at(-1)?.at ?? lockdown.startedAt);
  if (idleMs < MOVES_WITHIN_MS) return undefined;
  const card = messages.find(
    ({ metadata }) => metadata?.event_payload.lockdown === lockdown.id && metadata.event_payload.card === 'lockdown',
  );
  const lines = card ? linesOf(card as unknown as Parameters<typeof linesOf>[0]) : [];
  const seconds = Math.round(idleMs / 1000);
  return lines.some((line) => HELP.some((help) => help.test(line)))
    ? undefined
    : `is ${lockdown.phase} for ${seconds} s, and its card does not say what it waits for and what would help`;
}
