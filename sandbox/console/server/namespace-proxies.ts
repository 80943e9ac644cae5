/** What a namespace can be asked and told about itself, without rights in its parent. */
import { z } from 'zod';
import { effectivePrefixes } from '#sandbox/console/enforcer/hierarchy.ts';
import type { DefaultAction, Namespace } from '#sandbox/console/objects.ts';
import type { Answer, Ask, Hall } from './ask.ts';
import { refused, unprocessable } from './errors.ts';
import { protectedObject } from './objections.ts';
import { decode } from './shapes.ts';
import { kept, later } from './stored-objects.ts';

const actions = ['Allow', 'Reject', 'Inherit'];

export function namespaceInfo(hall: Hall, ask: Ask): Answer {
  const own = current(hall, ask);
  return only({
    name: own.name,
    description: own.description,
    PUIncomingTrafficAction: own.defaultPUIncomingTrafficAction,
    PUOutgoingTrafficAction: own.defaultPUOutgoingTrafficAction,
    prefixes: effectivePrefixes(hall.store.policy(), own.name),
    protected: own.protected,
  });
}

export function readTagPrefixes(hall: Hall, ask: Ask): Answer {
  return only({ prefixes: current(hall, ask).tagPrefixes });
}

/** Replaces the namespace's own list. */
export function writeTagPrefixes(hall: Hall, ask: Ask): Answer {
  const own = current(hall, ask);
  const { prefixes } = decode(z.object({ prefixes: z.array(z.string()) }), ask.body);
  if (own.protected && !ask.query.force) throw protectedObject();
  change(hall, ask, own, { tagPrefixes: prefixes });
  return { body: { prefixes }, total: 1 };
}

export function readTrafficActions(hall: Hall, ask: Ask): Answer {
  const own = current(hall, ask);
  return only({ Incoming: own.defaultPUIncomingTrafficAction, Outgoing: own.defaultPUOutgoingTrafficAction });
}

export function writeTrafficActions(hall: Hall, ask: Ask): Answer {
  const own = current(hall, ask);
  const sent = decode(z.object({ Incoming: z.string().default(''), Outgoing: z.string().default('') }), ask.body);
  const incoming = actionOf('Incoming', sent.Incoming);
  const outgoing = actionOf('Outgoing', sent.Outgoing);
  change(hall, ask, own, { defaultPUIncomingTrafficAction: incoming, defaultPUOutgoingTrafficAction: outgoing });
  return { body: { Incoming: incoming, Outgoing: outgoing }, total: 1 };
}

function actionOf(attribute: string, value: string): DefaultAction {
  if (value === 'Allow' || value === 'Reject' || value === 'Inherit') return value;
  const description = `Data '${value}' of attribute '${attribute}' is not in list '[${actions.join(' ')}]'`;
  throw unprocessable('Validation Error', description, attribute);
}

function change(hall: Hall, ask: Ask, own: Namespace, changed: Partial<Namespace>): void {
  kept(hall, 'namespace', ask, 'update', { ...own, ...changed, updateTime: later(own.updateTime, ask.nowMs) }, own);
}

function current(hall: Hall, ask: Ask): Namespace {
  const own = hall.store.all('namespace').find(({ name }) => name === ask.namespace);
  if (!own) throw refused(404);
  return own;
}

function only(object: object): Answer {
  return { body: [object], total: 1 };
}
