/** Everything in force for a namespace, and what of it could not be established. */
import { DEFAULT_PREFIXES } from '#core/default-prefixes.ts';
import type { ExternalNetwork } from '#core/external-network.ts';
import { ancestorsOf } from '#core/namespace.ts';
import type { NetworkRuleset, RuleAction } from '#core/network-ruleset.ts';
import type { DefaultActions, OwnAction, Policy } from '#core/policy.ts';
import { splitTag, wireTags } from '#core/tags.ts';
import type { Client } from './client.ts';
import { ConsoleFailure } from './errors.ts';
import { namespaceInfo, namespaceObject, nothingWhereForbidden, readNamespace } from './namespaces.ts';
import { renderedFor } from './units.ts';
import { readExternalNetworks, readRulesets } from './wire/objects.ts';
import { type ConsoleUnit, type RenderedPolicy, readUnits } from './wire/units.ts';

export type PolicyReading = {
  readonly policy: Policy;
  /** What could not be established, or contradicts itself; sentences for people. */
  readonly doubts: readonly string[];
};

/** One namespace on the way up. Without `settings`: not to be seen with this credential. */
type Level = { readonly path: string; readonly settings?: Settings };
type Settings = { readonly actions: DefaultActions<OwnAction>; readonly prefixes: readonly string[] };

export async function readPolicy(client: Client, path: string): Promise<PolicyReading> {
  const namespace = await readNamespace(client, path);
  if (!namespace) throw notVisible(path);
  const above = ancestorsOf(path).filter((ancestor) => ancestor !== '/');
  const [ancestors, rulesets, externalNetworks, witness] = await Promise.all([
    Promise.all(above.map((ancestor) => readLevel(client, ancestor))),
    readAllRulesets(client, path),
    readAllNetworks(client, path),
    readWitness(client, path),
  ]);

  const own: Level = { path, settings: { actions: namespace.own, prefixes: namespace.localPrefixes } };
  const fromHereUp = [own, ...ancestors.toReversed()];
  const doubts = namespace.bySelfDescription
    ? [`The parent of ${path} may not be read, so what the namespace sets itself may be what it inherits.`]
    : [];
  return {
    policy: {
      namespace: path,
      prefixes: { local: namespace.localPrefixes, effective: effectivePrefixes(fromHereUp, witness, doubts) },
      own: namespace.own,
      effective: {
        incoming: effectiveAction('incoming', fromHereUp, witness, doubts),
        outgoing: effectiveAction('outgoing', fromHereUp, witness, doubts),
      },
      rulesets,
      externalNetworks,
    },
    doubts,
  };
}

async function readLevel(client: Client, path: string): Promise<Level> {
  const object = await namespaceObject(client, path).catch(nothingWhereForbidden);
  if (object) return { path, settings: { actions: object.own, prefixes: object.localPrefixes } };
  const info = await namespaceInfo(client, path).catch(nothingWhereForbidden);
  return info ? { path, settings: info } : { path };
}

async function readAllRulesets(client: Client, namespace: string): Promise<NetworkRuleset[]> {
  const rulesets: NetworkRuleset[] = [];
  const query = { propagated: true };
  for await (const page of client.list({ namespace, path: '/networkrulesetpolicies', query }))
    rulesets.push(...readRulesets(page));
  return rulesets;
}

async function readAllNetworks(client: Client, namespace: string): Promise<ExternalNetwork[]> {
  const networks: ExternalNetwork[] = [];
  const query = { propagated: true };
  for await (const page of client.list({ namespace, path: '/externalnetworks', query }))
    networks.push(...readExternalNetworks(page));
  return networks;
}

/** A running processing unit and what is rendered for it: what the enforcer really does. */
type Witness = { readonly unit: ConsoleUnit; readonly rendered: RenderedPolicy };

async function readWitness(client: Client, path: string): Promise<Witness | undefined> {
  const unit = await firstRunning(client, path).catch(nothingWhereForbidden);
  const rendered = unit && (await renderedFor(client, unit).catch(nothingWhereForbidden));
  return unit && rendered ? { unit, rendered } : undefined;
}

async function firstRunning(client: Client, namespace: string): Promise<ConsoleUnit | undefined> {
  const query = { q: 'operationalStatus == Running' };
  for await (const page of client.list({ namespace, path: '/processingunits', query })) {
    const unit = readUnits(page).find(({ running, enforced }) => running && enforced);
    if (unit) return unit;
  }
  return undefined;
}

/** The nearest that does not inherit; Reject where nobody sets anything (console-api.md 4.3). */
function effectiveAction(
  direction: 'incoming' | 'outgoing',
  fromHereUp: readonly Level[],
  witness: Witness | undefined,
  doubts: string[],
): RuleAction {
  const rendered = witness?.rendered.defaults[direction];
  for (const { path, settings } of fromHereUp) {
    if (!settings) {
      if (!rendered)
        doubts.push(
          `The ${direction} default action is inherited from ${path} or above, which may not be read: taken for Reject.`,
        );
      return rendered ?? 'Reject';
    }
    const action = settings.actions[direction];
    if (action !== 'Inherit') return compared(direction, action, witness, doubts);
  }
  return compared(direction, 'Reject', witness, doubts);
}

function compared(
  direction: 'incoming' | 'outgoing',
  action: RuleAction,
  witness: Witness | undefined,
  doubts: string[],
): RuleAction {
  const rendered = witness?.rendered.defaults[direction];
  if (witness && rendered !== action)
    doubts.push(`The ${direction} default action should be ${action}, but ${witness.unit.name} still has ${rendered}.`);
  return action;
}

/** Defaults, every ancestor's, and its own; where an ancestor may not be read, what a running unit has on the wire. */
function effectivePrefixes(fromHereUp: readonly Level[], witness: Witness | undefined, doubts: string[]): string[] {
  const known = [...new Set([...DEFAULT_PREFIXES, ...fromHereUp.flatMap(({ settings }) => settings?.prefixes ?? [])])];
  const hidden = fromHereUp.filter(({ settings }) => !settings).map(({ path }) => path);
  if (hidden.length > 0 && !witness)
    doubts.push(`Tag prefixes may also come from ${hidden.join(' and ')}, which may not be read.`);
  if (!witness) return known;

  const { unit, rendered } = witness;
  const onTheWire = new Set(rendered.wireTags);
  const unexplained = rendered.wireTags.filter((tag) => wireTags([tag], known).length === 0);
  const inherited = [...new Set(unexplained.map((tag) => `${splitTag(tag)[0]}=`))];
  const absent = wireTags(unit.tags, known).filter((tag) => !onTheWire.has(tag));
  if (absent.length > 0)
    doubts.push(
      `${unit.name} does not have ${absent.slice(0, 3).join(', ')} on the wire, although a tag prefix covers it.`,
    );
  return [...known, ...inherited];
}

function notVisible(path: string): ConsoleFailure {
  return new ConsoleFailure({
    reason: 'not-found',
    passing: false,
    sentence: `The console does not know ${path}, or does not show it to this credential.`,
    where: 'GET /namespaces',
  });
}
