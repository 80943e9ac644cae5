/** What a draft would create, in words. */
import type { KnownBlock } from '@slack/types';
import type { Change } from '#core/draft.ts';
import type { NetworkRule } from '#core/network-ruleset.ts';
import type { Clauses } from '#core/tags.ts';
import { LIMITS } from '../limits.ts';
import { bold, code, type Line, list } from './build.ts';
import { some } from './words.ts';

export function changeList(title: string, changes: readonly Change[], max: number): KnownBlock | undefined {
  return list(title, changes.map(changeLine), max, LIMITS.line);
}

function changeLine(change: Change): Line {
  switch (change.kind) {
    case 'create-external-network':
      return ['external network ', bold(change.network.name), ` for ${some(change.network.entries)}`];
    case 'create-ruleset': {
      const { name, subject, incomingRules, outgoingRules } = change.ruleset;
      const rules = [
        ...outgoingRules.map((rule) => `to ${object(rule)} on ${some(rule.protocolPorts)}`),
        ...incomingRules.map((rule) => `from ${object(rule)} on ${some(rule.protocolPorts)}`),
      ];
      const all = [...incomingRules, ...outgoingRules];
      const observed = all.length > 0 && all.every((rule) => rule.observationEnabled);
      return ['ruleset ', bold(name), `${observed ? ', only observed' : ''}: ${who(subject)} ${some(rules, '; ')}`];
    }
    case 'add-tag-prefixes':
      return ['tag prefixes ', code(some(change.prefixes)), ', beside those already there'];
    case 'set-default-actions':
      return [
        'default actions of the namespace: incoming ',
        bold(change.actions.incoming),
        `, outgoing `,
        bold(change.actions.outgoing),
        ` (before: ${change.former.incoming} and ${change.former.outgoing}; release gives exactly these back)`,
      ];
  }
}

function object(rule: NetworkRule): string {
  return `${rule.action === 'Reject' ? 'nobody among ' : ''}${who(rule.object)}`;
}

/** The tags that tell, without those that every clause carries. */
function who(clauses: Clauses): string {
  const each = clauses.map((clause) => {
    const telling = clause.filter((tag) => !tag.startsWith('$identity=') && !tag.startsWith('$namespace='));
    return telling.length > 0 ? telling.map(short).join(' with ') : 'every pod of the namespace';
  });
  return some([...new Set(each)], ' or ');
}

function short(tag: string): string {
  return tag.startsWith('externalnetwork:name=') ? tag.slice('externalnetwork:name='.length) : tag;
}
