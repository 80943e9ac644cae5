/** Whether the files that let a worker speak with the console are there and hold what they must. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Finding } from './mistakes.ts';
import type { Settings } from './schema.ts';

const pem = z.string().refine((text) => Buffer.from(text, 'base64').includes('-----BEGIN '), 'base64 of PEM');
const address = z.url();

/** An app credential as the console gives it out. */
const AppCredential = z.object({
  APIURL: address,
  namespace: z.string().startsWith('/'),
  certificate: pem,
  certificateKey: pem,
  certificateAuthority: pem.optional(),
});
/** A token somebody made, and where it is for. */
const ReadyMadeToken = z.object({ APIURL: address, token: z.string().min(1) });

/** Nothing of what a file holds is ever part of a sentence. */
export function credentialFindings(
  credentials: Settings['console']['credentials'],
  now: number,
  production: boolean,
): Finding[] {
  return (['observe', 'finalise'] as const).flatMap((role) => {
    const path = ['console', 'credentials', role];
    return look(credentials[role], now, production).map(({ weight, sentence }) => ({ weight, path, sentence }));
  });
}

function look(file: string, now: number, production: boolean): Omit<Finding, 'path'>[] {
  const mistake = (sentence: string) => [{ weight: 'mistake' as const, sentence: `${file} ${sentence}` }];
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return mistake(error.code === 'ENOENT' ? 'does not exist' : `cannot be read: ${error.code}`);
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return mistake('is not JSON');
  }
  const readyMade = typeof content === 'object' && content !== null && 'token' in content;
  const { data, error } = readyMade ? ReadyMadeToken.safeParse(content) : AppCredential.safeParse(content);
  if (!data) {
    const what = error.issues.map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`).join('; ');
    return mistake(`is neither an app credential nor a token with its APIURL (${what})`);
  }
  const { hostname, protocol } = new URL(data.APIURL);
  const here = /^(localhost|127\.|\[::1\])/.test(hostname);
  if (!here && protocol !== 'https:')
    return mistake('is for an address without https, where anybody on the way could read the token');
  if (production && here)
    return mistake('is for a console on this machine, which is for trying out, not for NODE_ENV=production');
  return 'certificate' in data ? certificateFindings(file, data.certificate, now) : [];
}

const MONTH_MS = 30 * 24 * 3600 * 1000;

function certificateFindings(file: string, certificate: string, now: number): Omit<Finding, 'path'>[] {
  let ends: number;
  try {
    ends = Date.parse(new X509Certificate(Buffer.from(certificate, 'base64')).validTo);
  } catch {
    return [{ weight: 'mistake', sentence: `${file} holds no certificate that can be read` }];
  }
  const day = new Date(ends).toISOString().slice(0, 10);
  if (ends <= now)
    return [{ weight: 'mistake', sentence: `${file} is expired since ${day}: make a new app credential` }];
  if (ends - now < MONTH_MS)
    return [{ weight: 'warning', sentence: `${file} expires on ${day}: make a new app credential` }];
  return [];
}
