/** Rules of the enforcer's semantics, each with one way of getting it wrong: what the tests have to notice. */

export type Mutation = {
  /** The rule of console-api.md chapter 4 that is broken. */
  readonly rule: string;
  readonly file: string;
  /** Text that stands in the file exactly once, and what takes its place. */
  readonly from: string;
  readonly to: string;
};

const DECIDE = 'src/core/verdict/decide.ts';
const POLICY = 'src/core/verdict/compiled-policy.ts';
const ENDS = 'src/core/verdict/ends.ts';
const ENFORCER = 'sandbox/console/enforcer/decide.ts';

export const MUTATIONS: readonly Mutation[] = [
  {
    rule: 'a Reject beats every Allow',
    file: DECIDE,
    from: "if (match === ALL) return { outcome: 'reject', rule };",
    to: "if (match === ALL && !rules.some((each) => each.compiled.rule.action === 'Allow' && matchRule(each, probe) === ALL)) return { outcome: 'reject', rule };\n      if (match === ALL) continue;",
  },
  {
    rule: 'fallbacks count only where nothing else was resolved',
    file: POLICY,
    from: "selected[compiled.ruleset.fallback ? 'fallback' : 'normal']",
    to: 'selected.normal',
  },
  {
    rule: 'a disabled ruleset counts for nothing',
    file: POLICY,
    from: '!ruleset.disabled && reaches(',
    to: 'reaches(',
  },
  {
    rule: 'only what is propagated reaches further down',
    file: POLICY,
    from: '(object.propagate && ancestorsOf(',
    to: '(ancestorsOf(',
  },
  {
    rule: 'a tag without an effective prefix is never matched',
    file: POLICY,
    from: 'return this.policy.prefixes.effective.some((prefix) => tag.startsWith(prefix));',
    to: 'return tag.length > 0 || this.policy.prefixes.effective.length > 0;',
  },
  {
    rule: 'every tag of a clause is needed',
    file: 'src/core/verdict/clauses.ts',
    from: '      if (match === NO) break;',
    to: '      if (match === NO) {\n        match = clause.some((each) => has(certain, each)) ? ALL : NO;\n        break;\n      }',
  },
  {
    rule: 'both ends of a connection are asked',
    file: ENDS,
    from: 'from?.peer && ownSource ? this.end',
    to: 'from?.peer && ownSource && !(to?.peer && ownDestination) ? this.end',
  },
  {
    rule: 'an excluded range is not in its network',
    file: 'src/core/addresses.ts',
    from: 'if (innermost && !innermost.excluded && at <= last)',
    to: 'if (innermost && at <= last)',
  },
  {
    rule: 'names work for outgoing traffic only',
    file: ENDS,
    from: "    if (side === 'destination') return this.parties.address(address);\n",
    to: '',
  },
  {
    rule: 'a wildcard does not hold the name it is below',
    file: 'src/core/verdict/names.ts',
    from: "    for (let dot = folded.indexOf('.', 1);",
    to: "    networks.push(...(this.below.get(folded) ?? []));\n    for (let dot = folded.indexOf('.', 1);",
  },
  {
    rule: 'an observed rule is not obeyed',
    file: POLICY,
    from: 'return rule.observationEnabled !== true;',
    to: 'return rule !== undefined;',
  },
  {
    rule: 'ICMP is judged by address',
    file: ENDS,
    from: 'edge.protocol === TCP || edge.protocol === UDP ? identity',
    to: 'edge.protocol >= 0 ? identity',
  },
  {
    rule: 'each direction has its own default action',
    file: ENDS,
    from: 'const byDefault = this.byDefault[direction];',
    to: 'const byDefault = this.byDefault.incoming;',
  },
  {
    rule: 'the enforcer: a Reject beats every Allow',
    file: ENFORCER,
    from: "const rejecting = hits.filter(({ rule }) => rule.action === 'Reject');",
    to: "const rejecting = hits.filter(({ rule }) => rule.action === 'Allow');",
  },
  {
    rule: 'the enforcer: fallbacks count only where nothing else was resolved',
    file: ENFORCER,
    from: 'return normal.length > 0 ? normal : meant;',
    to: 'return normal.length < 0 ? normal : meant;',
  },
  {
    rule: 'the enforcer: an excluded range is not in its network',
    file: 'sandbox/console/enforcer/external-networks.ts',
    from: 'return longest && !longest.excluded ?',
    to: 'return longest ?',
  },
];

export type Broken = { readonly right: string; readonly wrong: string };

/** The text of its file before and after. */
export function brokenBy({ rule, file, from, to }: Mutation, right: string): Broken {
  if (right.split(from).length !== 2) throw new Error(`${file} does not hold once what “${rule}” would change`);
  return { right, wrong: right.replace(from, () => to) };
}

/**
 * Which property or test says that an answer is wrong, as the test run prints it. Nothing where tests failed for another
 * reason: what does not run, or not in time, has noticed nothing.
 */
export function noticedBy(output: string): string | undefined {
  const [, worlds] = /Property failed after (\d+) tests/.exec(output) ?? [];
  const [, seed] = /\{ seed: (-?\d+)/.exec(output) ?? [];
  // The worlds say with which seed, so that the counterexample can be had again; else the test by its name.
  if (worlds !== undefined && /^Caused by: AssertionError/m.test(output)) return `world ${worlds} of seed ${seed}`;
  return /^ *FAIL +\S+ > (.+)\nAssertionError/m.exec(output)?.[1];
}
