/** How a field of the console's JSON is read: what is left out, what is null, and where an answer does not parse. */
import { z } from 'zod';
import { doesNotParse } from '#console/errors.ts';
import type { OwnAction } from '#core/policy.ts';

export type Annotations = Readonly<Record<string, readonly string[]>>;

/** An object as the console sent it: a PUT must carry all of it back. */
export type RawObject = Readonly<Record<string, unknown>>;

/** A page of a list, and the request it answers. */
export type Page = { readonly elements: readonly unknown[]; readonly where: string };

// The console leaves out what is empty, and may write null for an empty list.
export const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
export const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);
export const strings = listOf(z.string());
export const clauses = listOf(z.array(z.string()));
export const annotations = z
  .record(z.string(), strings)
  .nullish()
  .transform((value): Annotations => value ?? {});
export const id = z.string().min(1);

/** Milliseconds since the epoch. */
export const time = z.string().transform((value, context) => {
  const at = Date.parse(value);
  if (Number.isNaN(at)) context.addIssue({ code: 'custom', message: 'is not a time' });
  return at;
});

export const ownAction = z
  .enum(['Allow', 'Reject', 'Inherit'])
  .or(z.literal('').transform((): OwnAction => 'Inherit'))
  .nullish()
  .transform((value): OwnAction => value ?? 'Inherit');

export const rawObject = z.looseObject({});

export function listOf<Output>(element: z.ZodType<Output>) {
  return z
    .array(element)
    .nullish()
    .transform((value): readonly Output[] => value ?? []);
}

/** Nothing where there are no bytes. A byte order mark is passed over. */
export function jsonOf(bytes: Buffer, where: string, status?: number): unknown {
  if (bytes.length === 0) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw doesNotParse(where, '', 'it is not JSON', status);
  }
}

/** `at` is the place of the value in the answer, such as an index. */
export function parse<Output>(schema: z.ZodType<Output>, value: unknown, where: string, at = ''): Output {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [path, what] = firstProblem(result.error);
  throw doesNotParse(where, [at, path].filter((part) => part !== '').join('.'), what);
}

export function parseAll<Output>(schema: z.ZodType<Output>, page: Page): Output[] {
  return page.elements.map((element, index) => parse(schema, element, page.where, String(index)));
}

/** Singletons come as a list of one, or bare (console-api.md 1.1). */
export function single(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : value;
}

export function firstProblem(error: z.ZodError): [path: string, what: string] {
  const [issue] = error.issues;
  return [issue?.path.join('.') ?? '', issue?.message ?? 'is not what was expected'];
}
