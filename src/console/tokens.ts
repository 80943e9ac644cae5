/** How a credential becomes tokens, and when the next one is due. */
import { ConsoleFailure, isConsoleFailure } from './errors.ts';
import type { Transport } from './transport.ts';
import { issueBody, type Restrictions, readToken } from './wire/issue.ts';

export type Tokens = {
  current(): Promise<string>;
  /** Another token than the one the console refused; nothing where there cannot be another. */
  instead(refused: string): Promise<string | undefined>;
};

export type TokenOptions = Restrictions & { readonly now: () => number };

const RETRY_RENEWAL_MS = 30_000;

/** A token somebody made and handed to us: nobody can renew it. */
export function readyMadeToken(token: string): Tokens {
  return { current: async () => token, instead: async () => undefined };
}

/** Tokens by the app credential's certificate, renewed at half their life and when the console refuses one. */
export function issuedTokens(transport: Transport, options: TokenOptions): Tokens {
  let held: { readonly token: string; readonly expires: number } | undefined;
  let due = 0;
  let renewing: Promise<string> | undefined;

  const issue = async (): Promise<string> => {
    const where = 'POST /issue';
    const answer = await transport.exchange({
      method: 'POST',
      target: '/issue',
      headers: {},
      body: JSON.stringify(issueBody(options)),
      where,
    });
    const token = readToken(answer.body, where);
    const from = options.now();
    const expires = expiryOf(token) ?? from + options.validityMinutes * 60_000;
    held = { token, expires };
    due = from + (expires - from) / 2;
    return token;
  };
  const renew = (): Promise<string> => {
    renewing ??= issue().finally(() => {
      renewing = undefined;
    });
    return renewing;
  };

  return {
    async current() {
      if (held && options.now() < due) return held.token;
      try {
        return await renew();
      } catch (error) {
        // Half of its life is left: a console that issues no tokens at the moment need not stop us yet.
        if (!held || options.now() >= held.expires || !isConsoleFailure(error) || !error.passing) throw refusal(error);
        due = options.now() + RETRY_RENEWAL_MS;
        return held.token;
      }
    },
    async instead(refused) {
      if (held && held.token !== refused) return held.token;
      return renew().catch((error: unknown) => {
        throw refusal(error);
      });
    },
  };
}

/** A credential without a right to a token is a credential that was refused. */
function refusal(error: unknown): unknown {
  if (!isConsoleFailure(error, 'forbidden')) return error;
  return new ConsoleFailure({
    reason: 'credential',
    passing: false,
    sentence: 'The console gives no token for this app credential: it was disabled, or restricted to elsewhere.',
    where: error.where,
    complaints: error.complaints,
    ...(error.status === undefined ? {} : { status: error.status }),
  });
}

/** The console caps the validity instead of refusing it, so the token itself says how long it lives. */
function expiryOf(token: string): number | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    if (typeof claims === 'object' && claims !== null && 'exp' in claims && typeof claims.exp === 'number')
      return claims.exp * 1_000;
  } catch {
    // Not every token is a JWT we can read; the asked validity stands then.
  }
  return undefined;
}
