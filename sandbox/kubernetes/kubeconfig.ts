/** The kubeconfig file that leads to the sandbox's Kubernetes: an address, an authority, a token. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';

export function writeKubeconfig(folder: string, server: { url: string; authority: string; token: string }): string {
  const file = join(folder, 'kubeconfig.yaml');
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'sandbox',
    clusters: [
      {
        name: 'sandbox',
        cluster: {
          server: server.url,
          'certificate-authority-data': Buffer.from(server.authority).toString('base64'),
        },
      },
    ],
    users: [{ name: 'reader', user: { token: server.token } }],
    contexts: [{ name: 'sandbox', context: { cluster: 'sandbox', user: 'reader' } }],
  };
  writeFileSync(file, stringify(content), { mode: 0o600 });
  return file;
}
