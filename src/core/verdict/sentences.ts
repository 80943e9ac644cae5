/** What a verdict says to people: one plain sentence for an end, and what is missing where nobody can say. */
import type { Edge } from '../edge.ts';
import { ICMP, ICMP6 } from '../flow.ts';
import { ALL, portLabel } from '../protocol-ports.ts';
import { isStableTag } from '../workload.ts';
import type { AppliedRule, CompiledPolicy, Direction } from './compiled-policy.ts';
import type { Decision } from './decide.ts';
import type { End } from './ends.ts';

const FROM_OR_TO: Record<Direction, string> = { incoming: 'accept', outgoing: 'send' };

/** An end that is accepted or rejected. */
export function sentenceFor(end: End, edge: Edge): string {
  const { workload, direction, decision } = end;
  const port = portLabel(edge.protocol, edge.port);
  const ports = end.ports.length < 2 ? port : end.ports.map((one) => portLabel(edge.protocol, one)).join(' or ');
  const allowed = decision.outcome === 'accept';
  if (decision.rule) {
    const verb = allowed ? 'allows' : 'does not allow';
    return `${rulesetOf(decision.rule, workload.namespace)} ${verb} ${workload.name} to ${FROM_OR_TO[direction]} ${port}.`;
  }
  const byDefault = `and what no rule allows is ${allowed ? 'accepted' : 'rejected'} by default`;
  return `No rule allows ${workload.name} to ${FROM_OR_TO[direction]} ${ports} ${otherEnd(end, edge)}, ${byDefault}.`;
}

/** An end whose outcome hangs on something that is not known. */
export function doubtAbout(end: End, edge: Edge, compiled: CompiledPolicy): string {
  const { decision, workload } = end;
  if (!decision.rule) throw new Error('an uncertain end hangs on a rule');
  const verb = decision.rule.compiled.rule.action === 'Allow' ? 'allow' : 'reject';
  return `${rulesetOf(decision.rule, workload.namespace)} may ${verb} it: ${whatIsMissing(decision.rule, end, edge, compiled)}`;
}

function whatIsMissing(rule: AppliedRule, end: End, edge: Edge, compiled: CompiledPolicy): string {
  const { workload, peer, probe, decision } = end;
  if (decision.dialled) return whichPort(decision.dialled, edge.protocol);
  if (!rule.certain) {
    const tag = compiled.doubtfulSubject(rule.compiled, workload);
    if (tag !== undefined) return `its subject needs ${tag}, which changes with a restart.`;
    return 'it is a fallback, and whether another ruleset applies to the workload hangs on a tag that changes with a restart.';
  }
  if (rule.compiled.ports.coverage(probe.protocol, probe.port) !== ALL)
    return 'it covers some ICMP types only, and flow reports do not say which type it was.';
  if (probe.tags) {
    const tag = compiled.doubtfulTag(rule.compiled.object, probe.tags) ?? '';
    if (!peer) return `its object needs ${tag}, and the tags of the other workload could not be read.`;
    if (!isStableTag(tag)) return `its object needs ${tag}, which changes with a restart.`;
    return `its object needs ${tag}, and whether ${peer.namespace} sends that tag hangs on its own tag prefixes.`;
  }
  if (edge[end.side === 'source' ? 'destination' : 'source'].kind === 'workload')
    return `${icmpOrOther(edge.protocol)} is judged by address, and the address is not in the record.`;
  return whichLookup(edge, (names) => compiled.namesHeldBy(rule.compiled, names));
}

function whichLookup(
  { names, namesElsewhere, unnamed = 0, count }: Edge,
  held: (names: readonly string[]) => string[],
) {
  const own = held(names);
  if (own.length > 0)
    return `it allows names only, and ${unnamed} of ${count} flows came from pods that were not seen to look up ${own.join(', ')}.`;
  const others = held(namesElsewhere);
  if (others.length > 0)
    return `it allows names only, and only other workloads were seen to look up ${others.join(', ')} for this address.`;
  if (names.length === 0 && namesElsewhere.length === 0)
    return 'it allows names only, and no lookup of the workload for this address was seen.';
  return 'it allows names only, and none of them was seen to lead to this address.';
}

function whichPort(dialled: NonNullable<Decision['dialled']>, protocol: number): string {
  if (dialled === 'unknown')
    return 'it does not cover every port, reports show only the port of the container, and no cluster said on which port of a Service it is dialled.';
  const labels = (ports: readonly number[]) => ports.map((port) => portLabel(protocol, port)).join(' or ');
  return `who dials ${labels(dialled.accepted)} is accepted and who dials ${labels(dialled.refused)} is not, and reports show only the port of the container.`;
}

function icmpOrOther(protocol: number): string {
  return protocol === ICMP || protocol === ICMP6 ? 'ICMP' : portLabel(protocol);
}

function otherEnd({ side, peer }: End, edge: Edge): string {
  const preposition = side === 'source' ? 'to' : 'from';
  if (peer) return `${preposition} ${peer.name}`;
  const other = side === 'source' ? edge.destination : edge.source;
  if (other.kind === 'workload') return `${preposition} another workload`;
  const names = side === 'source' && edge.names.length > 0 ? ` (${edge.names.join(', ')})` : '';
  return `${preposition} ${other.address}${names}`;
}

function rulesetOf({ compiled: { ruleset } }: AppliedRule, here: string): string {
  return ruleset.namespace === here ? `Ruleset “${ruleset.name}”` : `Ruleset “${ruleset.name}” of ${ruleset.namespace}`;
}
