/** What the console says of tag expressions, and of rules that say the same twice. */
import { gaia, type Objection } from './objection.ts';
import { tags } from './tags.ts';

type Expression = readonly (readonly string[])[];
type Rule = { readonly action: string; readonly object: Expression; readonly protocolPorts: readonly string[] };

/** Five checks, one after the other; each of them says its first objection only. */
export function expression(attribute: string, clauses: Expression): Objection[] {
  const objections: Objection[] = [];
  const repeated = clauses.map(repeatedTag).find((tag) => tag !== undefined);
  if (repeated !== undefined) objections.push(gaia(attribute, `Duplicate tag in a sub-expression: '${repeated}'`));
  if (clauses.length === 0) objections.push(gaia(attribute, 'Expression must contain at least one sub-expression'));
  if (new Set(clauses.map(sorted)).size < clauses.length)
    objections.push(gaia(attribute, 'Duplicate equivalent sub-expressions found'));
  if (clauses.some((clause) => clause.length === 0))
    objections.push(gaia(attribute, 'Sub-expression must not be empty'));
  objections.push(...clauses.flatMap((clause) => tags(attribute, clause)).slice(0, 1));
  return objections;
}

/** Two rules are the same when they allow the same to the same; the order of their parts, names and logging do not count. */
export function sameRules(attribute: string, rules: readonly (Rule | null)[]): Objection[] {
  const seen = new Map<string, number>();
  for (const [index, rule] of rules.entries()) {
    if (!rule) continue;
    const objects = rule.object.map(sorted).sort();
    const ports = rule.protocolPorts.map((text) => text.toLowerCase()).sort();
    const same = `${rule.action}/${objects.map((object) => `[${object}]/`).join('')}${ports.map((port) => `${port}/`).join('')}`;
    const first = seen.get(same);
    if (first !== undefined) {
      const description = `Duplicate network rules at the following indexes: [${first + 1}, ${index + 1}]`;
      return [gaia(attribute, description)];
    }
    seen.set(same, index);
  }
  return [];
}

function sorted(clause: readonly string[]): string {
  return [...clause].sort().join('/');
}

function repeatedTag(clause: readonly string[]): string | undefined {
  return clause.find((tag, index) => clause.indexOf(tag) < index);
}
