/** Whether what was voted for is what the file shows: changes, inverse and approval rule give the digest of the question. */
import { isDeepStrictEqual } from 'node:util';
import { type Document, parseDocument, visit } from 'yaml';
import type { Ask } from '#core/approval.ts';
import type { Commit } from '#core/commitment.ts';
import { asMatter, draftDigestOver } from '#core/digest.ts';
import type { EdgeGroup, Residual } from '#core/draft.ts';
import { draftDocuments } from '#core/draft-yaml.ts';
import type { DraftLine, Ledger } from '../format.ts';
import { broken, type Finding } from '../report.ts';
import type { Moment } from './replay.ts';

type DraftFindings = {
  readonly findings: readonly Finding[];
  readonly remarks: readonly string[];
  /** Whether a digest that holds was made of the namespace the file names. */
  readonly namespaceHolds: boolean;
};

export function checkDrafts(
  { header, entries, drafts }: Ledger,
  moments: readonly Moment[],
  commit: Commit,
): DraftFindings {
  const { namespace } = header.lockdown;
  const findings: Finding[] = [];
  const remarks: string[] = [];
  const proven = new Set<string>();
  for (const [index, draft] of drafts.entries()) {
    const { stage } = draft;
    const asked = moments.filter((moment) => isQuestion(moment, draft));
    for (const { entry, ask } of asked) {
      if (digestOfLine(draft, { namespace, rule: ask.rule }, commit) === ask.digest) proven.add(ask.nonce);
      else findings.push(broken(entry, whyOther(ask)));
    }
    const because = whyOtherYaml(draft, namespace);
    if (because !== undefined) findings.push({ verdict: 'broken', because });
    if (drafts.findIndex((other) => other.stage === stage && other.digest === draft.digest) !== index)
      findings.push({ verdict: 'broken', because: `a draft of ${stage} stands here twice` });
    if (!entries.some(({ entry: { event } }) => event.type === 'draft-ready' && event.ask.digest === draft.digest))
      findings.push({ verdict: 'broken', because: `nobody was asked about a draft of ${stage} that stands here` });
  }
  for (const moment of moments) {
    if (moment.kind !== 'applied' && moment.kind !== 'approved') continue;
    const { ask } = moment.after.stages[moment.stage];
    if (!ask || proven.has(ask.nonce) || drafts.some(({ digest }) => digest === ask.digest)) continue;
    const lost = `the draft of ${moment.stage} with the digest ${ask.digest.slice(0, 16)}… is not kept any more, so nobody can tell what it would have done and under which rule it was asked`;
    if (moment.kind === 'applied') findings.push({ verdict: 'unchecked', entry: moment.entry, because: lost });
    else if (!moments.some((other) => other.kind === 'applied' && nonceOf(other) === ask.nonce))
      remarks.push(`Entry ${moment.entry}: ${lost}. It was not written to the console.`);
  }
  return { findings, remarks, namespaceHolds: proven.size > 0 };
}

function isQuestion(moment: Moment, { stage, digest }: DraftLine): moment is Extract<Moment, { kind: 'asked' }> {
  return moment.kind === 'asked' && moment.stage === stage && moment.ask.digest === digest;
}

function whyOther({ digest }: Ask): string {
  return `asked for ${digest.slice(0, 16)}…, which is not the digest of the namespace, the changes and the approval rule that stand here`;
}

function nonceOf({ after, stage }: Extract<Moment, { kind: 'applied' | 'approved' }>): string | undefined {
  return after.stages[stage].ask?.nonce;
}

export function digestOfLine(
  { stage, changes, localPrefixes, basis, residual }: DraftLine,
  { namespace, rule }: { readonly namespace: string; readonly rule: Ask['rule'] },
  commit: Commit,
): string {
  const draft = { namespace, stage, changes, residual: residual.map(asResidual) };
  return draftDigestOver({ ...asMatter({ draft, localPrefixes }), basis, approvalRule: rule }, commit);
}

/** Only which group it is and what was answered are in the digest. */
function asResidual({ group, source, destination, ports, answer, by = '' }: DraftLine['residual'][number]): Residual {
  const edges: EdgeGroup = {
    ...{ id: group, source, destination, ports, names: [], addresses: [], edges: [] },
    ...{ count: 0, firstSeen: 0, lastSeen: 0, days: 0 },
  };
  return {
    ...{ group: edges, because: '', advice: 'block', adviceBecause: '', changes: [] },
    ...(answer === undefined ? {} : { decision: { answer, by } }),
  };
}

/** People read the YAML; it has to say what was voted for, and nothing beside it. */
function whyOtherYaml({ stage, changes, localPrefixes, yaml }: DraftLine, namespace: string): string | undefined {
  const expected = draftDocuments({ namespace, changes }, localPrefixes);
  const same =
    yaml.length === expected.length &&
    yaml.every(({ command, document }, index) => {
      const read = parseDocument(document);
      return (
        command === expected[index]?.command &&
        read.errors.length === 0 &&
        !/^\s*#/m.test(document) &&
        // Neither anchors nor aliases: the documents have none.
        !hasAlias(read) &&
        isDeepStrictEqual(read.toJS(), expected[index]?.document)
      );
    });
  return same ? undefined : `the YAML of ${stage} does not say what the changes beside it do`;
}

function hasAlias(document: Document.Parsed): boolean {
  let found = false;
  visit(document, {
    Alias() {
      found = true;
      return visit.BREAK;
    },
  });
  return found;
}
