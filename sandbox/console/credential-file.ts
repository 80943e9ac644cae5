/** App credentials: the files a client is given, and the certificates in them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Authority, Certificate } from './server/certificates.ts';
import type { Credential } from './server/tokens.ts';

export interface Issued {
  credential: Credential;
  certificate: Certificate;
}

/** One that observes and writes rules, one that may change the namespace itself. */
export async function issueCredentials(authority: Authority, namespace: string): Promise<Issued[]> {
  const credentials: Credential[] = [
    { name: 'observe', ID: '6272aaaa0000000000000001', namespace, roles: ['infrastructure.administrator'] },
    { name: 'finalise', ID: '6272aaaa0000000000000002', namespace, roles: ['namespace.administrator'] },
  ];
  return Promise.all(
    credentials.map(async (credential) => ({ credential, certificate: await authority.client(credential.name) })),
  );
}

export function writeCredentialFile(folder: string, url: string, authority: Authority, issued: Issued): string {
  const { credential, certificate } = issued;
  const file = join(folder, `${credential.name}.json`);
  const content = {
    APIURL: url,
    ID: credential.ID,
    name: credential.name,
    namespace: credential.namespace,
    certificate: base64(certificate.cert),
    certificateKey: base64(certificate.key),
    certificateAuthority: base64(authority.cert),
  };
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  return file;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
