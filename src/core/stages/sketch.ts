/** What a stage hands back before its draft is written out: changes, what it leaves alone, what there is to say. */
import type { Change, Draft, Remark } from '#core/draft.ts';
import type { Edge } from '#core/edge.ts';
import type { NetworkRule } from '#core/network-ruleset.ts';
import { portLabel } from '#core/protocol-ports.ts';
import type { Clauses } from '#core/tags.ts';
import { ruleName } from './mint.ts';

export type LeftOut = { readonly edges: readonly Edge[]; readonly because: string };

export type Sketch = {
  readonly changes: readonly Change[];
  readonly leftOut: readonly LeftOut[];
  readonly remarks: readonly Remark[];
  readonly breadth?: NonNullable<Draft['breadth']>;
};

export function allow(name: string, object: Clauses, protocolPorts: readonly string[]): NetworkRule {
  return { name: ruleName(name), action: 'Allow', object, protocolPorts };
}

/** `['tcp/80', 'tcp/443', 'udp/53']`: by protocol, then by number. */
export function portsOf(edges: readonly Edge[]): string[] {
  return sortPorts([...new Set(edges.map((edge) => portLabel(edge.protocol, edge.port)))]);
}

export function sortPorts(ports: readonly string[]): string[] {
  return [...new Set(ports)].sort((a, b) => {
    const [protocolA = '', numberA = '0'] = a.split('/');
    const [protocolB = '', numberB = '0'] = b.split('/');
    return protocolA === protocolB
      ? Number.parseInt(numberA, 10) - Number.parseInt(numberB, 10)
      : protocolA < protocolB
        ? -1
        : 1;
  });
}

/** `a, b and c`; of many, the first few and how many more. */
export function list(words: readonly string[], atMost = 6): string {
  const all = [...new Set(words)];
  const shown = all.slice(0, atMost);
  if (all.length > atMost) return `${shown.join(', ')} and ${all.length - atMost} more`;
  const last = shown.pop();
  return shown.length === 0 ? (last ?? '') : `${shown.join(', ')} and ${last}`;
}
