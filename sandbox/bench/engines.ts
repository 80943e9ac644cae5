/** The same policy in other engines, each as its manual would have it: one question, one answer. */
import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import { newEnforcer, newModel, StringAdapter } from 'casbin';
import ipaddr from 'ipaddr.js';
import type { Estate, PlainQuestion, PlainRule } from './estate.ts';

export type Engine = (question: PlainQuestion) => boolean;

/** What one writes first: every rule is asked, one after the other. */
export function plainLoop({ rules, networks }: Estate): Engine {
  const matches = matcher(networks);
  return (question) => {
    const matching = rules.filter((rule) => matches(rule, question));
    return matching.length > 0 && matching.every((rule) => rule.action === 'Allow');
  };
}

/** Casbin with a rule a line and a function of ours for what its own cannot say. */
export async function casbin({ rules, networks }: Estate): Promise<Engine> {
  const model = newModel(`
    [request_definition]
    r = question
    [policy_definition]
    p = rule, eft
    [policy_effect]
    e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
    [matchers]
    m = matches(p.rule, r.question)
  `);
  const lines = rules.map(({ id, action }) => `p, ${id}, ${action === 'Allow' ? 'allow' : 'deny'}`);
  const enforcer = await newEnforcer(model, new StringAdapter(lines.join('\n')));
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const matches = matcher(networks);
  await enforcer.addFunction('matches', (id: string, question: PlainQuestion) =>
    matches(byId.get(id) as PlainRule, question),
  );
  return (question) => enforcer.enforceSync(question);
}

/** Cedar with its policies parsed once. Tags are sets of strings, addresses are in ranges, names are like patterns. */
export function cedarWasm({ rules, networks }: Estate): Engine {
  const parsed = cedar.preparsePolicySet('bench', {
    staticPolicies: Object.fromEntries(rules.map((rule) => [rule.id, cedarPolicy(rule, networks)])),
  });
  if (parsed.type === 'failure') throw new Error(`Cedar refuses the policies: ${JSON.stringify(parsed.errors[0])}`);
  return ({ tags, direction, peer, protocol, port }) => {
    const answer = cedar.statefulIsAuthorized({
      preparsedPolicySetId: 'bench',
      principal: { type: 'Unit', id: 'own' },
      action: { type: 'Action', id: direction },
      resource: { type: 'Unit', id: 'peer' },
      context: {
        tags: [...tags],
        protocol,
        port,
        ...('tags' in peer
          ? { peer: [...peer.tags] }
          : { address: { __extn: { fn: 'ip', arg: peer.address } }, name: peer.name }),
      },
      entities: [],
    });
    if (answer.type === 'failure') throw new Error(`Cedar does not answer: ${JSON.stringify(answer.errors[0])}`);
    return answer.response.decision === 'allow';
  };
}

function cedarPolicy(rule: PlainRule, networks: Estate['networks']): string {
  const meant = rule.networks.flatMap((network) => networks[network] ?? []);
  const outgoing = rule.direction === 'outgoing';
  const within = [
    ...meant.flatMap(({ cidrs }) => cidrs.map((cidr) => `context.address.isInRange(ip("${cidr}"))`)),
    ...(outgoing ? meant.flatMap(({ names }) => names.map((name) => `context.name like "${name}"`)) : []),
  ];
  const peer =
    rule.networks.length > 0
      ? `context has address && (${within.join(' || ')})`
      : `context has peer && context.peer.containsAll(${JSON.stringify(rule.tags)})`;
  return `${rule.action === 'Allow' ? 'permit' : 'forbid'}(principal, action == Action::"${rule.direction}", resource) when {
    context.protocol == ${rule.protocol} && context.port >= ${rule.ports[0]} && context.port <= ${rule.ports[1]} &&
    context.tags.containsAll(${JSON.stringify(rule.subject)}) && ${peer}
  };`;
}

/** Ranges as integers, and an address read once however often it is asked about: what anybody would do beforehand. */
function matcher(networks: Estate['networks']) {
  const compiled = networks.map(({ cidrs, names }) => ({
    ranges: cidrs.map(rangeOf),
    names: new Set(names.filter((name) => !name.startsWith('*'))),
    endings: names.filter((name) => name.startsWith('*')).map((name) => name.slice(1)),
  }));
  const known = new Map<string, number>();
  const within = (network: number, address: number, name: string, outgoing: boolean) => {
    const { ranges, names, endings } = compiled[network] as (typeof compiled)[number];
    return (
      ranges.some(([first, last]) => first <= address && address <= last) ||
      (outgoing && (names.has(name) || endings.some((ending) => name.endsWith(ending))))
    );
  };
  return (rule: PlainRule, { tags, direction, peer, protocol, port }: PlainQuestion): boolean => {
    const decided =
      rule.direction === direction &&
      rule.protocol === protocol &&
      rule.ports[0] <= port &&
      port <= rule.ports[1] &&
      rule.subject.every((tag) => tags.includes(tag));
    if (!decided) return false;
    if ('tags' in peer) return rule.tags.length > 0 && rule.tags.every((tag) => peer.tags.includes(tag));
    let address = known.get(peer.address);
    if (address === undefined) {
      address = integerOf(peer.address);
      known.set(peer.address, address);
    }
    const asked = address;
    return rule.networks.some((network) => within(network, asked, peer.name, direction === 'outgoing'));
  };
}

function rangeOf(cidr: string): readonly [first: number, last: number] {
  const [base = '', bits] = cidr.split('/');
  const first = integerOf(base);
  return [first, first + 2 ** (32 - Number(bits)) - 1];
}

function integerOf(address: string): number {
  return ipaddr.IPv4.parse(address).octets.reduce((value, octet) => value * 256 + octet, 0);
}
