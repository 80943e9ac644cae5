/** The JSON of asking for a token. */
import { z } from 'zod';
import { parse } from './fields.ts';

export type Restrictions = {
  readonly validityMinutes: number;
  readonly restrictedNamespace: string;
  readonly restrictedPermissions?: readonly string[];
};

const Issue = z.object({ token: z.string().min(1) });

export function issueBody(restrictions: Restrictions): unknown {
  return {
    realm: 'Certificate',
    validity: `${restrictions.validityMinutes}m`,
    restrictedNamespace: restrictions.restrictedNamespace,
    ...(restrictions.restrictedPermissions ? { restrictedPermissions: restrictions.restrictedPermissions } : {}),
  };
}

export function readToken(value: unknown, where: string): string {
  return parse(Issue, value, where).token;
}
