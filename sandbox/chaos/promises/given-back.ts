/** Promise 7: release and undo give back exactly what was there before. */
import { isDeepStrictEqual } from 'node:util';
import { approvalHash } from '#core/spent.ts';
import { STAGES, type Stage } from '#core/stage.ts';
import type { Namespace } from '#sandbox/console/objects.ts';
import type { Observed, SeenState } from '../observed.ts';

const SPENT = 'lockstep.spent';

/** Namespaces that were written to and are as they were, but for what is approved and stands. */
export function givenBack({ lockdowns, before, after }: Pick<Observed, 'lockdowns' | 'before' | 'after'>): string[] {
  return lockdowns.flatMap((state) => {
    const { namespace, phase } = state.lockdown;
    const [was, is] = [before, after].map(({ namespaces }) => namespaces.find(({ name }) => name === namespace));
    if (!was || !is) return [`${namespace} is gone`];
    if (underWay(state)) return [];
    const cut = phase === 'watching' || phase === 'locked';
    const expected: Namespace = {
      ...was,
      ...(cut ? whileCut(state, was, is) : {}),
      updateTime: is.updateTime,
      tagPrefixes: [...was.tagPrefixes, ...prefixesThatStand(state, was)].toSorted(),
    };
    const annotations = { ...expected.annotations, ...prefixesTold(state, was, is), ...approvalsTold(state, is) };
    const actual = { ...is, tagPrefixes: is.tagPrefixes.toSorted() };
    const wanted = { ...expected, annotations };
    return isDeepStrictEqual(wanted, actual) ? [] : [`${namespace} (${phase}) ${difference(wanted, actual)}`];
  });
}

/** Rejecting by default, and saying so: which lockdown did it and what it would give back, beside what was there. */
function whileCut({ lockdown }: SeenState, was: Namespace, is: Namespace): Partial<Namespace> {
  const told = ['stage', 'digest', 'approvedBy', 'ledger', 'confirmBy'].map((name) => `lockstep.${name}`);
  return {
    defaultPUIncomingTrafficAction: 'Reject',
    defaultPUOutgoingTrafficAction: 'Reject',
    annotations: {
      ...was.annotations,
      ...Object.fromEntries(Object.entries(is.annotations).filter(([name]) => told.includes(name))),
      'lockstep.lockdown': [lockdown.id],
      'lockstep.former': [was.defaultPUIncomingTrafficAction, was.defaultPUOutgoingTrafficAction],
    },
  };
}

/** A step that has not come to its end leaves the namespace in between. */
function underWay({ lockdown: { phase, stages } }: SeenState): boolean {
  return (
    phase === 'releasing' || STAGES.some((stage) => ['applying', 'undoing', 'failed'].includes(stages[stage].phase))
  );
}

/** What the namespace says a stage has added, where that stage stands and it did. */
function prefixesTold(state: SeenState, was: Namespace, is: Namespace): Namespace['annotations'] {
  const standing = prefixesThatStand(state, was);
  const told = STAGES.flatMap((stage) => {
    const name = `lockstep.prefixes.${stage}`;
    const [lockdown, ...added] = is.annotations[name] ?? [];
    const isTrue = lockdown === state.lockdown.id && added.every((prefix) => standing.includes(prefix));
    return isTrue ? [{ [name]: [lockdown, ...added] }] : [];
  });
  return Object.assign({}, ...told);
}

/** The approval of each stage that is not taken back; those that were stay as spent, so that nobody uses them again. */
function approvalsTold({ lockdown, entries }: SeenState, { annotations }: Namespace): Namespace['annotations'] {
  const asked = entries.flatMap(({ event }) =>
    event.type === 'draft-ready' ? [approvalHash({ lockdown: lockdown.id, stage: event.stage }, event.ask.nonce)] : [],
  );
  const told = STAGES.flatMap((stage) => {
    const name = `lockstep.applied.${stage}`;
    const [whose, hash = '', until = ''] = annotations[name] ?? [];
    const isTrue = whose === lockdown.id && asked.includes(hash) && !isTakenBack(lockdown, stage);
    return isTrue ? [[name, [whose, hash, until]] as const] : [];
  });
  const spent = (annotations[SPENT] ?? []).filter((entry) => asked.some((hash) => entry.startsWith(`${hash} 2`)));
  return { ...Object.fromEntries(told), ...(spent.length > 0 ? { [SPENT]: spent } : {}) };
}

function isTakenBack({ phase, stages }: SeenState['lockdown'], stage: Stage): boolean {
  const isGivenBack = stage === 'disable-discovery' && phase === 'released';
  return isGivenBack || ['waiting', 'skipped'].includes(stages[stage].phase);
}

function prefixesThatStand({ lockdown, drafts }: SeenState, was: Namespace): string[] {
  const prefixes = STAGES.flatMap((stage) => {
    const { phase, ask } = lockdown.stages[stage];
    if (phase !== 'verifying' && phase !== 'allowed') return [];
    return (drafts.get(ask?.digest ?? '')?.draft.changes ?? []).flatMap((change) =>
      change.kind === 'add-tag-prefixes' ? change.prefixes : [],
    );
  });
  return [...new Set(prefixes)].filter((prefix) => !was.tagPrefixes.includes(prefix));
}

function difference(wanted: Namespace, is: Namespace): string {
  const names = (Object.keys({ ...wanted, ...is }) as (keyof Namespace)[]).filter(
    (name) => !isDeepStrictEqual(wanted[name], is[name]),
  );
  return `is not as it has to be: ${names.map((name) => `${name} is ${JSON.stringify(is[name])}, not ${JSON.stringify(wanted[name])}`).join(', ')}`;
}
