/** What discovery has seen so far, and what each stage would do if it were opened now. */
import { coverage } from './coverage.ts';
import { coverageInWords } from './coverage-words.ts';
import type { DraftSettings } from './draft.ts';
import type { Evidence } from './evidence.ts';
import type { DiscoveryFinding } from './findings.ts';
import { sightingKeys } from './groups.ts';
import type { Lockdown } from './lockdown-state.ts';
import { discoveryDay } from './reminder.ts';
import { ALLOWING_STAGES } from './stage.ts';
import { draftStages } from './stages/draft-stage.ts';

const DAY = 24 * 3_600_000;

/** `now` in milliseconds since the epoch; `timeZone` an IANA name, where a day begins. */
export function discoverySoFar(
  lockdown: Pick<Lockdown, 'startedAt' | 'days'>,
  evidence: Evidence,
  settings: DraftSettings,
  { now, timeZone, reports }: { readonly now: number; readonly timeZone: string; readonly reports: number },
): DiscoveryFinding {
  const { startedAt, days } = lockdown;
  const complete = coverage(evidence, timeZone);
  return {
    at: now,
    day: discoveryDay({ startedAt, days, now, timeZone }).day,
    days,
    edges: complete.edges,
    newSinceYesterday: firstSeenAfter(evidence, now - DAY),
    reportsRead: reports,
    readUpTo: evidence.to,
    stages: draftStages(evidence, settings, { residual: {} }, ALLOWING_STAGES).map(({ stage, changes, unallowed }) => ({
      stage,
      wouldCreate: changes.flatMap((change) =>
        change.kind === 'create-ruleset'
          ? [change.ruleset.name]
          : change.kind === 'create-external-network'
            ? [change.network.name]
            : [],
      ),
      unallowed: unallowed.length,
    })),
    completeness: {
      sentence: complete.sentence,
      details: coverageInWords(complete),
    },
  };
}

/** Edges as people count them, that nobody had seen before a time. */
function firstSeenAfter(evidence: Evidence, time: number): number {
  const accepted = evidence.edges.filter((edge) => edge.action === 'Accept');
  const first = new Map<string, number>();
  const keys = sightingKeys(accepted, evidence);
  for (const edge of accepted) {
    const key = keys.get(edge.id);
    if (key !== undefined) first.set(key, Math.min(edge.firstSeen, first.get(key) ?? Number.POSITIVE_INFINITY));
  }
  return [...first.values()].filter((seen) => seen > time).length;
}
