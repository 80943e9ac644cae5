/** What a draft would cut the moment it is written, while the default actions are still what they are now. */
import type { Change, Draft, EdgeGroup, Remark } from './draft.ts';
import type { Evidence } from './evidence.ts';
import { groupsByWhatHurts } from './hurt.ts';
import { withChanges } from './replay.ts';
import { compile, type Verdict } from './verdict.ts';

type CutAtOnce = { readonly group: EdgeGroup; readonly outcome: Verdict['outcome']; readonly because: string };

/** The draft as people are asked about it: what it cuts at once stands before all else that is to be looked at. */
export function withCutsAtOnce(draft: Draft, evidence: Evidence): Draft {
  // The last stage is about cutting: it shows all of it, and asks about each.
  if (draft.stage === 'disable-discovery') return draft;
  const cuts = cutsAtOnce(draft.changes, evidence);
  return {
    ...draft,
    cutsAtOnce: cuts.map(({ group }) => group),
    remarks: [...cuts.map(remarkOf), ...draft.remarks],
  };
}

/**
 * An Allow rule cuts nothing, but what comes with it may: a prefix wakes rules that slept, the first ruleset of a unit ends
 * the fallbacks. What hurts most first.
 */
function cutsAtOnce(changes: readonly Change[], evidence: Evidence): CutAtOnce[] {
  if (changes.length === 0) return [];
  const { edges, policy, workloads } = evidence;
  const before = compile(policy, workloads);
  const after = compile(withChanges(policy, changes), workloads);
  const lost = new Map(
    edges.flatMap((edge) => {
      const verdict = edge.action === 'Accept' ? after.judge(edge) : undefined;
      return verdict && verdict.outcome !== 'accept' && before.judge(edge).outcome === 'accept'
        ? [[edge.id, { edge, verdict }] as const]
        : [];
    }),
  );
  const groups = groupsByWhatHurts(
    [...lost.values()].map(({ edge }) => edge),
    evidence,
  );
  return groups.map((group) => {
    const verdicts = group.edges.flatMap((id) => lost.get(id)?.verdict ?? []);
    const verdict = verdicts.find(({ outcome }) => outcome === 'reject') ?? verdicts[0];
    if (!verdict) throw new Error('a group has at least one edge');
    return { group, outcome: verdict.outcome, because: verdict.because };
  });
}

const PORTS_SHOWN = 6;

function remarkOf({ group, outcome, because }: CutAtOnce): Remark {
  const { source, destination, ports } = group;
  const more = ports.length > PORTS_SHOWN ? ` and ${ports.length - PORTS_SHOWN} more` : '';
  const which = `${source} → ${destination} ${ports.slice(0, PORTS_SHOWN).join(', ')}${more}`;
  const text = `This stage ${outcome === 'reject' ? 'cuts' : 'may cut'} at once, and does not wait for the last one: ${which}. ${because}`;
  return { level: 'look', text };
}

/** What would be cut at once now and was not on the card. */
export function newCutsAtOnce(now: Draft, shown: Draft): readonly EdgeGroup[] {
  const known = new Set(shown.cutsAtOnce?.map(({ id }) => id));
  return (now.cutsAtOnce ?? []).filter(({ id }) => !known.has(id));
}
