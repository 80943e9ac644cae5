/** What an expression selects, and which rules a processing unit has been given. */
import { z } from 'zod';
import { rulesetsFor } from '#sandbox/console/enforcer/decide.ts';
import { matches, wireTags } from '#sandbox/console/enforcer/expressions.ts';
import { effectiveAction, visibleFrom } from '#sandbox/console/enforcer/hierarchy.ts';
import type { Expression, NetworkRule, Ruleset, Stored } from '#sandbox/console/objects.ts';
import type { Answer, Ask, Hall } from './ask.ts';
import { unprocessable } from './errors.ts';
import { page } from './listing.ts';
import { decode } from './shapes.ts';
import { existing } from './stored-objects.ts';

type Selectable = 'externalnetwork' | 'processingunit';

/** The objects a ruleset's subject or objects mean. */
export function selectedBy(hall: Hall, identity: Selectable, ask: Ask): Answer {
  const ruleset = existing(hall, 'networkrulesetpolicy', ask, false);
  const rules = [...ruleset.incomingRules, ...ruleset.outgoingRules];
  const expression = ask.query.mode === 'subject' ? ruleset.subject : rules.flatMap(({ object }) => object);
  const { objects, total } = page<Stored>(selected(hall, identity, expression, ruleset.namespace), ask.query);
  return { body: objects, total };
}

export function clausesMatch(hall: Hall, ask: Ask): Answer {
  const sent = decode(z.object({ targetIdentity: z.string(), clauses: z.array(z.array(z.string())) }), ask.body);
  const { targetIdentity, clauses } = sent;
  if (targetIdentity !== 'externalnetwork' && targetIdentity !== 'processingunit') {
    const description = `Data '${targetIdentity}' of attribute 'targetIdentity' is not in list '[externalnetwork processingunit]'`;
    throw unprocessable('Validation Error', description, 'targetIdentity');
  }
  return { body: { ...sent, match: selected(hall, targetIdentity, clauses, ask.namespace) }, total: 1 };
}

/** One element, as every singleton. */
export function renderedPolicies(hall: Hall, ask: Ask): Answer {
  const pod = existing(hall, 'processingunit', ask, false);
  const policy = hall.inForce();
  const unit = { ...pod, tags: pod.normalizedTags };
  const rendered = {
    processingUnitID: pod.ID,
    defaultPUIncomingTrafficAction: effectiveAction(policy, pod.namespace, 'incoming'),
    defaultPUOutgoingTrafficAction: effectiveAction(policy, pod.namespace, 'outgoing'),
    wireTags: wireTags(policy, pod.namespace, pod.normalizedTags),
    ruleSetPolicies: rulesetsFor(policy, unit).map((ruleset) => policyRule(hall, ruleset, pod.namespace)),
  };
  return { body: [rendered], total: 1 };
}

function policyRule(hall: Hall, ruleset: Ruleset, namespace: string): object {
  const { externalNetworks } = hall.inForce();
  const rules = [...ruleset.incomingRules, ...ruleset.outgoingRules];
  return {
    ID: ruleset.ID,
    name: ruleset.name,
    policyNamespace: ruleset.namespace,
    policyUpdateTime: ruleset.updateTime,
    propagated: ruleset.namespace !== namespace,
    tagClauses: ruleset.subject,
    action: { incomingRules: ruleset.incomingRules, outgoingRules: ruleset.outgoingRules },
    externalNetworks: externalNetworks.filter(
      (network) => visibleFrom(namespace, network) && rules.some((rule) => isMeant(rule, network.normalizedTags)),
    ),
    relation: rules.flatMap(({ object }) => object),
  };
}

function isMeant({ object }: NetworkRule, tags: readonly string[]): boolean {
  return matches(object, tags);
}

function selected(hall: Hall, identity: Selectable, expression: Expression, namespace: string): Stored[] {
  const { store } = hall;
  const policy = store.policy();
  return store
    .all(identity)
    .filter(({ ID }) => !store.isArchived(ID))
    .filter(
      (object) =>
        object.namespace === namespace || object.namespace.startsWith(`${namespace}/`) || identity === 'processingunit',
    )
    .filter((object) => matches(expression, wireTags(policy, object.namespace, object.normalizedTags)));
}
