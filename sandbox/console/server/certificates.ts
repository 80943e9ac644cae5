/** A throw-away certificate authority, and what it signs: the server, and one certificate for each credential. */
import { X509Certificate } from 'node:crypto';
import { generate } from 'selfsigned';

export interface Certificate {
  cert: string;
  key: string;
  fingerprint: string;
}

export interface Authority {
  cert: string;
  server(): Promise<Certificate>;
  client(name: string): Promise<Certificate>;
}

const usual = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const;

export async function createAuthority(): Promise<Authority> {
  const own = await generate([{ name: 'commonName', value: 'Sandbox console authority' }], {
    ...usual,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const ca = { key: own.private, cert: own.cert };
  return {
    cert: own.cert,
    async server() {
      const signed = await generate([{ name: 'commonName', value: 'localhost' }], {
        ...usual,
        ca,
        extensions: [
          { name: 'basicConstraints', cA: false },
          { name: 'keyUsage', digitalSignature: true },
          { name: 'extKeyUsage', serverAuth: true },
          {
            name: 'subjectAltName',
            altNames: [
              { type: 2, value: 'localhost' },
              { type: 7, ip: '127.0.0.1' },
            ],
          },
        ],
      });
      return certificate(signed);
    },
    async client(name) {
      const signed = await generate([{ name: 'commonName', value: name }], {
        ...usual,
        ca,
        extensions: [
          { name: 'basicConstraints', cA: false },
          { name: 'keyUsage', digitalSignature: true },
          { name: 'extKeyUsage', clientAuth: true },
        ],
      });
      return certificate(signed);
    },
  };
}

function certificate(signed: { cert: string; private: string }): Certificate {
  return { cert: signed.cert, key: signed.private, fingerprint: new X509Certificate(signed.cert).fingerprint256 };
}
