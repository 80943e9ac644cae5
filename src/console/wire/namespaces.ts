/** The JSON of a namespace, as an object in its parent and as it describes itself. */
import { z } from 'zod';
import type { DefaultActions, OwnAction } from '#core/policy.ts';
import {
  type Annotations,
  annotations,
  flag,
  id,
  ownAction,
  type Page,
  parse,
  type RawObject,
  rawObject,
  single,
  strings,
  text,
  time,
} from './fields.ts';

export type NamespaceObject = {
  readonly id: string;
  readonly path: string;
  readonly type: string;
  readonly own: DefaultActions<OwnAction>;
  readonly localPrefixes: readonly string[];
  readonly annotations: Annotations;
  readonly protected: boolean;
  /** Milliseconds since the epoch. */
  readonly updatedAt: number;
  readonly raw: RawObject;
};

/** Whether it says its own values or the inherited ones is not documented (console-api.md A4). */
export type NamespaceInfo = {
  readonly actions: DefaultActions<OwnAction>;
  readonly prefixes: readonly string[];
  readonly protected: boolean;
};

const Namespace = z.object({
  ID: id,
  name: z.string().startsWith('/'),
  type: text,
  defaultPUIncomingTrafficAction: ownAction,
  defaultPUOutgoingTrafficAction: ownAction,
  tagPrefixes: strings,
  annotations,
  protected: flag,
  updateTime: time,
});

const Info = z.object({
  PUIncomingTrafficAction: ownAction,
  PUOutgoingTrafficAction: ownAction,
  prefixes: strings,
  protected: flag,
});

export function readNamespaceObjects(page: Page): NamespaceObject[] {
  return page.elements.map((element, index) => {
    const object = parse(Namespace, element, page.where, String(index));
    return {
      id: object.ID,
      path: object.name,
      type: object.type,
      own: { incoming: object.defaultPUIncomingTrafficAction, outgoing: object.defaultPUOutgoingTrafficAction },
      localPrefixes: object.tagPrefixes,
      annotations: object.annotations,
      protected: object.protected,
      updatedAt: object.updateTime,
      raw: parse(rawObject, element, page.where, String(index)),
    };
  });
}

export function readNamespaceInfo(value: unknown, where: string): NamespaceInfo {
  const info = parse(Info, single(value), where);
  return {
    actions: { incoming: info.PUIncomingTrafficAction, outgoing: info.PUOutgoingTrafficAction },
    prefixes: info.prefixes,
    protected: info.protected,
  };
}

/** The whole object again with other default actions. */
export function withDefaultActions(raw: RawObject, actions: DefaultActions<OwnAction>): RawObject {
  return {
    ...raw,
    defaultPUIncomingTrafficAction: actions.incoming,
    defaultPUOutgoingTrafficAction: actions.outgoing,
  };
}

/** With these annotations beside the others; what is empty is taken off. */
export function withAnnotations(raw: RawObject, before: Annotations, marks: Annotations): RawObject {
  const after = Object.entries({ ...before, ...marks }).filter(([, values]) => values.length > 0);
  return { ...raw, annotations: Object.fromEntries(after) };
}

export function withTagPrefixes(raw: RawObject, prefixes: readonly string[]): RawObject {
  return { ...raw, tagPrefixes: prefixes };
}
