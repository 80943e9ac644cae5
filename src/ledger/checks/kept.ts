/** Whether what is kept beside the history is what the history led to. */
import { isDeepStrictEqual } from 'node:util';
import type { Lockdown } from '#core/lockdown-state.ts';
import { STAGES } from '#core/stage.ts';
import type { DraftLine, Ledger } from '../format.ts';
import type { Finding } from '../report.ts';
import type { Moment } from './replay.ts';

export function checkKept(ledger: Ledger, replayed: Lockdown, moments: readonly Moment[]): Finding[] {
  return [...state(ledger, replayed), ...rules(ledger, moments), ...objects(ledger, replayed)].map((because) => ({
    verdict: 'broken',
    because,
  }));
}

/** Since when a phase lasts is read off a clock a moment before the entry is, so it cannot be the same. */
function state({ header }: Ledger, replayed: Lockdown): string[] {
  const { phaseSince: _, stages: keptStages, ...kept } = plain(header.lockdown);
  const { phaseSince: __, stages, ...after } = plain(replayed);
  const parts = Object.keys({ ...kept, ...after }) as (keyof typeof kept)[];
  return [
    ...parts
      .filter((part) => !isDeepStrictEqual(kept[part], after[part]))
      .map(
        (part) =>
          `kept is ${part} ${JSON.stringify(kept[part])}, but the history led to ${JSON.stringify(after[part])}`,
      ),
    ...STAGES.filter((stage) => !isDeepStrictEqual(keptStages[stage], stages[stage])).map(
      (stage) => `what is kept of the stage ${stage} is not what the history led to`,
    ),
  ];
}

function rules({ header }: Ledger, moments: readonly Moment[]): string[] {
  const asked = moments.flatMap((moment) =>
    moment.kind === 'asked'
      ? [{ entry: moment.entry, stage: moment.stage, nonce: moment.ask.nonce, rule: moment.ask.rule }]
      : [],
  );
  return isDeepStrictEqual(plain(header.rules), plain(asked))
    ? []
    : ['the header names other approval rules than the entries that asked'];
}

/** While a stage is applied, what it left on the console is what it said when it was, called as in the draft. */
function objects({ objects: lines, drafts }: Ledger, replayed: Lockdown): string[] {
  return STAGES.flatMap((stage) => {
    const { phase, objects: said, ask } = replayed.stages[stage];
    if (phase !== 'shadowing' && phase !== 'verifying' && phase !== 'allowed') return [];
    const listed = lines
      .filter((line) => line.stage === stage)
      .flatMap(({ written }) => written.flatMap((object) => ('id' in object ? [object] : [])));
    const ids = listed.map(({ id }) => id);
    if (!isDeepStrictEqual(ids, said))
      return [`the console objects of ${stage} are not those that were said when it was applied`];
    const draft = drafts.find((each) => each.stage === stage && each.digest === ask?.digest);
    const names = new Set(listed.map(({ name }) => name));
    return !draft || isDeepStrictEqual(names, namesIn(draft))
      ? []
      : [`the console objects of ${stage} are called otherwise than in its draft`];
  });
}

function namesIn({ changes }: DraftLine): Set<string> {
  const names = changes.flatMap((change) => {
    if (change.kind === 'create-ruleset') return [change.ruleset.name];
    return change.kind === 'create-external-network' ? [change.network.name] : [];
  });
  return new Set(names);
}

function plain<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}
