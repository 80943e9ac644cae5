/** One direction at one processing unit: which rules match, and what follows (console-api.md 4.4). */
import type { RuleAction } from '../network-ruleset.ts';
import { ALL, type Coverage, NO, SOME } from '../protocol-ports.ts';
import { matchClauses, type TagBits } from './clauses.ts';
import type { AppliedRule, CompiledRule, NetworksOfPeer } from './compiled-policy.ts';

/** What is asked. A peer known by identity has tags, every other one is in external networks. */
export type Probe = {
  readonly protocol: number;
  readonly port: number | undefined;
  readonly icmpType: number | undefined;
  readonly icmpCode: number | undefined;
  readonly tags: TagBits | undefined;
  readonly networks: NetworksOfPeer;
};

export type Decision = {
  readonly outcome: 'accept' | 'reject' | 'uncertain';
  /** The rule that decides, or that would if the doubt were settled; absent: the default action does. */
  readonly rule?: AppliedRule;
  /** It hangs on which of several ports was dialled, or on one of which nothing is known. */
  readonly dialled?: { readonly accepted: readonly number[]; readonly refused: readonly number[] } | 'unknown';
};

/**
 * Any Reject, else any Allow, else the default. A rule that only perhaps matches makes the outcome uncertain where its being
 * there or not would change it.
 */
export function decide(rules: readonly AppliedRule[], byDefault: RuleAction, probe: Probe): Decision {
  let reject: AppliedRule | undefined;
  let allow: AppliedRule | undefined;
  let allowPerhaps: AppliedRule | undefined;
  for (const rule of rules) {
    const rejects = rule.compiled.rule.action === 'Reject';
    if (!rejects && allow) break;
    const match = matchRule(rule, probe);
    if (match === NO) continue;
    if (rejects) {
      if (match === ALL) return { outcome: 'reject', rule };
      reject ??= rule;
    } else if (match === ALL) allow = rule;
    else allowPerhaps ??= rule;
  }
  if (reject && (allow || allowPerhaps || byDefault === 'Allow')) return { outcome: 'uncertain', rule: reject };
  if (allow) return { outcome: 'accept', rule: allow };
  if (byDefault === 'Allow') return { outcome: 'accept' };
  return allowPerhaps ? { outcome: 'uncertain', rule: allowPerhaps } : { outcome: 'reject' };
}

/** One of these ports was dialled, and nobody knows which: what would come out the same for all of them is certain. */
export function decideForOneOf(
  rules: readonly AppliedRule[],
  byDefault: RuleAction,
  probe: Probe,
  ports: readonly number[],
): Decision {
  const asked = ports.map((port) => ({ port, decision: decide(rules, byDefault, { ...probe, port }) }));
  const [first] = asked;
  if (!first) throw new Error('a connection has a port');
  if (asked.every(({ decision }) => decision.outcome === first.decision.outcome))
    // By default as soon as one of them is.
    return asked.find(({ decision }) => !decision.rule)?.decision ?? first.decision;
  const of = (outcome: Decision['outcome']) => asked.filter(({ decision }) => decision.outcome === outcome);
  const [accepted, refused, [doubtful]] = [of('accept'), of('reject'), of('uncertain')];
  if (doubtful) return doubtful.decision;
  const rule = accepted.concat(refused).find(({ decision }) => decision.rule)?.decision.rule;
  const portsOf = (some: typeof asked) => some.map(({ port }) => port);
  const dialled = { accepted: portsOf(accepted), refused: portsOf(refused) };
  return { outcome: 'uncertain', dialled, ...(rule ? { rule } : {}) };
}

/**
 * Any port may have been dialled where this is the container's. Of an accepted connection a rule's rejecting another port says
 * nothing: that port was not the one. So it is certain where everything is allowed, or nothing, or everything rejected.
 */
export function decideForAnyPort(rules: readonly AppliedRule[], byDefault: RuleAction, probe: Probe): Decision {
  const here = decide(rules, byDefault, probe);
  const onEveryPort = (action: RuleAction, coverage: Coverage) =>
    rules.find(
      (rule) =>
        rule.compiled.rule.action === action &&
        matchPeer(rule, probe, rule.compiled.ports.coverageOfEveryPort(probe.protocol)) >= coverage,
    );
  if (here.outcome === 'uncertain') return here;
  if (here.outcome === 'accept')
    return byDefault === 'Allow' || onEveryPort('Allow', ALL) ? here : { ...here, ...HANGS_ON_THE_PORT };
  const rule = here.rule ?? onEveryPort('Allow', SOME);
  // Also where each port that one rule allows is rejected by another.
  const turns = [1, ...rules.flatMap(({ compiled }) => compiled.ports.turns(probe.protocol))];
  const refused = turns.every((port) => decide(rules, byDefault, { ...probe, port }).outcome === 'reject');
  return refused || !rule ? here : { rule, ...HANGS_ON_THE_PORT };
}

const HANGS_ON_THE_PORT = { outcome: 'uncertain', dialled: 'unknown' } as const;

/** Every rule that certainly matches, whatever the others say. */
export function matching(rules: readonly AppliedRule[], probe: Probe): AppliedRule[] {
  return rules.filter((rule) => matchRule(rule, probe) === ALL);
}

function matchRule(rule: AppliedRule, probe: Probe): Coverage {
  const { ports } = rule.compiled;
  return matchPeer(rule, probe, ports.coverage(probe.protocol, probe.port, probe.icmpType, probe.icmpCode));
}

function matchPeer({ compiled, certain }: AppliedRule, probe: Probe, ports: Coverage): Coverage {
  if (ports === NO) return NO;
  const peer = probe.tags ? matchClauses(compiled.object, probe.tags) : matchNetworks(compiled, probe.networks);
  if (peer === NO) return NO;
  return certain && ports === ALL && peer === ALL ? ALL : SOME;
}

function matchNetworks(rule: CompiledRule, { certain, perhaps }: NetworksOfPeer): Coverage {
  for (const network of certain) if (rule.networks[network] === 1) return ALL;
  if (perhaps === 'with-names') return rule.hasNames ? SOME : NO;
  if (perhaps === 'all') return rule.hasNetworks ? SOME : NO;
  for (const network of perhaps) if (rule.networks[network] === 1) return SOME;
  return NO;
}

const NOWHERE: NetworksOfPeer = { certain: [], perhaps: [] };

/** Every probe has the same form, so that the rules are asked by the same fast code. */
export function probeOf(asked: {
  protocol: number;
  port?: number | undefined;
  icmpType?: number | undefined;
  icmpCode?: number | undefined;
  tags?: TagBits | undefined;
  networks?: NetworksOfPeer | undefined;
}): Probe {
  const { protocol, port, icmpType, icmpCode, tags, networks = NOWHERE } = asked;
  return { protocol, port, icmpType, icmpCode, tags, networks };
}
