/** Idempotency keys for the console: the same for the same wish, and guessed by nobody who could use them before us. */
import { createHmac } from 'node:crypto';

export function idempotencyKey(secret: string, ...wish: readonly unknown[]): string {
  return createHmac('sha256', secret).update(JSON.stringify(wish)).digest('hex');
}
