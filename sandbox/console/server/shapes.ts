/** What a body must look like to be read at all; what is left out becomes empty. */
import { z } from 'zod';
import { badRequest } from './errors.ts';

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);
const texts = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? []);
const expression = z
  .array(
    z
      .array(z.string())
      .nullish()
      .transform((value) => value ?? []),
  )
  .nullish()
  .transform((value) => value ?? []);

const stored = {
  ID: text,
  namespace: text,
  name: text,
  description: text,
  annotations: z
    .record(z.string(), z.array(z.string()))
    .nullish()
    .transform((value) => value ?? {}),
  associatedTags: texts,
  metadata: texts,
  protected: flag,
  createTime: text,
  updateTime: text,
};

const rules = z
  .array(
    z.object({
      action: z
        .string()
        .nullish()
        .transform((value) => value || 'Allow'),
      object: expression,
      protocolPorts: texts,
      name: z.string().optional(),
      logsDisabled: z.boolean().optional(),
      observationEnabled: z.boolean().optional(),
    }),
  )
  .nullish()
  .transform((value) => value ?? []);

const or = (fallback: string) =>
  z
    .string()
    .nullish()
    .transform((value) => value || fallback);

/** What every body that can be written has in common, once it is read. */
export interface Sent {
  ID: string;
  namespace: string;
  name: string;
  description: string;
  annotations: Record<string, string[]>;
  associatedTags: string[];
  metadata: string[];
  protected: boolean;
  createTime: string;
  updateTime: string;
  type?: string;
  organizationalMetadata?: string[];
}

export const shapes: Record<'namespace' | 'externalnetwork' | 'networkrulesetpolicy', z.ZodType<Sent>> = {
  namespace: z.object({
    ...stored,
    type: or('Default'),
    defaultPUIncomingTrafficAction: or('Inherit'),
    defaultPUOutgoingTrafficAction: or('Inherit'),
    tagPrefixes: texts,
    organizationalMetadata: texts,
  }),
  externalnetwork: z.object({ ...stored, entries: texts, type: or('Subnet'), servicePorts: texts, propagate: flag }),
  networkrulesetpolicy: z.object({
    ...stored,
    subject: expression,
    incomingRules: rules,
    outgoingRules: rules,
    propagate: flag,
    fallback: flag,
    disabled: flag,
  }),
};

export function decode<T>(shape: z.ZodType<T>, body: unknown): T {
  const result = shape.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw badRequest(`Unable to decode the body: ${issue?.path.join('.')}: ${issue?.message}`);
}
