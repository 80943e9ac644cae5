/** What an app credential file says: where the console is, for which namespace, and with which certificate. */
import { readFile } from 'node:fs/promises';
import { rootCertificates } from 'node:tls';
import { z } from 'zod';
import { ConsoleFailure } from './errors.ts';
import type { TlsOptions } from './transport.ts';

export type AppCredential = {
  readonly url: string;
  readonly name: string;
  /** The credential works here and below. */
  readonly namespace: string;
  readonly tls: TlsOptions;
};

const pem = z
  .string()
  .transform((text) => Buffer.from(text, 'base64').toString('utf8'))
  .refine((text) => text.includes('-----BEGIN '), 'is not base64 of PEM');

/** Its file, console-api.md 2.2. */
const CredentialFile = z
  .object({
    APIURL: z.url(),
    name: z.string().default(''),
    namespace: z.string().startsWith('/'),
    certificate: pem,
    certificateKey: pem,
    certificateAuthority: pem.optional(),
  })
  .transform(
    (file): AppCredential => ({
      url: file.APIURL,
      name: file.name,
      namespace: file.namespace,
      tls: {
        cert: file.certificate,
        key: file.certificateKey,
        ...(file.certificateAuthority ? { ca: [...rootCertificates, file.certificateAuthority] } : {}),
      },
    }),
  );

/** A token that somebody made, and where it is for; it cannot be renewed. */
const TokenFile = z
  .object({ APIURL: z.url(), token: z.string().min(1), namespace: z.string().startsWith('/').default('/') })
  .transform(({ APIURL, token, namespace }) => ({ url: APIURL, token, namespace }));

/** What a file under `console.credentials` holds: an app credential, or a ready-made token. */
export async function readAccess(
  path: string,
): Promise<{ readonly credential: AppCredential } | z.infer<typeof TokenFile>> {
  const content = await contentOf(path);
  const token = TokenFile.safeParse(content);
  return token.success ? token.data : { credential: await readAppCredential(path) };
}

/** Nothing of what the file holds is ever part of an error. */
export async function readAppCredential(path: string): Promise<AppCredential> {
  const result = CredentialFile.safeParse(await contentOf(path));
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`);
  throw unusable(path, problems.join('; '));
}

async function contentOf(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw unusable(path, error instanceof Error && 'code' in error ? String(error.code) : 'cannot be read');
  }
  try {
    return JSON.parse(text);
  } catch {
    throw unusable(path, 'it is not JSON');
  }
}

function unusable(path: string, why: string): ConsoleFailure {
  return new ConsoleFailure({
    reason: 'credential',
    passing: false,
    sentence: `The console’s credential file cannot be used: ${why}.`,
    where: path,
  });
}
