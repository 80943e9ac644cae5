/** For what in a draft one more person has to approve than the configuration asks for, and who does not count. */
import type { ApprovalRule } from './approval.ts';
import type { Draft } from './draft.ts';

type ExtraApprovers = NonNullable<ApprovalRule['extraApprovers']>;

/** What ending discovery mode rests on: how much was seen before, and how long there is to say that it went wrong. */
export type Safeguards = {
  readonly windowHours: number;
  /** 0: nobody has to confirm. */
  readonly confirmMinutes: number;
  readonly floors: { readonly windowHours: number; readonly confirmMinutes: number };
};

/** The rule that a draft is asked under: what the configuration says, and what this one draft takes beyond it. */
export function ruleForDraft(
  draft: Pick<Draft, 'stage' | 'stopped' | 'residual'>,
  configured: ApprovalRule,
  safeguards: Safeguards,
): ApprovalRule {
  const weak = draft.stage === 'disable-discovery' ? weakSafeguards(safeguards) : [];
  const extraApprovers = [...forWhatLooksWrong(draft), ...weak];
  return {
    ...configured,
    ...(weak.length > 0 ? { askWhy: true } : {}),
    ...(extraApprovers.length > 0 ? { extraApprovers } : {}),
  };
}

/** One more in all, however many edges it is: else several sponsors could leave nobody who may approve. */
function forWhatLooksWrong({ stopped, residual }: Pick<Draft, 'stopped' | 'residual'>): ExtraApprovers {
  const sponsors = stopped.flatMap(({ sponsor }) => (sponsor ? [sponsor.by] : []));
  const allowing = residual.flatMap(({ wrong, decision }) =>
    wrong && decision?.answer === 'allow' ? [decision.by] : [],
  );
  const without = [...new Set([...sponsors, ...allowing])].sort();
  if (without.length === 0) return [];
  return [{ because: 'It allows traffic that looks wrong, because somebody answers for it.', without }];
}

function weakSafeguards({ windowHours, confirmMinutes, floors }: Safeguards): ExtraApprovers {
  const seen =
    windowHours < floors.windowHours
      ? [`only ${inHours(windowHours)} of flows were seen, where ${inHours(floors.windowHours)} are the least`]
      : [];
  const confirm =
    floors.confirmMinutes > 0 && confirmMinutes < floors.confirmMinutes
      ? [
          confirmMinutes === 0
            ? 'nobody has to confirm afterwards, so nothing is given back by itself'
            : `there are only ${confirmMinutes} minutes to confirm afterwards, where ${floors.confirmMinutes} are the least`,
        ]
      : [];
  const because = [...seen, ...confirm].join(', and ');
  return because === '' ? [] : [{ because: `${because.charAt(0).toUpperCase()}${because.slice(1)}.`, without: [] }];
}

function inHours(hours: number): string {
  const rounded = Math.round(hours * 10) / 10;
  return rounded === 1 ? '1 hour' : `${rounded} hours`;
}
