/** Tokens: issued for a credential, signed, with an end, perhaps narrowed or counted. */
import { createSign, createVerify, generateKeyPairSync, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { isBelow } from '#sandbox/console/enforcer/hierarchy.ts';
import { refused } from './errors.ts';
import { durationMs } from './go-time.ts';
import { isPermitted, type Method, mayDo, type Role } from './roles.ts';

export interface Credential {
  name: string;
  ID: string;
  /** It works here and below. */
  namespace: string;
  roles: Role[];
}

export const IssueBody = z.object({
  realm: z.string(),
  validity: z.string().default('24h'),
  quota: z.number().int().min(0).default(0),
  restrictedNamespace: z.string().default(''),
  restrictedPermissions: z.array(z.string()).default([]),
  audience: z.union([z.string(), z.array(z.string())]).default(''),
  opaque: z.record(z.string(), z.string()).default({}),
});
export type IssueBody = z.infer<typeof IssueBody>;

const Claims = z.object({
  jti: z.string(),
  sub: z.string(),
  exp: z.number(),
  iat: z.number(),
  realm: z.string(),
  quota: z.number(),
  restrictions: z.object({ namespace: z.string(), perms: z.array(z.string()) }),
  data: z.record(z.string(), z.string()),
});
type Claims = z.infer<typeof Claims>;

/** Who asks, and within which limits. */
export interface Session {
  credential: Credential;
  claims: string[];
  restrictedNamespace: string;
  restrictedPermissions: string[];
}

export interface Tokens {
  issue(credential: Credential, body: IssueBody): string;
  /** Counts one use. */
  session(token: string): Session;
  claims(token: string): Claims;
  expireAll(): void;
}

const signatureBytes = 64;
const maxValidityMs = 24 * 3_600_000;

export function createTokens(credentials: readonly Credential[], fixedToken: string | undefined): Tokens {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const uses = new Map<string, number>();
  /** A token whose signature was good stays so, and one is sent with hundreds of requests. */
  const genuine = new Map<string, Claims>();
  let expired = new Set<string>();
  let live = new Set<string>();

  function read(token: string): Claims {
    const claims = genuine.get(token) ?? signedClaims(token);
    genuine.set(token, claims);
    if (expired.has(claims.jti) || claims.exp * 1000 <= Date.now()) throw refused(401);
    return claims;
  }

  function signedClaims(token: string): Claims {
    const [header = '', payload = '', signature = ''] = token.split('.');
    const signed = Buffer.from(signature, 'base64url');
    const verify = createVerify('SHA256').update(`${header}.${payload}`);
    const key = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const;
    if (signed.length !== signatureBytes || !verify.verify(key, signed)) throw refused(401);
    return Claims.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
  }

  return {
    issue(credential, body) {
      const validityMs = durationMs(body.validity);
      if (validityMs === undefined || validityMs <= 0) throw refused(401);
      const nowMs = Date.now();
      const claims: Claims = {
        jti: randomUUID(),
        sub: credential.ID,
        iat: Math.floor(nowMs / 1000),
        exp: Math.ceil((nowMs + Math.min(validityMs, maxValidityMs)) / 1000),
        realm: body.realm,
        quota: body.quota,
        restrictions: { namespace: body.restrictedNamespace, perms: body.restrictedPermissions },
        data: { realm: body.realm.toLowerCase(), subject: credential.ID, commonName: credential.name },
      };
      live.add(claims.jti);
      const signed = `${part({ alg: 'ES256', typ: 'JWT' })}.${part(claims)}`;
      const signature = createSign('SHA256').update(signed).sign({ key: privateKey, dsaEncoding: 'ieee-p1363' });
      return `${signed}.${signature.toString('base64url')}`;
    },
    session(token) {
      if (fixedToken !== undefined && token === fixedToken) return byHand;
      const claims = read(token);
      const credential = credentials.find(({ ID }) => ID === claims.sub);
      if (!credential) throw refused(401);
      const used = (uses.get(claims.jti) ?? 0) + 1;
      uses.set(claims.jti, used);
      if (claims.quota > 0 && used > claims.quota) throw refused(417);
      return {
        credential,
        claims: Object.entries(claims.data).map(([key, value]) => `@auth:${key}=${value}`),
        restrictedNamespace: claims.restrictions.namespace,
        restrictedPermissions: claims.restrictions.perms,
      };
    },
    claims: read,
    expireAll() {
      expired = new Set([...expired, ...live]);
      live = new Set();
    },
  };
}

/** Whether the session may use the method on such objects in the namespace. */
export function isAllowed(session: Session, identity: string, method: Method, namespace: string): boolean {
  const { credential, restrictedNamespace } = session;
  return (
    isWithin(namespace, credential.namespace) &&
    (restrictedNamespace === '' || isWithin(namespace, restrictedNamespace)) &&
    mayDo(credential.roles, identity, method) &&
    isPermitted(session.restrictedPermissions, identity, method)
  );
}

const byHand: Session = {
  credential: { name: 'token', ID: 'token', namespace: '/', roles: ['namespace.administrator'] },
  claims: ['@auth:realm=token', '@auth:subject=token'],
  restrictedNamespace: '',
  restrictedPermissions: [],
};

function isWithin(namespace: string, limit: string): boolean {
  return namespace === limit || isBelow(namespace, limit);
}

function part(content: object): string {
  return Buffer.from(JSON.stringify(content)).toString('base64url');
}
