/** Every secret of the run by name, and what it looks like where it must not be. */
import { readFileSync } from 'node:fs';
import type { Scene } from './scene.ts';

export function secretsOf({
  secrets,
  receipts,
  ledger,
  console: consoleApi,
  kubernetes,
}: Scene): (readonly [string, string])[] {
  const pem = (text: string) => text.split('\n').filter((line) => line !== '' && !line.startsWith('-----'));
  const credentials = Object.values(consoleApi.credentials).map(
    (file) => JSON.parse(readFileSync(file, 'utf8')) as { certificateKey: string },
  );
  const [, token = ''] = /token: "?([\w-]+)/.exec(readFileSync(kubernetes.kubeconfig, 'utf8')) ?? [];
  return [
    ['the bot token', secrets.botToken],
    ['the app token', secrets.appToken],
    ['the signing secret', secrets.signingSecret],
    ['the idempotency secret', secrets.idempotencySecret],
    ['the Redis password of the Slack process', secrets.redis.slack],
    ['the Redis password of the workers', secrets.redis.worker],
    ...pem(receipts.pem).map((line) => ['the receipt key', line] as const),
    ...pem(ledger.pem).map((line) => ['the ledger key', line] as const),
    ...credentials.map(({ certificateKey }) => ['a key of the console', certificateKey.slice(40, 120)] as const),
    ...credentials.map(({ certificateKey }) => {
      const [, line = ''] = Buffer.from(certificateKey, 'base64').toString().split('\n');
      return ['a key of the console', line] as const;
    }),
    // Every token that the console issues begins like this.
    ['a token of the console', 'eyJhbGciOi'],
    ['the token of the cluster', token],
  ];
}
