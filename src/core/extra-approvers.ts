/** For what in a draft one more person has to approve than the configuration asks for, and who does not count. */
import type { ApprovalRule } from './approval.ts';
import type { Draft } from './draft.ts';

type ExtraApprovers = NonNullable<ApprovalRule['extraApprovers']>;

export function extraApproversFor(draft: Pick<Draft, 'stopped' | 'residual'>): ExtraApprovers {
  return [...forWhatLooksWrong(draft)];
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
