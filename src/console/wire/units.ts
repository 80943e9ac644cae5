/** The JSON of a processing unit and of the policy rendered for it. */
import { z } from 'zod';
import type { RuleAction } from '#core/network-ruleset.ts';
import type { DefaultActions } from '#core/policy.ts';
import type { ProcessingUnit } from '#core/workload.ts';
import { id, listOf, type Page, parse, parseAll, single, strings, text, time } from './fields.ts';

/** A processing unit, and whether an enforcer looks after it now. */
export type ConsoleUnit = ProcessingUnit & { readonly running: boolean; readonly enforced: boolean };

/** What the console has rendered for one processing unit: the proof that a change has reached it. */
export type RenderedPolicy = {
  readonly defaults: DefaultActions<RuleAction>;
  readonly wireTags: readonly string[];
  readonly rules: readonly { readonly name: string; readonly namespace: string; readonly updatedAt: number }[];
};

const Unit = z.object({
  ID: id,
  name: z.string(),
  namespace: z.string(),
  normalizedTags: strings,
  associatedTags: strings,
  metadata: strings,
  operationalStatus: text,
  enforcementStatus: text,
  createTime: time.optional(),
});

// Where nothing is set anywhere, the rendered action is Reject (console-api.md 3.11).
const renderedAction = z.enum(['Allow', 'Reject']).default('Reject');

const Rendered = z.object({
  defaultPUIncomingTrafficAction: renderedAction,
  defaultPUOutgoingTrafficAction: renderedAction,
  wireTags: strings,
  ruleSetPolicies: listOf(z.object({ name: text, policyNamespace: text, policyUpdateTime: time })),
});

export function readUnits(page: Page): ConsoleUnit[] {
  return parseAll(Unit, page).map((unit) => ({
    id: unit.ID,
    name: unit.name,
    namespace: unit.namespace,
    ...(unit.createTime === undefined ? {} : { createdAt: unit.createTime }),
    tags: unit.normalizedTags.length > 0 ? unit.normalizedTags : [...unit.metadata, ...unit.associatedTags],
    running: unit.operationalStatus === 'Running',
    enforced: unit.enforcementStatus === 'Active',
  }));
}

export function readRenderedPolicy(value: unknown, where: string): RenderedPolicy {
  const rendered = parse(Rendered, single(value), where);
  return {
    defaults: {
      incoming: rendered.defaultPUIncomingTrafficAction,
      outgoing: rendered.defaultPUOutgoingTrafficAction,
    },
    wireTags: rendered.wireTags,
    rules: rendered.ruleSetPolicies.map((rule) => ({
      name: rule.name,
      namespace: rule.policyNamespace,
      updatedAt: rule.policyUpdateTime,
    })),
  };
}
